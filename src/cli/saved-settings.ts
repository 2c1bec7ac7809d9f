import { join } from 'node:path';
import { damagedFile } from '../data/damaged.js';
import { DataFailure } from '../data/failure.js';
import { checkFields, isObject, type Rule } from '../data/fields.js';
import { readJson } from '../runs/run-folder.js';
import { recipes } from '../training/recipes.js';
import { type ComparisonSettings, compareSettings } from './settings.js';

const names = recipes.map(({ name }) => name);

const RECIPES: Rule = [
  (value) =>
    Array.isArray(value) &&
    value.length > 0 &&
    new Set(value).size === value.length &&
    value.every((name) => names.includes(name)),
  'a list of different recipes of this version',
];

const entries = Object.entries(compareSettings);
const RULES = {
  recipes: RECIPES,
  ...Object.fromEntries(entries.map(([name, { kind }]) => [name, kind.rule])),
};
const BEFORE = Object.fromEntries(
  entries.flatMap(([name, { before }]) => (before === undefined ? [] : [[name, before]])),
);

/**
 * The settings of a comparison that is to be resumed, as its compare.json has them.
 *
 * @throws DataFailure where it holds what nobody could have typed
 */
export async function savedSettings(folder: string): Promise<ComparisonSettings> {
  const path = join(folder, 'compare.json');
  const damaged = damagedFile(path, START_AGAIN);
  const json = await readJson<unknown>(path).catch(() => {
    throw new DataFailure(`${path} is damaged: it is not JSON; ${START_AGAIN}`);
  });
  const settings = isObject(json) ? { ...BEFORE, ...json } : json;
  checkFields(settings, RULES, damaged);
  return settings as ComparisonSettings;
}

const START_AGAIN = 'start again without --resume';
