import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findExecutable } from './executables.js';
import { NativeFailure } from './failure.js';
import type { Machine } from './machine.js';
import { findTfjsNode, type InstalledPackage } from './packages.js';

const wanted = '@tensorflow/tfjs-node@4.22.0';

/** Its install script is what fails where the download host refuses; the library comes from elsewhere. */
export const npmArguments = [
  'install',
  '--ignore-scripts',
  '--save-optional',
  '--no-audit',
  '--no-fund',
  wanted,
];

export const npmCommand = `npm ${npmArguments.join(' ')}`;

const keepers = [
  { lock: 'pnpm-lock.yaml', command: 'pnpm add --save-optional --ignore-scripts' },
  { lock: 'yarn.lock', command: 'yarn add --optional --ignore-scripts' },
] as const;

function hasProject(folder: string): boolean {
  if (existsSync(join(folder, 'package.json'))) return true;
  return dirname(folder) !== folder && hasProject(dirname(folder));
}

/** npm in a tree that another program keeps would wreck it: the user is told the command and runs it. */
function insistOnNpm(folder: string): void {
  const other = keepers.find(({ lock }) => existsSync(join(folder, lock)));
  if (!other) return;
  throw new NativeFailure(
    `this project is kept by ${other.command.split(' ')[0]}; run \`${other.command} ${wanted}\`, then this again`,
  );
}

/** Adds tfjs-node to the user's project. */
export async function addTfjsNode(machine: Machine): Promise<InstalledPackage> {
  if (!hasProject(machine.cwd)) {
    throw new NativeFailure(`no package.json in ${machine.cwd} or above it; run \`npm init\` first`);
  }
  insistOnNpm(machine.cwd);
  const npm = findExecutable(['npm'], machine);
  if (!npm) throw new NativeFailure(`no npm on PATH to add ${wanted}; run \`${npmCommand}\` in your project`);
  await new Promise<void>((resolve, reject) => {
    const options = { cwd: machine.cwd, env: machine.env as NodeJS.ProcessEnv, maxBuffer: 1 << 26 };
    execFile(npm, npmArguments, options, (error, _stdout, stderr) => {
      if (!error) return resolve();
      const line =
        stderr.split('\n').find((text) => /^npm (error|ERR!) (?!code)/.test(text)) ?? error.message;
      reject(new NativeFailure(`\`${npmCommand}\` failed: ${line.trim()}`));
    });
  });
  const added = findTfjsNode(machine);
  if (!added)
    throw new NativeFailure(`\`${npmCommand}\` left no package behind; run it by hand in your project`);
  return added;
}
