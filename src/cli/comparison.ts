import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runsFolders } from '../runs/run-folder.js';
import { comparedRecipes, requireRecipe } from '../training/recipes.js';
import type { RunConfig } from '../training/records.js';
import { CliError } from './errors.js';
import { flagOf, offFlagOf } from './flags.js';
import { savedSettings } from './saved-settings.js';
import {
  type ComparisonSettings,
  compareSettings,
  configOf,
  type Setting,
  settingNames,
} from './settings.js';

/** @param names of recipes; none: the twelve that change one thing of the same network */
export function settingsOf(
  names: readonly string[],
  settings: Omit<ComparisonSettings, 'recipes'>,
): ComparisonSettings {
  for (const name of names) requireRecipe(name);
  const recipes = names.length > 0 ? [...new Set(names)] : comparedRecipes.map(({ name }) => name);
  return { recipes, ...settings };
}

/** The runs of a comparison: every recipe with one seed before the next seed: an early end has all recipes. */
export function configsOf(settings: ComparisonSettings, available: number): RunConfig[] {
  const seeds = Array.from({ length: settings.seeds }, (_, i) => i + 1);
  return seeds.flatMap((seed) =>
    settings.recipes.map((name) => configOf(settings, requireRecipe(name), seed, available)),
  );
}

/** The folder to resume: the one named, or the newest under `out`. */
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
 * The settings of the comparison that is resumed.
 *
 * @param typed names of the options that the user has typed: they must not contradict the ones it was started with
 */
export async function resumedSettings(
  folder: string,
  asked: ComparisonSettings,
  typed: readonly string[],
): Promise<ComparisonSettings> {
  const before = await savedSettings(folder);
  const given = new Set(typed);
  const changed: Partial<Record<string, unknown>> = {};
  const compareWith = (title: string, now: unknown, then: unknown) => {
    if (shown(now) === shown(then)) return;
    throw new CliError(
      `${title} is ${shown(now)}, but ${shown(then)} in ${folder}; leave it out, or start again without --resume`,
      2,
    );
  };
  if (given.has('recipes')) compareWith('the list of recipes', asked.recipes, before.recipes);
  for (const name of settingNames.filter((name) => given.has(name))) {
    // compare.json has the backend that auto chose.
    if (name === 'backend' && asked.backend === 'auto') continue;
    const { title, mayChange }: Setting<unknown> = compareSettings[name];
    if (mayChange) changed[name] = asked[name];
    else compareWith(title ?? flagOf(name), asked[name], before[name]);
  }
  return { ...before, ...changed };
}

const shown = (value: unknown) => (typeof value === 'boolean' ? (value ? 'on' : 'off') : String(value));

/** A text as one word of a POSIX shell, which runs nothing within single quotes. */
export const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

const asWord = (text: string) => (/^[\w.,+-]+$/.test(text) ? text : quoted(text));

/** The command line that makes a comparison with these settings. */
export function commandOf(settings: ComparisonSettings): string {
  const byDefault = comparedRecipes.map(({ name }) => name).join() === settings.recipes.join();
  const recipes = byDefault ? [] : settings.recipes;
  const flags = settingNames.flatMap((name) => {
    const { kind, initial, always }: Setting<unknown> = compareSettings[name];
    const value = settings[name];
    if (!always && value === initial) return [];
    return kind.placeholder === undefined ? [offFlagOf(name)] : [flagOf(name), asWord(String(value))];
  });
  return ['npx evenkeel compare', ...recipes, ...flags].join(' ');
}
