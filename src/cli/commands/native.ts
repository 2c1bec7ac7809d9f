import { Command, Option } from 'commander';
import { NativeFailure } from '../../native/failure.js';
import { type InstallResult, install } from '../../native/install.js';
import { defaultTensorflow, inMegabytes } from '../../native/platforms.js';
import { removeNative } from '../../native/remove.js';
import { nativeStatus } from '../../native/status.js';
import { CliError } from '../errors.js';
import { InstallProgress } from './install-progress.js';

function version(value: string): string {
  if (/^\d+\.\d+\.\d+$/.test(value)) return value;
  throw new CliError(`--tensorflow takes a version such as ${defaultTensorflow}; received "${value}"`, 2);
}

function summary({ outcome, tfjsNode, tensorflow, entry }: InstallResult): string {
  const what = `tfjs-node ${tfjsNode.version}`;
  if (outcome === 'stock') return `${what} has a library of its own that works: nothing to do`;
  const source = `TensorFlow ${tensorflow} from ${entry}`;
  if (outcome === 'already') return `${what} is already linked to ${source}: nothing to do`;
  return `native backend ready: ${what} with ${source}${outcome === 'linked' ? ' (it was in the cache)' : ''}`;
}

async function runInstall(options: { tensorflow: string; optional?: boolean }): Promise<void> {
  const progress = new InstallProgress(process.stderr);
  process.once('SIGINT', () => {
    progress.stop();
    console.error('evenkeel: interrupted; run it again to go on from there');
    process.exit(130);
  });
  try {
    const { tensorflow } = options;
    const result = await install({ tensorflow, onProgress: (event) => progress.show(event) });
    progress.stop();
    console.log(summary(result));
  } catch (error) {
    progress.stop();
    if (!options.optional || !(error instanceof NativeFailure)) throw error;
    console.error(`native backend not installed, going on without it: ${error.message}`);
  }
}

async function runStatus(options: { json?: boolean }): Promise<void> {
  const status = await nativeStatus();
  if (options.json) return console.log(JSON.stringify(status, null, 2));
  console.log(`${status.state}: ${status.detail}${status.remedy && `; ${status.remedy}`}`);
  if (status.tfjsNode) console.log(`tfjs-node ${status.tfjsNode.version} in ${status.tfjsNode.folder}`);
  for (const { folder, bytes, complete } of status.cache) {
    console.log(`cache ${folder} (${inMegabytes(bytes)}${complete ? '' : ', incomplete'})`);
  }
}

async function runRemove(options: { keepCache?: boolean; tensorflow?: string }): Promise<void> {
  const { unlinked, deleted } = await removeNative(options);
  if (unlinked) console.log(`unlinked from ${unlinked}`);
  for (const { folder, bytes } of deleted) console.log(`deleted ${folder} (${inMegabytes(bytes)})`);
  if (!unlinked && deleted.length === 0) console.log('nothing to remove');
}

function installCommand(): Command {
  return new Command('install')
    .description(
      'install the library from the Python package index, build the binding, link both into tfjs-node',
    )
    .addOption(
      new Option('--tensorflow <version>', 'version of TensorFlow')
        .default(defaultTensorflow)
        .argParser(version),
    )
    .option('--optional', 'on failure say why in one line and exit with 0')
    .addHelpText(
      'after',
      `
Needs a C++ compiler (g++, c++, clang++ or $CXX) and Python 3 with pip ($EVENKEEL_PYTHON), whose own settings hold.
About 1.1 GB of disk while it works and 0.85 GB after, once for all projects, in the cache folder ($XDG_CACHE_HOME).
It can be interrupted at any point: the next run goes on. Adds tfjs-node to the project where it is missing.`,
    )
    .action(runInstall);
}

function statusCommand(): Command {
  return new Command('status')
    .description('what is installed, and where')
    .option('--json', 'as JSON')
    .action(runStatus);
}

function removeCommand(): Command {
  return new Command('remove')
    .description('unlink the library from this project and delete it from the cache')
    .addOption(new Option('--tensorflow <version>', 'delete this version alone').argParser(version))
    .option('--keep-cache', 'unlink only; a later loadBackend() that prefers native links it again')
    .addHelpText(
      'after',
      '\nOther projects share the cached files: they fall back to wasm until an install there or here. tfjs-node itself stays.',
    )
    .action(runRemove);
}

export function nativeCommand(): Command {
  return new Command('native')
    .description('the native backend: TensorFlow’s own library behind tfjs-node')
    .addCommand(installCommand())
    .addCommand(statusCommand())
    .addCommand(removeCommand());
}
