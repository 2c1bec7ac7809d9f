/**
 * What a browser bundle takes of this package, minified and compressed, over what TensorFlow.js takes: tfjs itself is left
 * out of the bundles, since whoever has one line of it has all of it.
 *
 *   npm run sizes                 prints the table, and writes it into README.md
 *   node scripts/sizes.mjs --json prints what the tests read
 */
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import * as esbuild from 'esbuild';
import * as vite from 'vite';
import { replaceBetween } from './document.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const external = ['@tensorflow/tfjs'];

const layers = readdirSync(join(root, 'layers'))
  .filter((name) => name.endsWith('.ts'))
  .map((name) => basename(name, '.ts'));
const classNameOf = (stem) =>
  /static className = '(\w+)'/.exec(readFileSync(join(root, 'layers', `${stem}.ts`), 'utf8'))[1];
const factoryOf = (stem) =>
  /export function (\w+)\(/.exec(readFileSync(join(root, 'layers', `${stem}.ts`), 'utf8'))[1];

/** What a page may hold: its lines, and the layers that these need. */
const pages = [
  ...layers.flatMap((stem) => [
    { page: factoryOf(stem), source: `export { ${factoryOf(stem)} } from 'evenkeel';`, needs: [stem] },
    {
      page: `evenkeel/layers/${stem}`,
      source: `export { ${factoryOf(stem)} } from 'evenkeel/layers/${stem}';`,
      needs: [stem],
    },
    // For its effect alone: tfjs can load a model that has the layer.
    { page: `import 'evenkeel/layers/${stem}'`, source: `import 'evenkeel/layers/${stem}';`, needs: [stem] },
  ]),
  {
    page: 'every layer',
    source: `export { ${layers.map(factoryOf).join(', ')} } from 'evenkeel';`,
    needs: layers,
  },
  { page: '`registerAll`', source: `import { registerAll } from 'evenkeel'; registerAll();`, needs: layers },
  { page: '`fold`', source: `export { fold } from 'evenkeel';`, needs: [] },
  { page: '`scheduleDropout`', source: `export { scheduleDropout } from 'evenkeel';`, needs: [] },
  { page: 'everything', source: `export * from 'evenkeel';`, needs: layers },
  {
    page: 'a folded model',
    source: `export { loadLayersModel } from '@tensorflow/tfjs';`,
    needs: [],
  },
];

const project = mkdtempSync(join(tmpdir(), 'sizes-'));
try {
  mkdirSync(join(project, 'node_modules', '@tensorflow'), { recursive: true });
  symlinkSync(root, join(project, 'node_modules', 'evenkeel'));
  symlinkSync(join(root, 'node_modules/@tensorflow/tfjs'), join(project, 'node_modules/@tensorflow/tfjs'));
  writeFileSync(join(project, 'package.json'), JSON.stringify({ type: 'module' }));

  const rows = [];
  for (const { page, source, needs } of pages) {
    const file = join(project, 'page.js');
    writeFileSync(file, source);
    const [small, smaller] = [await withEsbuild(file), await withVite(file)].map(measured);
    rows.push({ page, needs, esbuild: small, vite: smaller });
  }
  if (process.argv.includes('--json')) console.log(JSON.stringify(rows));
  else record(rows);
} finally {
  rmSync(project, { recursive: true, force: true });
}

async function withEsbuild(file) {
  const options = { bundle: true, minify: true, format: 'esm', platform: 'browser', write: false, external };
  const { outputFiles } = await esbuild.build({ entryPoints: [file], ...options, logLevel: 'silent' });
  return outputFiles[0].text;
}

async function withVite(file) {
  const { output } = await vite.build({
    configFile: false,
    root: project,
    logLevel: 'silent',
    build: {
      write: false,
      minify: true,
      modulePreload: { polyfill: false },
      rollupOptions: { input: file, external, preserveEntrySignatures: 'strict' },
    },
  });
  return output.map(({ code }) => code ?? '').join('\n');
}

/** Size, and what of this package and of Node is in it. */
function measured(code) {
  return {
    bytes: gzipSync(code, { level: 9 }).length,
    layers: layers.filter((stem) => new RegExp(`["'\`]${classNameOf(stem)}["'\`]`).test(code)),
    node: [...code.matchAll(/["'`]node:\w+["'`]|\bBuffer\.|\bprocess\.|\brequire\(/g)].map(
      ([found]) => found,
    ),
  };
}

function record(rows) {
  const shown = rows.filter(({ page }) => !page.includes('evenkeel/layers/'));
  const kilobytes = ({ bytes }, { esbuild }) =>
    esbuild.layers.length === 0 && bytes < 200 ? '0' : (bytes / 1000).toFixed(1);
  const lines = [
    '| a page with | vite | esbuild |',
    '| --- | ---: | ---: |',
    ...shown.map((row) => {
      const name = layers.some((stem) => factoryOf(stem) === row.page) ? `\`${row.page}\`` : row.page;
      return `| ${name} | ${kilobytes(row.vite, row)} | ${kilobytes(row.esbuild, row)} |`;
    }),
  ].join('\n');
  const about = `kB, minified and compressed by gzip, over what tfjs takes; \`npm run sizes\`: vite ${vite.version}, esbuild ${esbuild.version}.`;
  replaceBetween('README.md', '<!-- sizes -->', '<!-- /sizes -->', `${lines}\n\n${about}`);
  console.log(`${lines}\n\n${about}`);
}
