import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageFolder } from '../package-folder.js';
import { comparisonCsv } from '../report/csv.js';
import { engineName, plural } from '../report/format.js';
import { reportPage } from '../report/page.js';
import { terminalTable } from '../report/terminal-table.js';
import { newRunsFolder, readRun, runName, writeJson, writeText } from '../runs/run-folder.js';
import { checkConfig } from '../training/check-config.js';
import { iterationsSentence } from '../training/iterations.js';
import { inputShapeOf, requireRecipe } from '../training/recipes.js';
import type { FinishedRun, RunConfig, RunEnvironment } from '../training/records.js';
import { summarize } from '../training/summary.js';
import type { TrainingData } from '../training/train.js';
import { commandOf, configsOf, findComparison, resumedSettings, settingsOf } from './comparison.js';
import { CliError, Interruption } from './errors.js';
import { exclusively } from './exclusively.js';
import { interruptible } from './interruptible.js';
import { Progress } from './progress.js';
import { arrange, chooseBackend, loadData, makeRun } from './run.js';
import type { ComparisonSettings } from './settings.js';

interface Options {
  out: string;
  resume?: string | true;
  verbose?: boolean;
}

/** `evenkeel compare`: recipes times seeds, then the table and the report of all of them. */
export async function compare(
  names: string[],
  { out, resume, verbose = false, ...given }: Omit<ComparisonSettings, 'recipes'> & Options,
  typed: readonly string[],
): Promise<void> {
  const asked = settingsOf(names, given);
  const resumed = resume === undefined ? undefined : await findComparison(out, resume);
  const settings = resumed
    ? await resumedSettings(resumed, asked, [...typed, ...(names.length > 0 ? ['recipes'] : [])])
    : asked;

  const all = await loadData(settings);
  const configs = configsOf(settings, all.train.count);
  for (const config of configs) checkConfig(config, all.train.count);
  for (const name of settings.recipes) inputShapeOf(requireRecipe(name), all.train);
  const environment = await chooseBackend(settings);
  if (resumed && environment.precision !== settings.precision) {
    throw new CliError(
      `--resume: products are ${environment.precision} here, but ${settings.precision} in ${resumed}; continue on the machine where it began, or start again without --resume`,
    );
  }
  const folder = resumed ?? (await newRunsFolder(out, 'compare', new Date()));
  // What was chosen is kept, so that a resumed comparison does not mix the times of two backends or precisions.
  const { backend, precision } = environment;
  const chosen = { ...settings, backend, precision } as ComparisonSettings;
  if (!resumed) await writeJson(join(folder, 'compare.json'), chosen);

  const first = configs[0]!;
  await exclusively(folder, async () => {
    const missing: RunConfig[] = [];
    const finished: FinishedRun[] = [];
    for (const config of configs) {
      const run = await readRun(join(folder, runName(config)));
      if (run) finished.push(run);
      else missing.push(config);
    }
    announce(settings, first, environment, folder, finished.length);
    if (missing.length > 0) tellOtherTimes(finished, environment);
    console.log('');
    await makeRuns(missing, arrange(all, first), { folder, environment, verbose, total: configs.length });
    await report(folder, configs, commandOf(chosen));
  });
}

function announce(
  { recipes, seeds, epochs, data }: ComparisonSettings,
  { examples, holdOut, batchSize }: RunConfig,
  environment: RunEnvironment,
  folder: string,
  done: number,
): void {
  console.log(
    `${plural(recipes.length, 'recipe')} x ${plural(seeds, 'seed')}, ${plural(epochs, 'epoch')}, on ${engineName(environment)}`,
  );
  console.log(iterationsSentence(examples - holdOut, batchSize));
  if (data !== null) console.log(`data from ${data}`);
  console.log(`writing to ${folder}`);
  if (done > 0) console.log(`${plural(done, 'run')} finished before: kept`);
}

function tellOtherTimes(finished: readonly FinishedRun[], { compiled = false }: RunEnvironment): void {
  const others = finished.filter(({ environment }) => (environment.compiled ?? false) !== compiled).length;
  if (others === 0) return;
  const [these, those] = compiled ? ['compiled', 'not'] : ['not compiled', 'compiled'];
  console.log(`these runs are ${these}, ${others} of the finished ones ${those}: their times differ`);
}

async function makeRuns(
  missing: readonly RunConfig[],
  data: TrainingData,
  given: { folder: string; environment: RunEnvironment; verbose: boolean; total: number },
): Promise<void> {
  const { folder, environment, verbose, total } = given;
  const width = Math.max(0, ...missing.map(({ recipe, seed }) => `${recipe} seed ${seed}`.length));
  const progress = new Progress(missing, width);
  let finished = total - missing.length;
  try {
    await interruptible(async (signal) => {
      for (const config of missing) {
        const path = join(folder, runName(config));
        const place = { path, environment, progress, signal, verbose };
        await makeRun(requireRecipe(config.recipe), config, data, place);
        finished++;
      }
    });
  } catch (error) {
    if (!(error instanceof Interruption)) throw error;
    throw new Interruption(
      error.exitCode,
      `interrupted after ${finished} of ${plural(total, 'run')}, which are kept; go on with \`npx evenkeel compare --resume ${folder}\``,
    );
  } finally {
    progress.stop();
  }
}

async function report(folder: string, configs: readonly RunConfig[], command: string): Promise<void> {
  const read = await Promise.all(configs.map((config) => readRun(join(folder, runName(config)))));
  const runs = read.filter((run): run is FinishedRun => run !== undefined);
  const rows = summarize(runs);
  const script = await readFile(join(packageFolder, 'dist/report/script.js'), 'utf8');
  await writeText(join(folder, 'table.csv'), comparisonCsv(rows));
  await writeText(join(folder, 'report.html'), reportPage({ rows, runs, command, date: new Date(), script }));

  console.log(`\n${terminalTable(rows, process.stdout.columns)}\n`);
  console.log(`report       ${join(folder, 'report.html')}`);
  console.log(`table        ${join(folder, 'table.csv')}`);
  console.log(`models       ${join(folder, '<recipe>-seed<n>', 'model')}`);
  console.log(`TensorBoard  tensorboard --logdir ${folder}`);
  console.log('\nNext: open the report in a browser;');
  console.log('      train longer: npx evenkeel compare --epochs 10;');
  console.log('      load a model: tf.loadLayersModel(modelFiles(folder)),');
  console.log("                    with modelFiles from 'evenkeel/node'.");
}
