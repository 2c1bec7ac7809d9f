import { engineName } from '../report/format.js';
import { newRunsFolder, runName } from '../runs/run-folder.js';
import { checkConfig } from '../training/check-config.js';
import { iterationsSentence } from '../training/iterations.js';
import { inputShapeOf, requireRecipe } from '../training/recipes.js';
import { interruptible } from './interruptible.js';
import { Progress } from './progress.js';
import { arrange, chooseBackend, loadData, makeRun } from './run.js';
import { configOf, type Settings } from './settings.js';

/** `evenkeel train`: one recipe, one seed, a folder of its own. */
export async function trainOne(
  name: string,
  options: Settings & { seed: number; out: string; verbose?: true },
): Promise<void> {
  const recipe = requireRecipe(name);
  const all = await loadData(options);
  const config = configOf(options, recipe, options.seed, all.train.count);
  checkConfig(config, all.train.count);
  inputShapeOf(recipe, all.train);
  const environment = await chooseBackend(options);
  const path = await newRunsFolder(options.out, runName(config), new Date());

  console.log(`${recipe.name} on ${engineName(environment)}, learning rate ${config.learningRate}`);
  console.log(iterationsSentence(config.examples - config.holdOut, config.batchSize));
  if (options.data !== null) console.log(`data from ${options.data}`);
  const progress = new Progress([config], 0);
  const verbose = options.verbose ?? false;
  try {
    await interruptible((signal) =>
      makeRun(recipe, config, arrange(all, config), { path, environment, progress, signal, verbose }),
    );
  } finally {
    progress.stop();
  }

  console.log(`\nrun          ${path}`);
  console.log(`TensorBoard  tensorboard --logdir ${path}`);
  console.log('\nNext: set it beside others: npx evenkeel compare;');
  console.log(`      load the model: tf.loadLayersModel(modelFiles('${path}/model')),`);
  console.log("                      with modelFiles from 'evenkeel/node'.");
}
