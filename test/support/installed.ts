import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Packed {
  filename: string;
  /** Of the archive, and of what is in it. */
  size: number;
  unpackedSize: number;
  files: { path: string }[];
}

/** Packs the package into a folder. */
export function pack(folder: string): Packed {
  const { stdout, stderr } = spawnSync('npm', ['pack', '--json', '--pack-destination', folder], {
    encoding: 'utf8',
  });
  if (!stdout) throw new Error(`npm pack: ${stderr}`);
  return JSON.parse(stdout)[0];
}

/** A folder with the program of a user, and the packed package installed beside tfjs; the reason where it cannot be. */
export function install(): { folder: string; packed: Packed; reason: string } {
  const folder = mkdtempSync(join(tmpdir(), 'evenkeel-installed-'));
  const packed = pack(folder);
  const { devDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  cpSync('test/package/app', folder, { recursive: true });
  const { status, stderr } = spawnSync(
    'npm',
    [
      'install',
      '--prefer-offline',
      '--no-audit',
      '--no-fund',
      '--ignore-scripts',
      `./${packed.filename}`,
      `@tensorflow/tfjs@${devDependencies['@tensorflow/tfjs']}`,
    ],
    { cwd: folder, encoding: 'utf8' },
  );
  const error = stderr.split('\n').find((line) => line.startsWith('npm error')) ?? stderr;
  return { folder, packed, reason: status === 0 ? '' : `the packed package cannot be installed: ${error}` };
}
