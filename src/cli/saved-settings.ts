import { join } from 'node:path';
import { damagedFile } from '../data/damaged.js';
import { DataFailure } from '../data/failure.js';
import { checkFields, integer, listOf, oneOf, orNull, type Rule, rules } from '../data/fields.js';
import { precisions } from '../native/precision.js';
import { readJson } from '../runs/run-folder.js';
import { recipes } from '../training/recipes.js';
import { backends, type ComparisonSettings, MOST, MOST_SEEDS, MOST_UNITS } from './settings.js';

const names = recipes.map(({ name }) => name);

/** What the flags of the command line let pass. */
const SETTINGS: Record<keyof ComparisonSettings, Rule> = {
  recipes: [
    (value) =>
      Array.isArray(value) &&
      value.length > 0 &&
      new Set(value).size === value.length &&
      value.every((name) => names.includes(name)),
    'a list of different recipes that there are',
  ],
  seeds: integer(1, MOST_SEEDS),
  epochs: integer(1, MOST),
  batchSize: integer(1, MOST),
  learningRate: orNull(rules.positive),
  examples: orNull(integer(1, MOST)),
  holdOut: integer(0, MOST),
  hidden: listOf(integer(1, MOST_UNITS)),
  backend: oneOf(backends),
  accelerate: rules.flag,
  precision: oneOf(precisions),
  data: orNull(rules.text),
};

/**
 * The settings of a comparison that is to go on, as its compare.json has them.
 *
 * @throws DataFailure where it holds what nobody could have typed
 */
export async function savedSettings(folder: string): Promise<ComparisonSettings> {
  const path = join(folder, 'compare.json');
  const damaged = damagedFile(path, 'start anew without --resume');
  const json = await readJson<unknown>(path).catch(() => {
    throw new DataFailure(`${path} is damaged: it is not JSON; start anew without --resume`);
  });
  // Those of an older version were made without.
  const settings =
    json && typeof json === 'object' ? { accelerate: false, precision: 'float32', ...json } : json;
  checkFields(settings, SETTINGS, damaged);
  return settings as ComparisonSettings;
}
