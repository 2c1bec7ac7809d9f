import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bindingArguments } from '../../src/native/binding.js';
import { cacheRoot, entryFolder } from '../../src/native/cache.js';
import { downloadArguments } from '../../src/native/pip.js';
import { platforms, supportOf } from '../../src/native/platforms.js';
import { placeInEntry } from '../../src/native/wheel.js';

interface Listing {
  wheel: string;
  bytes: number;
  files: { name: string; size: number }[];
}

// Made by scripts/wheel-listing.mjs from the wheels themselves.
const listing = (name: string) =>
  JSON.parse(readFileSync(new URL(`fixtures/wheel-${name}.json`, import.meta.url), 'utf8')) as Listing;

describe.each(Object.entries(platforms))('the wheel for %s', (_, platform) => {
  const { wheel, bytes, files } = listing(platform.name);
  const kept = files.flatMap(({ name, size }) => {
    const place = placeInEntry(name, platform.libraries);
    return place === undefined ? [] : [{ name, place, size }];
  });

  it('is one that pip finds by our tags', () => {
    expect(wheel).toMatch(new RegExp(`^${platform.project.replace('-', '_')}-2\\.21\\.0-cp312-cp312-`));
    expect(platform.tags.some((tag) => wheel.endsWith(`${tag}.whl`))).toBe(true);
  });

  it('holds the libraries, and the headers that the binding includes', () => {
    const places = kept.map(({ place }) => place);
    for (const library of platform.libraries) expect(places).toContain(`lib/${library}`);
    for (const header of ['c_api.h', 'c_api_experimental.h', 'eager/c_api.h', 'tf_status.h', 'tf_tensor.h']) {
      expect(places).toContain(`include/tensorflow/c/${header}`);
    }
    expect(files.some(({ name }) => name.endsWith('.dist-info/RECORD'))).toBe(true);
  });

  it('is as large as is said before the download', () => {
    expect(platform.size.wheel).toBe(bytes);
    const unpacked = kept.reduce((sum, { size }) => sum + size, 0);
    // Said with a little more than the files, for the binding.
    expect(platform.size.unpacked).toBeGreaterThanOrEqual(unpacked);
    expect(platform.size.unpacked).toBeLessThan(unpacked * 1.01);
  });

  it('is downloaded for itself, whatever Python the user has', () => {
    const args = downloadArguments(platform, '2.21.0', '3.12', '/into');
    expect(args.slice(0, 3)).toEqual(['-m', 'pip', 'download']);
    expect(args.join(' ')).toContain(
      '--only-binary=:all: --implementation cp --python-version 3.12 --abi cp312',
    );
    for (const tag of platform.tags) expect(args[args.indexOf(tag) - 1]).toBe('--platform');
    expect(args.at(-1)).toBe(`${platform.project}==2.21.0`);
    expect(args.some((arg) => /index-url|--proxy|--isolated/.test(arg))).toBe(false);
  });

  it('is linked by a path relative to the binding', () => {
    const args = bindingArguments({
      platform,
      nodeApiHeaders: '/headers',
      tfjsNode: '/tfjs-node',
      entry: '/entry',
      into: '/entry/binding-4.22.0',
    });
    const origin = platform.name.startsWith('macos') ? '@loader_path' : '$ORIGIN';
    expect(args).toContain(`-Wl,-rpath,${origin}/../lib`);
    for (const library of platform.libraries) expect(args).toContain(`/entry/lib/${library}`);
    expect(args.includes('-bundle')).toBe(platform.name.startsWith('macos'));
  });
});

describe('the cache', () => {
  const machine = (env: Record<string, string>, platform = 'linux') =>
    ({ env, platform, home: '/home/user' }) as Parameters<typeof cacheRoot>[0];

  it('is where the platform keeps caches', () => {
    expect(cacheRoot(machine({}))).toBe('/home/user/.cache/evenkeel');
    expect(cacheRoot(machine({}, 'darwin'))).toBe('/home/user/Library/Caches/evenkeel');
    expect(cacheRoot(machine({ XDG_CACHE_HOME: '/big' }))).toBe('/big/evenkeel');
    expect(cacheRoot(machine({ XDG_CACHE_HOME: 'relative' }))).toBe('/home/user/.cache/evenkeel');
  });

  it('is keyed by version and platform', () => {
    const names = Object.values(platforms).map((platform) => entryFolder('/c', '2.21.0', platform));
    expect(names).toEqual([
      '/c/tensorflow-2.21.0-linux-x86_64',
      '/c/tensorflow-2.21.0-linux-aarch64',
      '/c/tensorflow-2.21.0-macos-arm64',
    ]);
  });
});

it('Windows is told of WSL and of wasm', () => {
  expect(supportOf({ platform: 'win32', arch: 'x64', glibc: () => undefined })).toMatchObject({
    ok: false,
    problem: 'no native backend for win32 x64',
    remedy: 'run inside WSL (Linux on Windows) or use the wasm backend',
  });
});
