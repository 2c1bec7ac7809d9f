import type { LayersModel } from '@tensorflow/tfjs';
import { accelerate } from '../accelerate/index.js';
import type { Examples } from '../data/examples.js';
import { split, take } from '../data/examples.js';
import { loadMnist } from '../data/mnist.js';
import { messageOf } from '../errors/caught.js';
import { loadBackend } from '../native/backend.js';
import { RunFolder } from '../runs/run-folder.js';
import type { Recipe } from '../training/recipes.js';
import type { RunConfig, RunEnvironment, RunResult } from '../training/records.js';
import { type TrainingData, train } from '../training/train.js';
import { compiledLines } from './compiled-lines.js';
import { environmentOf } from './environment.js';
import { CliError } from './errors.js';
import type { Progress } from './progress.js';
import type { Settings } from './settings.js';

/** Keeps the same examples aside for every seed, so that all runs are evaluated alike. */
const HOLD_OUT_SEED = 0;

export async function loadData({ data }: Settings): Promise<{ train: Examples; test: Examples }> {
  return await loadMnist(data === null ? {} : { folder: data });
}

/** The examples that the settings ask for; the settings have been checked. */
export function arrange(all: { train: Examples; test: Examples }, config: RunConfig): TrainingData {
  const used = take(all.train, config.examples);
  if (config.holdOut === 0) return { train: used, evaluation: all.test, test: all.test };
  const { train, heldOut } = split(used, config.holdOut, HOLD_OUT_SEED);
  return { train, evaluation: heldOut, test: all.test };
}

/** Sets the backend, accelerates it, and says in one line why it is not the fastest. */
export async function chooseBackend({
  backend,
  accelerate: accelerated,
  compile,
  precision,
}: Settings): Promise<RunEnvironment> {
  try {
    const loaded = await loadBackend({
      ...(backend !== 'auto' && { prefer: [backend] }),
      precision,
    });
    if (loaded.reason) console.error(`evenkeel: ${loaded.reason}`);
    const compiled = accelerated && compile && loaded.backend === 'native';
    if (accelerated) accelerate({ compile: compiled });
    return {
      ...environmentOf(loaded.tf, loaded.backend),
      ...{ accelerated, compiled },
      precision: loaded.precision,
    };
  } catch (error) {
    throw new CliError(messageOf(error));
  }
}

interface Place {
  path: string;
  environment: RunEnvironment;
  progress: Progress;
  signal: AbortSignal;
  /** Whether to tell what was compiled. */
  verbose: boolean;
}

function tellCompiled(model: LayersModel, { compiled = false }: RunEnvironment): void {
  const lines = compiled
    ? compiledLines(accelerate.compiled(model))
    : ['  nothing is compiled: each step ran op by op'];
  for (const line of lines) console.log(line);
}

/** Trains one recipe, writes its folder and shows its progress. */
export async function makeRun(
  recipe: Recipe,
  config: RunConfig,
  data: TrainingData,
  place: Place,
): Promise<RunResult> {
  const { path, environment, progress, signal, verbose } = place;
  const folder = await RunFolder.create(path, config, environment);
  let result: RunResult | undefined;
  for await (const event of train(recipe, config, data, { signal })) {
    if (event.kind === 'start') progress.start(config, event.totalSteps);
    else if (event.kind === 'step') progress.step(config, event.step, event.totalSteps);
    else if (event.kind === 'log') {
      folder.append(event.record);
      if (event.record.kind === 'epoch') progress.epoch(config, event.record);
    } else {
      await folder.finish(event.model, event.result);
      progress.end(config, event.result);
      if (verbose) tellCompiled(event.model, environment);
      result = event.result;
    }
  }
  return result as RunResult;
}
