import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runsFolders } from '../runs/run-folder.js';
import { comparedRecipes, requireRecipe } from '../training/recipes.js';
import type { RunConfig } from '../training/records.js';
import { CliError } from './errors.js';
import { savedSettings } from './saved-settings.js';
import { type ComparisonSettings, configOf, type Settings } from './settings.js';

export function settingsOf(
  names: readonly string[],
  options: Settings & { seeds: number },
): ComparisonSettings {
  for (const name of names) requireRecipe(name);
  const {
    seeds,
    epochs,
    batchSize,
    learningRate,
    examples,
    holdOut,
    hidden,
    backend,
    accelerate,
    precision,
    data,
  } = options;
  return {
    recipes: names.length > 0 ? [...new Set(names)] : comparedRecipes.map(({ name }) => name),
    seeds,
    epochs,
    batchSize,
    learningRate,
    examples,
    holdOut,
    hidden,
    backend,
    accelerate,
    precision,
    data,
  };
}

/** The runs of a comparison: every recipe with one seed before the next seed, so that an early end has all of them. */
export function configsOf(settings: ComparisonSettings, available: number): RunConfig[] {
  const seeds = Array.from({ length: settings.seeds }, (_, i) => i + 1);
  return seeds.flatMap((seed) =>
    settings.recipes.map((name) => configOf(settings, requireRecipe(name), seed, available)),
  );
}

/** The folder to go on with: the one named, or the newest under `out`. */
export async function findComparison(out: string, named: string | true): Promise<string> {
  const folder = named === true ? (await runsFolders(out, 'compare')).at(-1) : named;
  if (folder === undefined) {
    throw new CliError(`--resume: ${out} holds no comparison; leave --resume out to start one`, 2);
  }
  if (!existsSync(join(folder, 'compare.json'))) {
    throw new CliError(`--resume: ${folder} has no compare.json; name the folder of a comparison`, 2);
  }
  return folder;
}

/**
 * The settings of the comparison that goes on.
 *
 * @param typed names of the options that the user has typed: they must not contradict what was begun
 */
export async function resumedSettings(
  folder: string,
  asked: ComparisonSettings,
  typed: readonly string[],
): Promise<ComparisonSettings> {
  const before = await savedSettings(folder);
  const show = (settings: ComparisonSettings, key: string) => {
    const value = settings[key as keyof ComparisonSettings];
    return typeof value === 'boolean' ? (value ? 'on' : 'off') : String(value);
  };
  for (const key of typed.filter((name) => name in before)) {
    if (show(asked, key) === show(before, key)) continue;
    // What auto had chosen is what stands there.
    if (key === 'backend' && asked.backend === 'auto') continue;
    const flag =
      key === 'accelerate'
        ? 'acceleration'
        : key === 'recipes'
          ? 'the list of recipes'
          : `--${key.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}`;
    throw new CliError(
      `${flag} is ${show(asked, key)}, but ${show(before, key)} in ${folder}; leave it out, or start anew without --resume`,
      2,
    );
  }
  return before;
}

/** A text as one word of a POSIX shell, which takes nothing within single quotes for a command. */
export const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** The command line that makes a comparison with these settings. */
export function commandOf(settings: ComparisonSettings): string {
  const flags: [string, unknown][] = [
    ['--seeds', settings.seeds],
    ['--epochs', settings.epochs],
    ['--batch-size', settings.batchSize],
    ['--hidden', settings.hidden.join(',')],
    ['--learning-rate', settings.learningRate],
    ['--examples', settings.examples],
    ['--hold-out', settings.holdOut || null],
    ['--data', settings.data && quoted(settings.data)],
    ['--backend', settings.backend === 'auto' ? null : settings.backend],
    ['--precision', settings.precision === 'float32' ? null : settings.precision],
    ['--no-accelerate', settings.accelerate ? null : ''],
  ];
  const byDefault = comparedRecipes.map(({ name }) => name).join() === settings.recipes.join();
  const names = byDefault ? [] : settings.recipes;
  const given = flags.filter(([, value]) => value !== null).map(([flag, value]) => `${flag} ${value}`.trim());
  return ['npx evenkeel compare', ...names, ...given].join(' ');
}
