import type { Examples } from '../data/examples.js';
import { didYouMean } from '../errors/did-you-mean.js';
import { ConfigError } from './config-error.js';
import type { Recipe } from './recipe.js';
import { recipes } from './recipe-list.js';

export type { Recipe, RecipeOptions } from './recipe.js';
export { comparedRecipes, recipes } from './recipe-list.js';

/** Each convolutional recipe halves the image twice. */
const LEAST_PIXELS = 4;

/**
 * The shape in which a recipe takes one example of this data.
 *
 * @throws ConfigError where it takes images and the data has none, or too small ones
 */
export function inputShapeOf({ name, input }: Recipe, { features, image }: Examples): number[] {
  if (input === 'vector') return [features];
  if (image && input === 'rows') return [...image];
  if (image) {
    if (Math.min(...image) >= LEAST_PIXELS) return [...image, 1];
    throw new ConfigError(
      `${name} takes images of at least ${LEAST_PIXELS} x ${LEAST_PIXELS} pixels; received images of ${image.join(' x ')}; choose other data, or another recipe`,
    );
  }
  throw new ConfigError(`${name} takes images; received examples of ${features} numbers`);
}

/** @throws ConfigError for a name that no recipe has */
export function requireRecipe(name: string): Recipe {
  const recipe = recipes.find((candidate) => candidate.name === name);
  if (recipe) return recipe;
  const names = recipes.map((candidate) => candidate.name);
  throw new ConfigError(`no recipe has the name "${name}"; ${didYouMean(name, names)}`);
}
