import { join } from 'node:path';
import { Command, Option } from 'commander';
import type { RunConfig } from '../../training/records.js';
import { CliError, Interruption } from '../errors.js';
import { interruptible } from '../interruptible.js';
import { addSettings, configOf, count, type Settings } from '../settings.js';

/** compare.json: all that a resumed comparison needs to go on. */
interface ComparisonSettings extends Settings {
  recipes: string[];
  seeds: number;
}

type Options = Settings & { seeds: number; out: string; resume?: string | true };

async function runCompare(names: string[], options: Options, command: Command): Promise<void> {
  const { checkConfig, requireRecipe } = await import('../../training/check-config.js');
  names.forEach(requireRecipe);
  const { findRecipe, recipes } = await import('../../training/recipes.js');
  const { iterationsSentence } = await import('../../training/iterations.js');
  const { summarize } = await import('../../training/summary.js');
  const { newRunsFolder, readRun, runName, writeJson } = await import('../../runs/run-folder.js');
  const { writeAtomically } = await import('../../data/write-atomically.js');
  const { arrange, chooseBackend, loadData, makeRun } = await import('../run.js');
  const { Progress } = await import('../progress.js');

  const asked: ComparisonSettings = {
    recipes: names.length > 0 ? [...new Set(names)] : recipes.map(({ name }) => name),
    seeds: options.seeds,
    epochs: options.epochs,
    batchSize: options.batchSize,
    learningRate: options.learningRate,
    examples: options.examples,
    holdOut: options.holdOut,
    hidden: options.hidden,
    backend: options.backend,
    data: options.data,
  };
  const resumed =
    options.resume === undefined ? undefined : await findComparison(options.out, options.resume);
  const settings = resumed ? agreeing(asked, resumed, explicitlyAsked(names, command)) : asked;

  const all = await loadData(settings);
  const configs: RunConfig[] = [];
  for (let seed = 1; seed <= settings.seeds; seed++) {
    for (const name of settings.recipes) {
      const recipe = findRecipe(name);
      if (recipe) configs.push(configOf(settings, recipe, seed, all.train.count));
    }
  }
  for (const config of configs) checkConfig(config, all.train.count);
  const [first] = configs as [RunConfig];
  const environment = await chooseBackend(settings);
  const folder = resumed?.folder ?? (await newRunsFolder(options.out, 'compare', new Date()));
  if (!resumed) await writeJson(join(folder, 'compare.json'), { ...settings, backend: environment.backend });

  const finished = new Map<RunConfig, boolean>();
  for (const config of configs) {
    finished.set(config, (await readRun(join(folder, runName(config)))) !== undefined);
  }
  const missing = configs.filter((config) => !finished.get(config));
  console.log(
    `${plural(settings.recipes.length, 'recipe')} x ${plural(settings.seeds, 'seed')}, ${plural(settings.epochs, 'epoch')}, on ${environment.backend}${environment.tensorflow ? ` (TensorFlow ${environment.tensorflow})` : ''}`,
  );
  console.log(iterationsSentence(first.examples - first.holdOut, first.batchSize));
  console.log(`writing to ${folder}`);
  const done = configs.length - missing.length;
  if (done > 0) console.log(`${done} of ${plural(configs.length, 'run')} finished before: kept`);
  console.log('');

  const width = Math.max(...configs.map(({ recipe, seed }) => `${recipe} seed ${seed}`.length));
  const progress = new Progress(missing, width);
  const data = arrange(all, first);
  try {
    await interruptible(async (signal) => {
      for (const config of missing) {
        const recipe = findRecipe(config.recipe);
        if (!recipe) continue;
        await makeRun(recipe, config, data, {
          path: join(folder, runName(config)),
          environment,
          progress,
          signal,
        });
        finished.set(config, true);
      }
    });
  } catch (error) {
    progress.stop();
    if (!(error instanceof Interruption)) throw error;
    const kept = [...finished.values()].filter(Boolean).length;
    throw new Interruption(
      error.exitCode,
      `interrupted after ${kept} of ${plural(configs.length, 'run')}, which are kept; go on with \`npx evenkeel compare --resume ${folder}\``,
    );
  }

  const runs = [];
  for (const config of configs) {
    const run = await readRun(join(folder, runName(config)));
    if (run) runs.push(run);
  }
  const rows = summarize(runs);
  const { terminalTable } = await import('../../report/terminal-table.js');
  const { comparisonCsv } = await import('../../report/csv.js');
  const { reportPage } = await import('../../report/page.js');
  await writeAtomically(join(folder, 'table.csv'), comparisonCsv(rows));
  const page = reportPage({ rows, runs, command: commandOf(settings, recipes.length), date: new Date() });
  await writeAtomically(join(folder, 'report.html'), page);

  console.log(`\n${terminalTable(rows)}\n`);
  console.log(`report       ${join(folder, 'report.html')}`);
  console.log(`table        ${join(folder, 'table.csv')}`);
  console.log(`models       ${join(folder, '<recipe>-seed<n>', 'model')}`);
  console.log(`TensorBoard  tensorboard --logdir ${folder}`);
  console.log('\nNext: open the report in a browser;');
  console.log('      train longer: npx evenkeel compare --epochs 10;');
  console.log("      load a model: tf.loadLayersModel(modelFiles('<folder>')), from 'evenkeel/node'.");
}

async function findComparison(
  out: string,
  resume: string | true,
): Promise<ComparisonSettings & { folder: string }> {
  const { readJson, runsFolders } = await import('../../runs/run-folder.js');
  const { existsSync } = await import('node:fs');
  const folder = resume === true ? (await runsFolders(out, 'compare')).at(-1) : resume;
  if (folder === undefined) {
    throw new CliError(`--resume: ${out} holds no comparison; leave --resume out to start one`, 2);
  }
  if (!existsSync(join(folder, 'compare.json'))) {
    throw new CliError(`--resume: ${folder} is not the folder of a comparison; it has no compare.json`, 2);
  }
  return { ...(await readJson<ComparisonSettings>(join(folder, 'compare.json'))), folder };
}

/** The settings that the user has typed, in contrast to those that have their default. */
function explicitlyAsked(names: string[], command: Command): (keyof ComparisonSettings)[] {
  const typed = Object.keys(command.opts()).filter((key) => command.getOptionValueSource(key) === 'cli');
  return [...(names.length > 0 ? ['recipes'] : []), ...typed] as (keyof ComparisonSettings)[];
}

/** The settings of the comparison that goes on; what the user has typed must not contradict them. */
function agreeing(
  asked: ComparisonSettings,
  { folder, ...before }: ComparisonSettings & { folder: string },
  typed: (keyof ComparisonSettings)[],
): ComparisonSettings {
  for (const key of typed) {
    if (!(key in before) || JSON.stringify(asked[key]) === JSON.stringify(before[key])) continue;
    const flag =
      key === 'recipes' ? 'the list of recipes' : `--${key.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}`;
    throw new CliError(
      `${flag} is ${JSON.stringify(asked[key])}, but ${JSON.stringify(before[key])} in ${folder}; leave it out, or start anew without --resume`,
      2,
    );
  }
  return before;
}

/** The command line that makes a comparison with these settings. */
function commandOf(settings: ComparisonSettings, everyRecipe: number): string {
  const flags: [string, unknown][] = [
    ['--seeds', settings.seeds],
    ['--epochs', settings.epochs],
    ['--batch-size', settings.batchSize],
    ['--hidden', settings.hidden.join(',')],
    ['--learning-rate', settings.learningRate],
    ['--examples', settings.examples],
    ['--hold-out', settings.holdOut || null],
    ['--data', settings.data],
    ['--backend', settings.backend === 'auto' ? null : settings.backend],
  ];
  const given = flags.filter(([, value]) => value !== null).map(([flag, value]) => `${flag} ${value}`);
  const names = settings.recipes.length === everyRecipe ? [] : settings.recipes;
  return ['npx evenkeel compare', ...names, ...given].join(' ');
}

const plural = (n: number, noun: string) => `${n} ${noun}${n === 1 ? '' : 's'}`;

export function compareCommand(): Command {
  const command = new Command('compare')
    .description('train recipes over several seeds and set them side by side in a table and a report')
    .argument('[recipes...]', 'default: all');
  addSettings(command);
  return command
    .addOption(
      new Option('--seeds <n>', 'train each recipe with the seeds 1 to n')
        .argParser(count('--seeds'))
        .default(3),
    )
    .option(
      '--resume [folder]',
      'go on with a comparison, the newest under <out> by default: finished runs are kept',
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
    .action(runCompare);
}
