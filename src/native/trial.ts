import { spawn } from 'node:child_process';

/**
 * Loads tfjs-node and multiplies two matrices. Plain CommonJS text, since the child must run the same
 * whether this file was compiled or is being run by a test runner.
 */
const script = `
require('node:util').isNullOrUndefined ??= (value) => value == null;
const tf = require(process.argv[1]);
const product = tf.matMul([[1, 2], [3, 4]], [[5, 6], [7, 8]]).dataSync().join();
if (tf.getBackend() !== 'tensorflow' || product !== '19,22,43,50') throw new Error('backend ' + tf.getBackend() + ' gave ' + product);
`;

const binding = `
if (typeof require(process.argv[1]) !== 'object') throw new Error('the binding exports nothing');
`;

/** A library that does not suit the processor kills its process, so it is tried in a child first; '' means it works. */
export function tryInChild(kind: 'package' | 'binding', path: string): Promise<string> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['-e', kind === 'package' ? script : binding, path], {
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
      const line = stderr.split('\n').find((l) => /^\w*Error: /.test(l)) ?? stderr.trim().split('\n').at(-1);
      resolve((line ?? '').trim() || `the process that loaded it ended with code ${code}`);
    });
  });
}
