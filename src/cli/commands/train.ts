import { Command } from 'commander';
import { addSettings, trainSettings } from '../settings.js';

export function trainCommand(): Command {
  const command = new Command('train')
    .description('train one recipe, on MNIST by default, and keep the model and its log')
    .argument('<recipe>', 'such as mlp-relu, mlp-cosine or mlp-weight-norm');
  return addSettings(command, trainSettings)
    .addHelpText(
      'after',
      `
Writes <out>/<date-time>-<recipe>-seed<n>/ with config.json, log.jsonl, TensorBoard events, model/ and result.json.

Examples:
  evenkeel train mlp-cosine --epochs 5
  evenkeel train mlp-relu --examples 10000 --hold-out 2000 --learning-rate 0.1`,
    )
    .action(async (name, options) => {
      const { trainOne } = await import('../train.js');
      await trainOne(name, options);
    });
}
