#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { packageVersion } from '../package-folder.js';
import { wrapped } from '../report/wrapped.js';
import { addCommand } from './commands/add.js';
import { compareCommand } from './commands/compare.js';
import { doctorCommand } from './commands/doctor.js';
import { foldCommand } from './commands/fold.js';
import { nativeCommand } from './commands/native.js';
import { trainCommand } from './commands/train.js';
import { reportOf } from './errors.js';

// A stack names the lines of the sources, not those of the bundle.
process.setSourceMapsEnabled(true);

const program = new Command('evenkeel')
  .description('Train and compare normalization, dropout and activation layers on TensorFlow.js.')
  .version(packageVersion())
  .addHelpText(
    'after',
    `
Exit codes: 0 success, 1 failure, 2 wrong usage, 130 interrupted.

First steps:
  evenkeel native install   the native backend, which is the fastest
  evenkeel add --list       recipes that you can copy into your project
  evenkeel compare          train recipes on MNIST and write a report
  evenkeel doctor           what is installed, what is missing, and how to fix it`,
  );
for (const command of [
  addCommand(),
  trainCommand(),
  compareCommand(),
  foldCommand(),
  nativeCommand(),
  doctorCommand(),
]) {
  program.addCommand(command);
}

/** Wrong usage is one line and a hint, with code 2; commander's own are several, with code 1. */
function inOneLine(command: Command): void {
  command.exitOverride();
  // Narrow terminals too get lines that break between words.
  command.configureHelp({ minWidthToWrap: 20 });
  command.configureOutput({
    writeOut: (text) => process.stdout.write(inLines(text, process.stdout.columns)),
    outputError: (text, write) => {
      const line = text
        .replace(/^error: /, '')
        .trim()
        .replace(/\s*\n\s*/g, ' ')
        .replace(/\.$/, '');
      write(`${program.name()}: ${line}; see \`${fullName(command)} --help\`\n`);
    },
  });
  command.commands.forEach(inOneLine);
}

/** Lines longer than the terminal is wide are wrapped at their own indent; a file or a pipe has no width. */
function inLines(text: string, width: number | undefined): string {
  if (width === undefined) return text;
  const wrap = (line: string): string => {
    const indent = /^ */.exec(line)?.[0] ?? '';
    return wrapped(line.trimStart(), width - indent.length).replaceAll(/^/gm, indent);
  };
  return text
    .split('\n')
    .map((line) => (line.length > width ? wrap(line) : line))
    .join('\n');
}

function fullName(command: Command): string {
  return command.parent ? `${fullName(command.parent)} ${command.name()}` : command.name();
}

// Commands whose results are files; what any other command prints is its result.
const writing = new Set(['train', 'compare', 'fold', 'add', 'install', 'remove']);
let writesFiles = false;
program.hook('preAction', (_, action) => {
  writesFiles = writing.has(action.name()) && !action.opts().list;
});

// `evenkeel train ... | head` closes the pipe on purpose: no message. On a full disk, a command that writes files goes on.
process.stderr.on('error', () => {});
let told = false;
process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
  if (told || code === 'EPIPE') return;
  told = true;
  const remedy = writesFiles ? 'going on without it' : 'free some space, or print elsewhere';
  console.error(`${program.name()}: cannot write to the standard output (${code}); ${remedy}`);
  if (!writesFiles) process.exitCode = 1;
});

inOneLine(program);
try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    if (error.exitCode !== 0) process.exitCode = 2;
  } else {
    const report = reportOf(error);
    console.error(report ? `${program.name()}: ${report.line}` : error);
    process.exitCode = report?.exitCode ?? 1;
  }
}
