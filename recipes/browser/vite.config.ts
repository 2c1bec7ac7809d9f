import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { defineConfig, type Plugin } from 'vite';

export default defineConfig({
  // Relative addresses: the built folder works under any path of any server.
  base: './',
  // A file that is missing is missing: no page in its place.
  appType: 'mpa',
  // TensorFlow.js is larger than what vite warns of.
  build: { chunkSizeWarningLimit: 4000, target: 'es2022' },
  plugins: [offline()],
});

/** Writes service-worker.js with a list of everything that was built, models and wasm files too. */
function offline(): Plugin {
  let [root, out] = ['', ''];
  return {
    name: 'offline',
    apply: 'build',
    configResolved(config) {
      root = config.root;
      out = resolve(config.root, config.build.outDir);
    },
    closeBundle() {
      const files = readdirSync(out, { recursive: true, encoding: 'utf8' })
        .filter((file) => statSync(join(out, file)).isFile() && file !== 'service-worker.js')
        .sort();
      const hash = createHash('sha256');
      for (const file of files) hash.update(file).update(readFileSync(join(out, file)));
      const version = `digits-${hash.digest('hex').slice(0, 16)}`;
      // `./` is the page as people call it, without the name of its file.
      const list = ['./', ...files.map((file) => file.replaceAll('\\', '/'))];
      const lines = [`const version = ${JSON.stringify(version)};`, `const files = ${JSON.stringify(list)};`];
      const worker = readFileSync(join(root, 'service-worker.js'), 'utf8');
      writeFileSync(join(out, 'service-worker.js'), `${lines.join('\n')}\n${worker}`);
    },
  };
}
