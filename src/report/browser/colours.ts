import type { ReportData } from '../data.js';

/** Colours are the style sheet's, which knows whether the page is light or dark. */
export const recipeColour = ({ recipes }: ReportData, recipe: string): string =>
  `var(--recipe-${recipes.indexOf(recipe) % 12})`;

/** The second six of twelve recipes are dashed: neighbours in hue are told apart without colour, too. */
export const recipeDash = ({ recipes }: ReportData, recipe: string): string =>
  recipes.indexOf(recipe) % 12 < 6 ? 'none' : '6 3';

const depthColours = ['var(--layer-0)', 'var(--layer-1)', 'var(--layer-2)', 'var(--layer-3)'];

/** The colour at a layer's place between the first and the last. */
export function layerColour({ layers }: ReportData, layer: string): string {
  const at = (layers.indexOf(layer) / Math.max(1, layers.length - 1)) * (depthColours.length - 1);
  const [before, after] = [Math.floor(at), Math.ceil(at)];
  if (before === after) return depthColours[before]!;
  const share = Math.round(100 * (at - before));
  return `color-mix(in oklab, ${depthColours[after]} ${share}%, ${depthColours[before]})`;
}
