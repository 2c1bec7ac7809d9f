import { NOTICE } from './code-of-layers.mjs';

/** The files that name every recipe, by path. */
export function codeOfRecipes(recipes) {
  const manifest = recipes.map(({ name, title, files, needs, start }) => ({
    name,
    title,
    files,
    needs,
    start,
  }));
  return {
    'recipes/recipes.json': JSON.stringify(manifest),
    'src/training/recipe-list.ts': recipeList(recipes.filter(({ input }) => input)),
  };
}

function recipeList(recipes) {
  const sorted = [...recipes].sort((a, b) => (a.name < b.name ? -1 : 1));
  const imports = sorted.map(
    ({ name, build }) => `import * as ${moduleOf(build)} from '../../recipes/${name}.js';\n`,
  );
  const lines = (compared) =>
    recipes
      .filter((recipe) => recipe.compared === compared)
      .map(({ name, input, build }) => {
        const from = moduleOf(build);
        return `{ name: '${name}', input: '${input}', build: ${from}.${build}, learningRate: ${from}.learningRate },\n`;
      })
      .join('');
  return `${NOTICE}
${imports.join('')}import type { Recipe } from './recipe.js';

/** The same network with one thing changed each time: what \`compare\` trains where nothing is named, in this order. */
export const comparedRecipes: readonly Recipe[] = [
${lines(true)}];

/** The recipes that \`train\` and \`compare\` know. */
export const recipes: readonly Recipe[] = [
...comparedRecipes,
${lines(false)}];
`;
}

/** The name of a recipe's module: \`buildMlpRelu\` is in \`mlpRelu\`. */
function moduleOf(build) {
  const name = build.replace(/^build/, '');
  return name.charAt(0).toLowerCase() + name.slice(1);
}
