import { ConfigError } from './config-error.js';
import { requireRecipe } from './recipes.js';
import type { RunConfig } from './records.js';

type Setting = keyof RunConfig;

/** Typing mistakes above these are reported before they fill the memory. */
const MOST_LAYERS = 1000;
const MOST_WEIGHTS = 2 ** 28;

/**
 * Checks the settings of a run against the data there is.
 *
 * @param available training examples of the data set
 * @throws ConfigError for the first setting that is wrong
 */
export function checkConfig(config: RunConfig, available: number): void {
  requireRecipe(config.recipe);
  requireCount('epochs', config.epochs);
  requireCount('batchSize', config.batchSize);
  requireCount('examples', config.examples);
  for (const units of config.hidden) requireCount('hidden', units);
  requireThat(
    config.hidden.length <= MOST_LAYERS,
    'hidden',
    `at most ${MOST_LAYERS} layers`,
    config.hidden.length,
  );
  const weights = config.hidden.map((units, i) => units * (config.hidden[i + 1] ?? 1));
  requireThat(
    weights.every((count) => count <= MOST_WEIGHTS),
    'hidden',
    `layers with at most ${MOST_WEIGHTS} weights between two, a gigabyte`,
    Math.max(...weights),
  );
  requireThat(
    Number.isInteger(config.seed) && config.seed >= 0 && config.seed < 2 ** 24,
    'seed',
    'an integer from 0 to 16777215',
    config.seed,
  );
  requireThat(
    Number.isFinite(config.learningRate) && config.learningRate > 0,
    'learningRate',
    'a number above 0',
    config.learningRate,
  );
  requireThat(
    config.examples <= available,
    'examples',
    `at most ${available}, all that the data has`,
    config.examples,
  );
  requireThat(
    Number.isInteger(config.holdOut) && config.holdOut >= 0 && config.holdOut < config.examples,
    'holdOut',
    `an integer from 0 to ${config.examples - 1}, fewer than the examples`,
    config.holdOut,
  );
  const trained = config.examples - config.holdOut;
  requireThat(
    config.batchSize <= trained,
    'batchSize',
    `at most ${trained}, the number of training examples`,
    config.batchSize,
  );
}

function requireCount(setting: Setting, value: number): void {
  requireThat(Number.isInteger(value) && value > 0, setting, 'a positive integer', value);
}

function requireThat(right: boolean, setting: Setting, expected: string, received: number): void {
  if (!right) throw new ConfigError(`must be ${expected}; received ${received}`, setting);
}
