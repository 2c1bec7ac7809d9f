import { Command } from 'commander';

export function foldCommand(): Command {
  return new Command('fold')
    .description('make of a saved model one for prediction: the same outputs, fewer layers')
    .argument('<model>', 'the folder that holds model.json')
    .argument('<out>', 'the folder for the folded model')
    .option('--force', 'write to <out> also where it holds files: a model there is replaced')
    .addHelpText(
      'after',
      `
Takes dropout out, makes plain layers of weight normalization, and puts batch normalization, mean-only batch
normalization and whitening into the dense layers and convolutions beside them. Before it writes anything it compares
the predictions of both models on random inputs. The model itself is left as it is.

Examples:
  evenkeel fold runs/2026-01-31-120000-mlp-weight-norm-seed1/model web/model
  evenkeel fold model folded --force`,
    )
    .action(async (model: string, out: string, options: { force?: boolean }) => {
      const { foldFiles } = await import('../fold.js');
      await foldFiles(model, out, options);
    });
}
