import { spawn } from 'node:child_process';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { NativeFailure, saysDiskIsFull } from './failure.js';
import type { Machine } from './machine.js';
import type { Platform } from './platforms.js';

/** The wheels differ only in Python modules that are not used here; which of them exist differs by version. */
const pythons = ['3.12', '3.11', '3.13', '3.10'];

/** Nothing here hides the user's own pip configuration: mirrors and proxies must hold. */
export function downloadArguments(
  platform: Platform,
  version: string,
  python: string,
  into: string,
): string[] {
  return [
    ...['-m', 'pip', 'download', '--no-deps', '--only-binary=:all:', '--implementation', 'cp'],
    ...['--python-version', python, '--abi', `cp${python.replace('.', '')}`],
    ...platform.tags.flatMap((tag) => ['--platform', tag]),
    // The wheel is taken apart and thrown away, and this cache keeps the result: a second copy in pip's is a waste.
    ...['--no-cache-dir', '--progress-bar', 'off', '--disable-pip-version-check', '--no-input'],
    ...['--dest', into, `${platform.project}==${version}`],
  ];
}

const unreachable =
  /Retrying \(Retry|ConnectionError|ConnectTimeout|ReadTimeoutError|name resolution|SSLError|ProxyError|Network is unreachable/;

/** One line for what pip said; `retry` means that a wheel for another Python may exist. */
export function explainPip(output: string, what: string): { problem: string; retry: boolean } {
  if (saysDiskIsFull(output)) {
    return {
      problem: `the disk is full while pip downloads ${what}; free some space and run it again`,
      retry: false,
    };
  }
  const versions = /\(from versions: ([^)]*)\)/.exec(output)?.[1];
  const offered = versions === 'none' ? undefined : versions;
  if (unreachable.test(output) && !offered) {
    return {
      problem: `pip cannot reach its package index for ${what}; check the network, the proxy or \`pip config list\``,
      retry: false,
    };
  }
  if (/No matching distribution|Could not find a version/.test(output)) {
    const known = offered ? ` (it offers ${offered.split(', ').slice(-6).join(', ')})` : '';
    return {
      problem: `the package index that pip uses has no ${what} for this platform${known}; choose another with --tensorflow`,
      retry: true,
    };
  }
  const lines = output.trim().split('\n');
  const line = lines.filter((text) => text.startsWith('ERROR:')).at(-1) ?? lines.at(-1) ?? '';
  return { problem: `pip cannot download ${what}: ${line.replace(/^ERROR: /, '').trim()}`, retry: false };
}

async function bytesUnder(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const sizes = entries.map((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return bytesUnder(path);
    return stat(path).then(
      ({ size }) => size,
      () => 0,
    );
  });
  return (await Promise.all(sizes)).reduce((a, b) => a + b, 0);
}

interface Ended {
  code: number | null;
  output: string;
}

function runPip(
  python: string,
  args: string[],
  env: Machine['env'],
  signal: AbortSignal,
  onOutput: (output: string) => void,
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(python, args, {
      env: env as NodeJS.ProcessEnv,
      signal,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const collect = (chunk: Buffer) => {
      output += chunk.toString();
      onOutput(output);
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
  });
}

export interface DownloadOptions {
  python: string;
  platform: Platform;
  version: string;
  /** Empty folder for this attempt: pip's temporary files and the wheel; whoever cleans it up cleans up all. */
  into: string;
  machine: Machine;
  onProgress: (done: number, total: number) => void;
  signal: AbortSignal;
}

function runOnce(options: DownloadOptions, pythonVersion: string, onTotal: (bytes: number) => void) {
  const { python, platform, version, into, machine, signal } = options;
  // Nothing is installed: a rule that pip must install into virtual environments alone has no say here.
  const env = { ...machine.env, TMPDIR: into, PYTHONUNBUFFERED: '1', PIP_REQUIRE_VIRTUALENV: '0' };
  const args = downloadArguments(platform, version, pythonVersion, into);
  return runPip(python, args, env, signal, (text) => {
    const megabytes = /Downloading \S+ \(([\d.]+) MB\)/.exec(text)?.[1];
    if (megabytes) onTotal(Number(megabytes) * 1e6);
  });
}

async function wheelIn(folder: string, project: string): Promise<string> {
  const wheel = (await readdir(folder)).find((name) => name.endsWith('.whl'));
  if (!wheel) throw new NativeFailure(`pip said that it had downloaded ${project} but left no wheel`);
  return join(folder, wheel);
}

/** Downloads the wheel with the user's own pip and returns its path. */
export async function downloadWheel(options: DownloadOptions): Promise<string> {
  const { platform, version, into, onProgress } = options;
  let total = platform.size.wheel;
  const polling = setInterval(async () => {
    const done = await bytesUnder(into);
    if (done > 0) onProgress(Math.min(done, total), total);
  }, 200);
  let problem = '';
  try {
    for (const pythonVersion of pythons) {
      const { code, output } = await runOnce(options, pythonVersion, (bytes) => {
        total = bytes;
      });
      if (code === 0) {
        onProgress(total, total);
        return await wheelIn(into, platform.project);
      }
      const explained = explainPip(output, `${platform.project} ${version}`);
      // Of several misses the one that lists what the index offers says most.
      if (!explained.retry) throw new NativeFailure(explained.problem);
      if (!problem || /it offers/.test(explained.problem)) problem = explained.problem;
    }
  } finally {
    clearInterval(polling);
  }
  throw new NativeFailure(problem);
}
