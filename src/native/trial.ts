import { spawn } from 'node:child_process';

/**
 * Loads tfjs-node and multiplies two matrices; a second argument is a binding to use in place of the package's own.
 * Plain CommonJS text, since the child must run the same whether this file was compiled or runs under a test runner.
 */
const script = `
Object.assign(require('node:util'), { isArray: Array.isArray, isNullOrUndefined: (v) => v === undefined || v === null });
const [, folder, binding] = process.argv;
const inPackage = require('node:module').createRequire(folder + '/package.json');
if (binding) {
  const finder = inPackage.resolve('@mapbox/node-pre-gyp');
  inPackage.cache[finder] = { id: finder, filename: finder, loaded: true, exports: { find: () => binding } };
}
const tf = inPackage(folder);
const product = tf.matMul([[1, 2], [3, 4]], [[5, 6], [7, 8]]).dataSync().join();
if (tf.getBackend() !== 'tensorflow' || product !== '19,22,43,50') {
  throw new Error('backend ' + tf.getBackend() + ' gave ' + product);
}
`;

/** A library that does not suit the processor kills its process, so it is tried in a child first; '' means it works. */
export function tryInChild(tfjsNode: string, binding = ''): Promise<string> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['-e', script, tfjsNode, binding], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2', NODE_OPTIONS: '' },
    });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code, signal) => {
      if (code === 0) return resolve('');
      if (signal) return resolve(`the process that loaded it died of ${signal}`);
      const line =
        stderr.split('\n').find((text) => /^\w*Error: /.test(text)) ?? stderr.trim().split('\n').at(-1);
      resolve((line ?? '').trim() || `the process that loaded it ended with code ${code}`);
    });
  });
}
