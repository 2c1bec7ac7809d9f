import { Command, Option } from 'commander';
import { interruptible } from '../interruptible.js';
import { addSettings, configOf, count, type Settings } from '../settings.js';

async function runTrain(name: string, options: Settings & { seed: number; out: string }): Promise<void> {
  const { checkConfig, requireRecipe } = await import('../../training/check-config.js');
  requireRecipe(name);
  const { findRecipe } = await import('../../training/recipes.js');
  const { iterationsSentence } = await import('../../training/iterations.js');
  const { newRunsFolder, runName } = await import('../../runs/run-folder.js');
  const { arrange, chooseBackend, loadData, makeRun } = await import('../run.js');
  const { Progress } = await import('../progress.js');

  const recipe = findRecipe(name);
  if (!recipe) return;
  const all = await loadData(options);
  const config = configOf(options, recipe, options.seed, all.train.count);
  checkConfig(config, all.train.count);
  const environment = await chooseBackend(options);
  const path = await newRunsFolder(options.out, runName(config), new Date());
  console.log(`${recipe.name} on ${environment.backend}, learning rate ${config.learningRate}`);
  console.log(iterationsSentence(config.examples - config.holdOut, config.batchSize));
  const progress = new Progress([config], 0);
  try {
    await interruptible((signal) =>
      makeRun(recipe, config, arrange(all, config), { path, environment, progress, signal }),
    );
  } finally {
    progress.stop();
  }
  console.log(`\nrun          ${path}\nTensorBoard  tensorboard --logdir ${path}`);
  console.log(`\nNext: load the model with modelFiles('${path}/model') from 'evenkeel/node',`);
  console.log('or set it beside others with `npx evenkeel compare`.');
}

export function trainCommand(): Command {
  const command = new Command('train')
    .description('train one recipe on MNIST and keep the model and its log')
    .argument('<recipe>', 'such as mlp-relu, mlp-cosine or mlp-weight-norm');
  addSettings(command);
  return command
    .addOption(
      new Option('--seed <n>', 'fixes initial weights, order of the examples and masks')
        .argParser(count('--seed'))
        .default(1),
    )
    .addHelpText(
      'after',
      `
Writes <out>/<date-time>-<recipe>-seed<n>/ with config.json, log.jsonl, TensorBoard events, model/ and result.json.

Examples:
  evenkeel train mlp-cosine --epochs 5
  evenkeel train mlp-relu --examples 10000 --hold-out 2000 --learning-rate 0.1`,
    )
    .action(runTrain);
}
