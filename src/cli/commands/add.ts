import { Command } from 'commander';

export function addCommand(): Command {
  return new Command('add')
    .description('copy a recipe into your project, to change it there')
    .argument('[recipe]', 'its name, as --list shows it')
    .argument('[dir]', 'the folder to copy it to', '.')
    .option('--list', 'show all recipes and what each needs')
    .option('--js', 'plain JavaScript in place of TypeScript')
    .option('--force', 'replace files that are there')
    .addHelpText(
      'after',
      `
The files come from this package, byte for byte: nothing is downloaded. Nothing is replaced without --force.

Examples:
  evenkeel add --list
  evenkeel add mlp-dropout
  evenkeel add cnn-cosine src/models --js`,
    )
    .action(
      async (
        recipe: string | undefined,
        dir: string,
        options: { list?: boolean; js?: boolean; force?: boolean },
      ) => {
        const { addRecipe, listRecipes } = await import('../add.js');
        if (options.list) await listRecipes();
        else await addRecipe(recipe, dir, options);
      },
    );
}
