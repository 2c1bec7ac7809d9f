import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { InstallEvent } from '../../src/native/install.js';
import type { Machine } from '../../src/native/machine.js';
import { zip } from './zip.js';

/** The library of the wheel that the pretended index serves; large enough that taking it apart takes a while. */
const LIBRARY_BYTES = 6_000_000;

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** SIGKILL some milliseconds after the installer has told of a step, or of this share of its bytes; 0 is on the spot. */
export interface Death {
  step: InstallEvent['step'];
  share: number;
  after: number;
}

/**
 * A computer in a temporary folder: a project with tfjs-node, an empty cache, and programs named python3 and g++ that do
 * in a fraction of a second what pip and the compiler do in minutes. The installer itself is the real one.
 */
export class PretendMachine {
  readonly root = mkdtempSync(join(tmpdir(), 'evenkeel machine-'));
  readonly bin = this.folder('bin');
  readonly project = this.folder('project');
  readonly cache = join(this.root, 'cache');
  readonly wheel = join(this.root, 'tensorflow_cpu-2.21.0-cp312-cp312-manylinux_2_27_x86_64.whl');
  private readonly calls = join(this.root, 'calls');

  constructor() {
    this.program('python3', pip);
    this.program('g++', compiler);
    writeFileSync(this.wheel, wheelOf(libraryFiles()));
    writeFileSync(this.calls, '');
    this.addTfjsNode(this.project);
  }

  get env(): Record<string, string> {
    return {
      PATH: this.bin,
      HOME: this.root,
      XDG_CACHE_HOME: this.cache,
      PRETEND_WHEEL: this.wheel,
      PRETEND_CALLS: this.calls,
    };
  }

  machine(changes: Partial<Machine> = {}): Machine {
    return {
      env: this.env,
      platform: 'linux',
      arch: 'x64',
      home: this.root,
      cwd: this.project,
      node: process.versions.node,
      glibc: () => '2.36',
      freeBytes: async () => 1e12,
      processorFeatures: () => [],
      ...changes,
    };
  }

  /** How often a program was asked to do this: 'download' or 'compile'. */
  count(call: string): number {
    return readFileSync(this.calls, 'utf8')
      .split('\n')
      .filter((line) => line === call).length;
  }

  /** The entry of the default version, whether it is there or not. */
  get entry(): string {
    return join(this.cache, 'evenkeel', 'tensorflow-2.21.0-linux-x86_64');
  }

  remove(program: string): void {
    rmSync(join(this.bin, program));
  }

  program(name: string, body: string): void {
    const path = join(this.bin, name);
    writeFileSync(path, `#!${process.execPath}\n${body}`);
    chmodSync(path, 0o755);
  }

  /** A project of its own with the package, as npm leaves it when install scripts are off. */
  addTfjsNode(project: string): string {
    const folder = join(project, 'node_modules', '@tensorflow', 'tfjs-node');
    const finder = join(folder, 'node_modules', '@mapbox', 'node-pre-gyp');
    mkdirSync(join(folder, 'binding'), { recursive: true });
    mkdirSync(finder, { recursive: true });
    writeFileSync(join(project, 'package.json'), '{}');
    writeFileSync(join(folder, 'package.json'), '{ "version": "4.22.0", "main": "index.js" }');
    writeFileSync(join(folder, 'index.js'), tfjsNode);
    writeFileSync(join(finder, 'package.json'), '{ "main": "index.js" }');
    writeFileSync(
      join(finder, 'index.js'),
      "exports.find = () => __dirname + '/../../../lib/napi-v8/tfjs_binding.node'",
    );
    return folder;
  }

  /** Runs the built installer as a process of its own; `death` ends it and its children as a power cut would. */
  install(death?: Death): Promise<Ended> {
    return this.node(['--input-type=module', '-e', installScript], {
      ...(death && { PRETEND_DEATH: JSON.stringify(death) }),
    });
  }

  /** Runs the built command line in the project. */
  evenkeel(...args: string[]): Promise<Ended> {
    return this.node([fileURLToPath(new URL('../../dist/cli/evenkeel.js', import.meta.url)), ...args]);
  }

  private node(args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
    const child = spawn(process.execPath, args, {
      cwd: this.project,
      env: { ...this.env, ...env },
      // A group of its own, so that the installer can take pip and the compiler with it.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const output = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].on('data', (chunk) => {
        output[name] += chunk;
      });
    }
    return new Promise((resolve) =>
      child.on('close', (code, signal) => resolve({ code, signal, ...output })),
    );
  }

  dispose(): void {
    rmSync(this.root, { recursive: true, force: true });
  }

  private folder(name: string): string {
    const path = join(this.root, name);
    if (!existsSync(path)) mkdirSync(path, { recursive: true });
    return path;
  }
}

export function libraryFiles(): Record<string, Buffer> {
  return {
    'tensorflow/libtensorflow_cc.so.2': Buffer.alloc(LIBRARY_BYTES, 'cc'),
    'tensorflow/libtensorflow_framework.so.2': Buffer.alloc(LIBRARY_BYTES / 10, 'framework'),
    'tensorflow/include/tensorflow/c/c_api.h': Buffer.from('// the C API\n'),
    'tensorflow/python/ops.py': Buffer.from('# nobody needs this\n'),
  };
}

export function wheelOf(files: Record<string, Buffer>, listed = files): Buffer {
  const record = Object.entries(listed).map(([name, content]) => {
    const digest = createHash('sha256').update(content).digest('base64url');
    return `${name},sha256=${digest},${content.length}`;
  });
  return zip({ ...files, 'tensorflow_cpu-2.21.0.dist-info/RECORD': Buffer.from(`${record.join('\n')}\n`) });
}

const installScript = `
import { install } from '${new URL('../../dist/src/native/install.js', import.meta.url)}';
import { thisMachine } from '${new URL('../../dist/src/native/machine.js', import.meta.url)}';
const machine = { ...thisMachine(), platform: 'linux', arch: 'x64', glibc: () => '2.36', freeBytes: async () => 1e12 };
const death = JSON.parse(process.env.PRETEND_DEATH ?? '{}');
const die = () => process.kill(-process.pid, 'SIGKILL');
let doomed = false;
const onProgress = ({ step, done = 0, total = Infinity }) => {
  if (doomed || step !== death.step || done / total < death.share) return;
  doomed = true;
  if (death.after === 0) die();
  setTimeout(die, death.after);
};
// Two seconds is the shortest age that the lock takes for dead.
const { outcome } = await install({ lockStaleMs: 2000, onProgress, machine });
console.log(outcome);
`;

const pip = `
const { appendFileSync, copyFileSync, openSync, readFileSync, writeSync } = require('node:fs');
const { basename, join } = require('node:path');
const args = process.argv.slice(2);
if (args.includes('--version')) {
  console.log('pip 24.0 from /usr/lib/python3 (python 3.12)');
} else {
  appendFileSync(process.env.PRETEND_CALLS, 'download\\n');
  const into = args[args.indexOf('--dest') + 1];
  const wheel = readFileSync(process.env.PRETEND_WHEEL);
  const file = openSync(join(into, basename(process.env.PRETEND_WHEEL)), 'w');
  const part = Math.ceil(wheel.length / 10);
  let at = 0;
  (function next() {
    if (at >= wheel.length) return;
    writeSync(file, wheel.subarray(at, (at += part)));
    setTimeout(next, 20);
  })();
}
`;

const compiler = `
const { appendFileSync, writeFileSync } = require('node:fs');
const args = process.argv.slice(2);
appendFileSync(process.env.PRETEND_CALLS, 'compile\\n');
setTimeout(() => writeFileSync(args[args.indexOf('-o') + 1], 'a binding'), 100);
`;

const tfjsNode = `
const binding = require('@mapbox/node-pre-gyp').find();
if (require('node:fs').readFileSync(binding, 'utf8') !== 'a binding') throw new Error('no binding');
module.exports = { getBackend: () => 'tensorflow', matMul: () => ({ dataSync: () => [19, 22, 43, 50] }) };
`;
