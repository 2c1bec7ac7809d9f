import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readyNative } from '../../src/native/backend.js';
import { readEntry } from '../../src/native/cache.js';
import { diagnose } from '../../src/native/doctor.js';
import { type InstallEvent, install } from '../../src/native/install.js';
import { readLink } from '../../src/native/link.js';
import { addTfjsNode } from '../../src/native/npm.js';
import { findTfjsNode } from '../../src/native/packages.js';
import { removeNative } from '../../src/native/remove.js';
import { nativeStatus } from '../../src/native/status.js';
import { hashFile } from '../../src/native/wheel.js';
import { type Death, libraryFiles, PretendMachine, wheelOf } from '../support/pretend-machine.js';

let pretend: PretendMachine;
beforeEach(() => {
  pretend = new PretendMachine();
});
afterEach(() => pretend.dispose());

const message = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work;
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('it did not fail');
};

/** Every file of the entry is what its manifest says, to the bit. */
async function expectWhole(entry: string): Promise<void> {
  const manifest = readEntry(entry)?.manifest;
  expect(manifest).toBeDefined();
  expect(readdirSync(entry).sort()).toEqual(['binding-4.22.0', 'include', 'lib', 'manifest.json']);
  for (const [path, { sha256 }] of Object.entries(manifest?.files ?? {})) {
    expect(await hashFile(join(entry, path)), path).toBe(sha256);
  }
}

const cacheNames = () =>
  existsSync(join(pretend.cache, 'evenkeel')) ? readdirSync(join(pretend.cache, 'evenkeel')) : [];

describe('install', () => {
  it('says what it needs, then leaves the library in the cache and links in the package', async () => {
    const events: InstallEvent[] = [];
    const machine = pretend.machine();
    const result = await install({ machine, onProgress: (event) => events.push(event) });
    expect(result).toMatchObject({ outcome: 'installed', tensorflow: '2.21.0', entry: pretend.entry });
    await expectWhole(pretend.entry);
    const steps = events.map(({ step }) => step);
    expect(steps.indexOf('need')).toBeLessThan(steps.indexOf('download'));
    expect(events.find(({ step }) => step === 'need')?.text).toMatch(
      /needs 1128 MB of disk \(274 MB to download, 854 MB to keep\)/,
    );
    const link = readLink(result.tfjsNode.folder);
    expect(link).toMatchObject({ kind: 'linked', entry: realpathSync(pretend.entry) });
    expect(readFileSync(join(result.tfjsNode.folder, 'deps/lib/libtensorflow_cc.so.2'))).toHaveLength(
      6_000_000,
    );
    expect(existsSync(join(pretend.entry, 'include/tensorflow/c/c_api.h'))).toBe(true);
    expect(existsSync(join(pretend.entry, 'python'))).toBe(false);
    expect(cacheNames()).toEqual(['tensorflow-2.21.0-linux-x86_64']);
    expect((await nativeStatus(machine)).state).toBe('linked');
  });

  it('is done at once the second time, and in a second project, without pip and without a compiler', async () => {
    await install({ machine: pretend.machine() });
    pretend.remove('python3');
    pretend.remove('g++');
    expect(await install({ machine: pretend.machine() })).toMatchObject({ outcome: 'already' });
    const second = join(pretend.root, 'second');
    const folder = pretend.addTfjsNode(second);
    expect(await install({ machine: pretend.machine({ cwd: second }) })).toMatchObject({ outcome: 'linked' });
    expect(readLink(folder).kind).toBe('linked');
    expect(pretend.count('download')).toBe(1);
  });

  it.each([
    ['python3', /^no Python; install Python 3 with pip .*EVENKEEL_PYTHON$/],
    ['g++', /^no C\+\+ compiler; install g\+\+ .* or set CXX$/],
  ] as const)('without %s says what to install and leaves nothing', async (program, expected) => {
    pretend.remove(program);
    expect(await message(install({ machine: pretend.machine() }))).toMatch(expected);
    expect(cacheNames()).toEqual([]);
  });

  it('without pip says so', async () => {
    pretend.program('python3', "console.error('No module named pip'); process.exit(1)");
    expect(await message(install({ machine: pretend.machine() }))).toMatch(
      /^no pip for .*python3; install it/,
    );
  });

  it('says that a pip is too old to find the wheel', async () => {
    pretend.program('python3', "console.log('pip 18.1 from /usr/lib/python3 (python 3.6)')");
    expect(await message(install({ machine: pretend.machine() }))).toMatch(
      /^pip 18\.1 of .*python3 is older than 19\.3; run `python3 -m pip install --upgrade pip`/,
    );
  });

  it('passes on what pip says of an index that cannot be reached', async () => {
    pretend.program(
      'python3',
      "if (process.argv.includes('--version')) { console.log('pip 24.0'); process.exit(0); } console.error('WARNING: Retrying (Retry(total=4)) after connection broken by NewConnectionError: name resolution'); console.error('ERROR: No matching distribution found'); process.exit(1)",
    );
    expect(await message(install({ machine: pretend.machine() }))).toMatch(
      /^pip cannot reach its package index for tensorflow-cpu 2\.21\.0; check the network, the proxy/,
    );
    expect(cacheNames()).toEqual([]);
  });

  it('names the versions of an index that lacks the one asked for', async () => {
    pretend.program(
      'python3',
      "if (process.argv.includes('--version')) { console.log('pip 24.0'); process.exit(0); } console.error('ERROR: Could not find a version that satisfies the requirement (from versions: 2.20.0, 2.21.0)'); process.exit(1)",
    );
    expect(await message(install({ machine: pretend.machine(), tensorflow: '2.99.0' }))).toMatch(
      /no tensorflow-cpu 2\.99\.0 for this platform \(it offers 2\.20\.0, 2\.21\.0\); choose another with --tensorflow/,
    );
  });

  it.each(['2.21', 'latest', '2.21.0rc1'])('refuses the version %s', async (tensorflow) => {
    expect(await message(install({ machine: pretend.machine(), tensorflow }))).toBe(
      `a TensorFlow version looks like 2.21.0; received "${tensorflow}"`,
    );
  });

  it('refuses a version whose wheel has no library', async () => {
    expect(await message(install({ machine: pretend.machine(), tensorflow: '2.9.1' }))).toMatch(
      /holds the library from 2\.15\.0 on; received 2\.9\.1/,
    );
  });

  it('says what is missing on a disk that is too small, before anything is fetched', async () => {
    const machine = pretend.machine({ freeBytes: async () => 1e9 });
    expect(await message(install({ machine }))).toMatch(
      /^needs 1128 MB of disk .*; 1000 MB are free: free some space, or set XDG_CACHE_HOME/,
    );
    expect(pretend.count('download')).toBe(0);
    expect(cacheNames()).toEqual([]);
  });

  it('leaves nothing when the disk fills up in the middle', async () => {
    pretend.program('g++', "console.error('g++: fatal error: No space left on device'); process.exit(1)");
    expect(await message(install({ machine: pretend.machine() }))).toMatch(
      /^the disk of .* is full; free some space/,
    );
    expect(cacheNames()).toEqual([]);
  });

  it('keeps the download when the compiler fails, and goes on from it', async () => {
    const { env } = pretend;
    pretend.program('broken', "console.error('x.cc:1: error: no such thing'); process.exit(1)");
    const failing = pretend.machine({ env: { ...env, CXX: join(pretend.bin, 'broken') } });
    expect(await message(install({ machine: failing }))).toMatch(
      /^the compiler .*broken failed: x\.cc:1: error: no such thing; set CXX to another one$/,
    );
    expect(existsSync(pretend.entry)).toBe(false);
    expect((await nativeStatus(pretend.machine())).state).toBe('partial');
    expect(await install({ machine: pretend.machine() })).toMatchObject({ outcome: 'installed' });
    expect(pretend.count('download')).toBe(1);
    await expectWhole(pretend.entry);
  });

  it('throws half a download away before it makes another', async () => {
    const partial = `${pretend.entry}.partial`;
    mkdirSync(join(partial, 'download-killed'), { recursive: true });
    let downloads: string[] = [];
    await install({
      machine: pretend.machine(),
      onProgress: ({ step }) => {
        if (step === 'download') downloads = readdirSync(partial);
      },
    });
    expect(downloads).toHaveLength(1);
    expect(downloads).not.toContain('download-killed');
  });

  it.each([
    ['truncated', () => wheelOf(libraryFiles()).subarray(0, 3_000_000), /is damaged/],
    [
      'of other content than its list says',
      () =>
        wheelOf(libraryFiles(), {
          ...libraryFiles(),
          'tensorflow/libtensorflow_cc.so.2': Buffer.from('other'),
        }),
      /libtensorflow_cc\.so\.2 in the wheel has SHA-256 \w+, its RECORD says \w+/,
    ],
    ['without a list', () => wheelOf({}, {}).subarray(0, 0), /is damaged/],
  ])('fetches a wheel that is %s once more, then gives up and leaves nothing', async (_, wheel, expected) => {
    writeFileSync(pretend.wheel, wheel());
    expect(await message(install({ machine: pretend.machine() }))).toMatch(expected);
    expect(pretend.count('download')).toBe(2);
    expect(cacheNames()).toEqual([]);
  });

  it('says when a wheel has no library in it', async () => {
    const { 'tensorflow/libtensorflow_cc.so.2': _, ...rest } = libraryFiles();
    writeFileSync(pretend.wheel, wheelOf(rest));
    expect(await message(install({ machine: pretend.machine() }))).toMatch(
      /holds no libtensorflow_cc\.so\.2; choose another version/,
    );
    expect(cacheNames()).toEqual([]);
  });

  it('repairs an entry whose library has been cut since', async () => {
    const machine = pretend.machine();
    await install({ machine });
    truncateSync(join(pretend.entry, 'lib/libtensorflow_cc.so.2'), 1000);
    expect((await nativeStatus(machine)).state).toBe('broken');
    expect(await install({ machine })).toMatchObject({ outcome: 'installed' });
    await expectWhole(pretend.entry);
  });

  it('says which version to install again where it is not the default', async () => {
    const machine = pretend.machine();
    await install({ machine, tensorflow: '2.20.0' });
    expect((await nativeStatus(machine)).tensorflow).toBe('2.20.0');
    truncateSync(join(pretend.entry.replace('2.21.0', '2.20.0'), 'lib/libtensorflow_cc.so.2'), 1000);
    expect(await nativeStatus(machine)).toMatchObject({
      state: 'broken',
      remedy: 'run `npx evenkeel native install --tensorflow 2.20.0`',
    });
    const { ok, links } = await diagnose(machine);
    expect(ok).toBe(false);
    expect(links.find(({ name }) => name === 'library')).toMatchObject({ state: 'broken' });
  });

  it('passes a Python without pip by for one that has it', async () => {
    const front = join(pretend.root, 'front');
    mkdirSync(front);
    pretend.program('../front/python3', "console.error('No module named pip'); process.exit(1)");
    const env = { ...pretend.env, PATH: `${front}:${pretend.bin}` };
    expect(await install({ machine: pretend.machine({ env }) })).toMatchObject({ outcome: 'installed' });
  });

  it('takes a compiler with arguments, and one whose path has spaces', async () => {
    pretend.program(
      'wrapper',
      `
      const [first, ...args] = process.argv.slice(2);
      if (first !== 'g++' || args.shift() !== '-m64') process.exit(1);
      require('node:fs').writeFileSync(args[args.indexOf('-o') + 1], 'a binding');`,
    );
    const wrapped = pretend.machine({ env: { ...pretend.env, CXX: 'wrapper g++ -m64' } });
    expect(await install({ machine: wrapped })).toMatchObject({ outcome: 'installed' });
    const spaced = { ...pretend.env, CXX: join(pretend.bin, 'g++') };
    expect(spaced.CXX).toContain(' ');
    expect(await install({ machine: pretend.machine({ env: spaced }), tensorflow: '2.20.0' })).toMatchObject({
      outcome: 'installed',
    });
  });

  it('names the compiler and the Python of the environment that are not there', async () => {
    const without = (variable: string) =>
      message(install({ machine: pretend.machine({ env: { ...pretend.env, [variable]: 'nowhere' } }) }));
    expect(await without('CXX')).toMatch(/^CXX is "nowhere", which is not on PATH; install g\+\+/);
    expect(await without('EVENKEEL_PYTHON')).toMatch(/^EVENKEEL_PYTHON is "nowhere", which is not on PATH; /);
  });

  it('adds tfjs-node to a project without it, with install scripts off', async () => {
    const fresh = join(pretend.root, 'fresh');
    mkdirSync(fresh);
    const machine = pretend.machine({ cwd: fresh });
    if (findTfjsNode(machine)?.folder.startsWith(pretend.root)) throw new Error('the project must lack it');
    writeFileSync(join(pretend.root, 'npm-arguments'), '');
    pretend.program(
      'npm',
      `
      const { cpSync, writeFileSync } = require('node:fs');
      writeFileSync(${JSON.stringify(join(pretend.root, 'npm-arguments'))}, process.argv.slice(2).join(' '));
      cpSync(${JSON.stringify(join(pretend.project, 'node_modules'))}, 'node_modules', { recursive: true });`,
    );
    expect(await message(addTfjsNode(machine))).toMatch(
      /^no package\.json in .*fresh or above it; run `npm init` first$/,
    );
    writeFileSync(join(fresh, 'package.json'), '{}');
    expect((await addTfjsNode(machine)).folder).toBe(
      join(realpathSync(fresh), 'node_modules/@tensorflow/tfjs-node'),
    );
    expect(readFileSync(join(pretend.root, 'npm-arguments'), 'utf8')).toBe(
      'install --ignore-scripts --save-optional --no-audit --no-fund @tensorflow/tfjs-node@4.22.0',
    );
    writeFileSync(join(fresh, 'pnpm-lock.yaml'), '');
    expect(await message(addTfjsNode(machine))).toBe(
      'this project is kept by pnpm; run `pnpm add --save-optional --ignore-scripts @tensorflow/tfjs-node@4.22.0`, then this again',
    );
  });

  it('is linked again from the cache after a reinstall of the package, by whoever loads it', async () => {
    await install({ machine: pretend.machine() });
    rmSync(join(pretend.project, 'node_modules'), { recursive: true });
    const folder = pretend.addTfjsNode(pretend.project);
    expect(readLink(folder).kind).toBe('none');
    await readyNative(pretend.machine());
    expect(readLink(folder)).toMatchObject({ kind: 'linked', entry: realpathSync(pretend.entry) });
    expect(pretend.count('download')).toBe(1);
  });

  it('leaves a library of tfjs-node’s own alone', async () => {
    const folder = join(pretend.project, 'node_modules/@tensorflow/tfjs-node');
    mkdirSync(join(folder, 'lib/napi-v8'), { recursive: true });
    mkdirSync(join(folder, 'deps/lib'), { recursive: true });
    writeFileSync(join(folder, 'lib/napi-v8/tfjs_binding.node'), 'a binding');
    writeFileSync(join(folder, 'deps/lib/libtensorflow.so'), 'its own');
    expect(await install({ machine: pretend.machine() })).toMatchObject({ outcome: 'stock' });
    expect(pretend.count('download')).toBe(0);
  });

  it('says that the cache folder cannot be made', async () => {
    writeFileSync(pretend.cache, 'a file');
    expect(await message(install({ machine: pretend.machine() }))).toMatch(
      /^cannot write .*; make it writable or set XDG_CACHE_HOME$/,
    );
  });

  it.each([
    ['win32', 'x64', /WSL.*wasm/],
    ['freebsd', 'x64', /no native backend for freebsd x64; use the wasm backend/],
    ['darwin', 'x64', /no native backend for darwin x64/],
  ])('on %s %s says which way there is', async (platform, arch, expected) => {
    expect(await message(install({ machine: pretend.machine({ platform, arch }) }))).toMatch(expected);
  });

  it('on a Linux without the GNU C library says so', async () => {
    expect(await message(install({ machine: pretend.machine({ glibc: () => undefined }) }))).toMatch(
      /needs the GNU C library/,
    );
  });
});

describe('an install that dies or has company', () => {
  it.each<Death>([
    { step: 'need', share: 0, after: 0 },
    { step: 'download', share: 0, after: 0 },
    { step: 'download', share: 0, after: 60 },
    { step: 'download', share: 0, after: 150 },
    { step: 'extract', share: 0, after: 0 },
    { step: 'extract', share: 0.3, after: 0 },
    { step: 'extract', share: 0.99, after: 0 },
    { step: 'extract', share: 1, after: 3 },
    { step: 'compile', share: 0, after: 0 },
    { step: 'compile', share: 0, after: 90 },
    { step: 'test', share: 0, after: 0 },
    { step: 'test', share: 0, after: 40 },
    { step: 'link', share: 0, after: 0 },
  ])('killed at %j leaves nothing or all, and the next goes on', async (death) => {
    const killed = await pretend.install(death);
    // One that dies later may have finished before, on a fast machine.
    if (death.after === 0) expect(killed).toMatchObject({ signal: 'SIGKILL', stdout: '' });
    if (existsSync(pretend.entry)) await expectWhole(pretend.entry);
    const { code, stdout } = await pretend.install();
    expect(stdout).toMatch(/^(installed|linked|already)$/m);
    expect(code).toBe(0);
    await expectWhole(pretend.entry);
    expect(readLink(join(pretend.project, 'node_modules/@tensorflow/tfjs-node')).kind).toBe('linked');
    expect(cacheNames()).toEqual(['tensorflow-2.21.0-linux-x86_64']);
    // From the extraction on the wheel is there: a second download would be a waste.
    const early = death.step === 'need' || death.step === 'download';
    expect(pretend.count('download')).toBeLessThanOrEqual(early ? 2 : 1);
  });

  it('waits for another one of the same version: one download for two', async () => {
    const both = await Promise.all([pretend.install(), pretend.install()]);
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    expect(pretend.count('download')).toBe(1);
    await expectWhole(pretend.entry);
    expect(cacheNames()).toEqual(['tensorflow-2.21.0-linux-x86_64']);
  });

  it('goes on where the one it waited for is killed', async () => {
    // Whichever is first at the lock; where that is the survivor, the other finds everything done.
    const doomed = pretend.install({ step: 'compile', share: 0, after: 0 });
    const survivor = await pretend.install();
    expect(survivor.code).toBe(0);
    await doomed;
    await expectWhole(pretend.entry);
    expect(pretend.count('download')).toBe(1);
  });
});

describe('the command', () => {
  it('with --optional says why in one line and exits with 0; without it exits with 1', async () => {
    pretend.remove('python3');
    pretend.remove('g++');
    const optional = await pretend.evenkeel('native', 'install', '--optional');
    expect(optional).toMatchObject({ code: 0, stdout: '' });
    expect(optional.stderr).toMatch(
      /^native backend not installed, going on without it: no [^\n]+; [^\n]+\n$/,
    );
    const plain = await pretend.evenkeel('native', 'install');
    expect(plain.code).toBe(1);
    expect(plain.stderr).toMatch(/^evenkeel: no [^\n]+; [^\n]+\n$/);
  });

  it('refuses what is no version with code 2', async () => {
    const { code, stderr } = await pretend.evenkeel('native', 'install', '--tensorflow', 'newest');
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^evenkeel: --tensorflow takes a version such as 2\.21\.0; received "newest"[^\n]*\n$/,
    );
  });

  it('tells its state as JSON and in words', async () => {
    const words = await pretend.evenkeel('native', 'status');
    expect(words.stdout).toMatch(/^(absent|unsupported): .+; .+\ntfjs-node 4\.22\.0 in /);
    const { stdout } = await pretend.evenkeel('native', 'status', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ tfjsNode: { version: '4.22.0' }, cache: [] });
  });
});

describe('remove', () => {
  it('takes out the links and the cached files', async () => {
    const machine = pretend.machine();
    await install({ machine });
    const { unlinked, deleted } = await removeNative({ machine });
    expect(unlinked).toBe(join(realpathSync(pretend.project), 'node_modules/@tensorflow/tfjs-node'));
    expect(deleted.map(({ folder }) => folder)).toEqual([pretend.entry]);
    expect(cacheNames()).toEqual([]);
    expect((await nativeStatus(machine)).state).toBe('absent');
  });

  // Its folder is a mount: root may write into every other folder, and nobody may mount but root.
  it('from a cache that is read-only takes out the links and says so; an install into one says so too', async ({
    skip,
  }) => {
    const machine = pretend.machine();
    await install({ machine });
    const readOnly = join(pretend.root, 'read-only');
    mkdirSync(readOnly);
    const mount = (...args: string[]) => spawnSync('mount', args).status === 0;
    skip(!mount('--bind', pretend.cache, readOnly), 'only root may mount a file system');
    try {
      skip(!mount('-o', 'remount,ro,bind', readOnly), 'only root may mount a file system');
      const env = { ...pretend.env, XDG_CACHE_HOME: readOnly };
      const entry = pretend.entry.replace(pretend.cache, readOnly);
      expect(await message(removeNative({ machine: pretend.machine({ env }) }))).toMatch(
        /^unlinked from .*tfjs-node, but cannot delete .*read-only.* \(EROFS\); delete it where it may be written, or add --keep-cache$/,
      );
      const folder = join(pretend.project, 'node_modules/@tensorflow/tfjs-node');
      expect(readLink(folder).kind).toBe('none');
      expect(existsSync(entry)).toBe(true);
      expect(await message(install({ machine: pretend.machine({ env }), tensorflow: '2.20.0' }))).toMatch(
        /^cannot write .*; make it writable or set XDG_CACHE_HOME$/,
      );
      const fresh = { ...env, XDG_CACHE_HOME: join(readOnly, 'evenkeel', 'fresh') };
      expect(await message(install({ machine: pretend.machine({ env: fresh }) }))).toMatch(
        /^cannot make the cache folder .*fresh.evenkeel \(\w+\); make the folder above it writable or set XDG_CACHE_HOME$/,
      );
    } finally {
      spawnSync('umount', [readOnly]);
    }
  });

  it('finds nothing in a cache folder that is a file', async () => {
    mkdirSync(pretend.cache);
    writeFileSync(join(pretend.cache, 'evenkeel'), 'a file');
    const machine = pretend.machine();
    expect(await removeNative({ machine })).toEqual({ deleted: [] });
    expect((await nativeStatus(machine)).state).toBe('absent');
    expect(await message(install({ machine }))).toMatch(
      /^cannot write .*; make it writable or set XDG_CACHE_HOME$/,
    );
  });

  it('names a package whose description is damaged', async () => {
    const description = join(pretend.project, 'node_modules/@tensorflow/tfjs-node/package.json');
    writeFileSync(description, '{');
    expect(await message(nativeStatus(pretend.machine()))).toBe(
      `${description} is damaged; install the package again with npm`,
    );
  });

  it('keeps the cache when told to, and the next install links it', async () => {
    const machine = pretend.machine();
    await install({ machine });
    await removeNative({ machine, keepCache: true });
    expect((await nativeStatus(machine)).state).toBe('cached');
    expect(await install({ machine })).toMatchObject({ outcome: 'linked' });
  });

  it('names what there is when a version is not there', async () => {
    expect(await message(removeNative({ machine: pretend.machine(), tensorflow: '2.15.1' }))).toBe(
      'the cache holds no TensorFlow 2.15.1; it holds nothing',
    );
  });
});
