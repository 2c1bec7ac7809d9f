import { Command } from 'commander';
import { addSettings, compareSettings } from '../settings.js';

export function compareCommand(): Command {
  const command = new Command('compare')
    .description('train recipes over several seeds and set them side by side in a table and a report')
    .argument('[recipes...]', 'default: the twelve that change one thing of the same network');
  return addSettings(command, compareSettings)
    .option(
      '--resume [folder]',
      'continue a comparison, by default the newest in <out>; finished runs are kept',
    )
    .addHelpText(
      'after',
      `
Writes <out>/<date-time>-compare/ with report.html, table.csv and a folder for each run: config.json, log.jsonl,
TensorBoard events, model/ and result.json. Ctrl-C keeps what is finished.

Examples:
  evenkeel compare
  evenkeel compare mlp-relu mlp-cosine --seeds 5 --epochs 10
  evenkeel compare --hidden 64,64,64,64,64,64 --learning-rate 0.1
  evenkeel compare --resume`,
    )
    .action(async (names: string[], options) => {
      const { compare } = await import('../compare.js');
      const typed = Object.keys(options).filter((key) => command.getOptionValueSource(key) === 'cli');
      await compare(names, options, typed);
    });
}
