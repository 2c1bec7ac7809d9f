/**
 * What a browser bundle takes of this package, minified and compressed with gzip, over what TensorFlow.js takes; and the
 * size of the package itself.
 *
 * tfjs is left out of the bundles as external, so that a number is the code of this package alone. Bundled with both and
 * subtracted, a layer comes out up to a quarter larger beside a page that has only `tf.loadLayersModel`, since it also
 * keeps ops of tfjs that such a page drops, and smaller beside all of tfjs, with which it shares a dictionary.
 *
 *   npm run sizes                   prints the table and writes it into README.md
 *   node scripts/sizes.mjs --json   prints what the tests read
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import * as esbuild from 'esbuild';
import * as vite from 'vite';
import { replaceBetween } from './document.mjs';
import { readLayer } from './generate/read-layers.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const external = ['@tensorflow/tfjs'];

const layers = readdirSync(join(root, 'layers'))
  .filter((name) => name.endsWith('.ts'))
  .map((name) => readLayer(basename(name, '.ts')));
const every = layers.map(({ stem }) => stem);
const factories = layers.map(({ factory }) => factory).join(', ');

/** What a page may hold, the layers that it needs, and its name in the table, if it has a row there. */
const pages = [
  ...layers.flatMap(({ stem, factory }) => [
    { row: `\`${factory}\``, source: `export { ${factory} } from 'evenkeel';`, needs: [stem] },
    { source: `export { ${factory} } from 'evenkeel/layers/${stem}';`, needs: [stem] },
    // For its effect alone: tfjs can then load a model that has the layer.
    { source: `import 'evenkeel/layers/${stem}';`, needs: [stem] },
  ]),
  { row: 'every layer', source: `export { ${factories} } from 'evenkeel';`, needs: every },
  { row: '`registerAll()`', source: `import { registerAll } from 'evenkeel'; registerAll();`, needs: every },
  { row: '`fold`', source: `export { fold } from 'evenkeel';`, needs: [] },
  {
    row: '`scheduleDropout`, `linear`',
    source: `export { scheduleDropout, linear } from 'evenkeel';`,
    needs: [],
  },
  { row: 'all of evenkeel', source: `export * from 'evenkeel';`, needs: every },
  { row: '`accelerate`', source: `export * from 'evenkeel/accelerate';`, needs: [] },
  { row: 'the test kit', source: `export * from 'evenkeel/testing';`, needs: [] },
  {
    row: 'a folded model, loaded',
    source: `import * as tf from '@tensorflow/tfjs'; export const model = tf.loadLayersModel('model.json');`,
    needs: [],
  },
];

const project = mkdtempSync(join(tmpdir(), 'evenkeel-sizes-'));
try {
  mkdirSync(join(project, 'node_modules', '@tensorflow'), { recursive: true });
  symlinkSync(root, join(project, 'node_modules', 'evenkeel'));
  symlinkSync(join(root, 'node_modules/@tensorflow/tfjs'), join(project, 'node_modules/@tensorflow/tfjs'));
  writeFileSync(join(project, 'package.json'), JSON.stringify({ type: 'module' }));

  const measured = [];
  for (const page of pages) {
    const file = join(project, 'page.js');
    writeFileSync(file, page.source);
    measured.push({ ...page, esbuild: show(await withEsbuild(file)), vite: show(await withVite(file)) });
  }
  if (process.argv.includes('--json')) console.log(JSON.stringify(measured));
  else record(measured);
} finally {
  rmSync(project, { recursive: true, force: true });
}

async function withEsbuild(file) {
  const { outputFiles, metafile } = await esbuild.build({
    entryPoints: [file],
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    external,
    write: false,
    metafile: true,
    outdir: project,
    logLevel: 'silent',
  });
  const [{ inputs, imports }] = Object.values(metafile.outputs);
  const files = Object.keys(inputs).filter((path) => inputs[path].bytesInOutput > 0);
  return { code: outputFiles[0].text, files, imports: imports.map(({ path }) => path) };
}

async function withVite(file) {
  const { output } = await vite.build({
    configFile: false,
    root: project,
    logLevel: 'silent',
    build: {
      write: false,
      modulePreload: { polyfill: false },
      rolldownOptions: { input: file, external, preserveEntrySignatures: 'strict' },
    },
  });
  const [{ code, modules, imports }] = output;
  const files = Object.keys(modules).filter((path) => modules[path].renderedLength > 0);
  return { code, files, imports };
}

/** The size of the bundle if a file of this package is in it, the layers in it, and what a browser does not have. */
function show({ code, files, imports }) {
  const ours = files.some((path) => !path.endsWith('page.js'));
  return {
    bytes: ours ? gzipSync(code, { level: 9 }).length : 0,
    layers: layers.filter(({ className }) => code.includes(className)).map(({ stem }) => stem),
    registers: /registerClass/.test(code),
    foreign: [
      ...imports.filter((name) => !external.includes(name)),
      ...[...code.matchAll(/node:\w+|\bBuffer\b|\bprocess\b|\brequire\(|browser-external/g)].map(String),
    ],
  };
}

function record(measured) {
  const kilobytes = ({ bytes }) => (bytes === 0 ? '0' : (bytes / 1000).toFixed(1));
  const lines = [
    '| a page with | vite | esbuild |',
    '| --- | ---: | ---: |',
    ...measured
      .filter(({ row }) => row)
      .map(({ row, vite, esbuild }) => `| ${row} | ${kilobytes(vite)} | ${kilobytes(esbuild)} |`),
  ];
  const versions = `vite ${vite.version}, esbuild ${esbuild.version}`;
  const about = `kB, minified and compressed with gzip, without tfjs; \`npm run sizes\`: ${versions}.`;
  const [{ size, unpackedSize }] = JSON.parse(
    execFileSync('npm', ['pack', '--dry-run', '--json'], { cwd: root, encoding: 'utf8', stdio: 'pipe' }),
  );
  const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;
  const installed = `The package: ${megabytes(size)} packed, ${megabytes(unpackedSize)} unpacked, sources and maps included.`;
  const text = [...lines, '', about, '', installed].join('\n');
  replaceBetween('README.md', '<!-- sizes -->', '<!-- /sizes -->', text);
  console.log(text);
}
