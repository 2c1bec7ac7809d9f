import * as tf from '@tensorflow/tfjs';
import { dropRates } from '../callbacks/drop-rates.js';
import { type Batch, batches, type Examples, epochOrder, take, toBatch } from '../data/examples.js';
import { UserError } from '../errors/user-error.js';
import { ConfigError } from './config-error.js';
import { probe } from './diagnostics.js';
import { iterationsPerEpoch } from './iterations.js';
import { inputShapeOf, type Recipe } from './recipes.js';
import type { Diagnostics, EpochRecord, LogRecord, RunConfig, RunResult } from './records.js';
import { median } from './statistics.js';

export interface TrainingData {
  train: Examples;
  /** Evaluated after each epoch: the hold-out set, or the test set where there is none. */
  evaluation: Examples;
  test: Examples;
}

export interface TrainOptions {
  /** Ends the run between two steps: the generator throws the signal's reason. */
  signal?: AbortSignal;
  /** Step groups that are logged in an epoch. Default: 20. */
  recordsPerEpoch?: number;
}

export type TrainEvent =
  | { kind: 'start'; parameters: number; iterations: number; totalSteps: number }
  | { kind: 'step'; step: number; totalSteps: number }
  | { kind: 'log'; record: LogRecord }
  /** The model is the caller's until it asks for the next event. */
  | { kind: 'end'; model: tf.LayersModel; result: RunResult };

/** A loss or a gradient that is not finite: no later step can recover from it. */
export class DivergedError extends UserError {
  override name = 'DivergedError';

  constructor({ recipe, seed, learningRate }: RunConfig, step: number, what: string, value: number) {
    super(
      `${recipe}, seed ${seed}: ${what} became ${value} at step ${step} with learning rate ${learningRate}; try a smaller learning rate`,
    );
  }
}

const PROBE_EXAMPLES = 256;
const EVALUATION_BATCH = 1000;

/**
 * Trains a recipe by plain minibatch descent and tells what happens. Examples are shuffled again in each epoch, by the seed;
 * equal configurations give equal numbers. However the generator ends, every tensor of the run is disposed of.
 *
 * @throws DivergedError when the loss or the gradient of a layer is not finite
 */
export async function* train(
  recipe: Recipe,
  config: RunConfig,
  data: TrainingData,
  { signal, recordsPerEpoch = 20 }: TrainOptions = {},
): AsyncGenerator<TrainEvent, void> {
  const { seed, epochs, batchSize, learningRate, hidden } = config;
  const iterations = iterationsPerEpoch(data.train.count, batchSize);
  const totalSteps = iterations * epochs;
  // Even step groups: a last one of a few steps would be a spike in the curve.
  const groupsBy = (stepOfEpoch: number) =>
    Math.floor((stepOfEpoch * Math.min(recordsPerEpoch, iterations)) / iterations);
  signal?.throwIfAborted();
  const start = performance.now();
  const shape = inputShapeOf(recipe, data.train);
  if (recipe.input === 'image') requireConvolutions(recipe);
  const model = recipe.build({
    inputSize: data.train.features,
    inputShape: shape,
    classes: data.train.classes,
    hidden,
    learningRate,
    steps: totalSteps,
    seed,
  });
  const probeBatch = toBatch(take(data.train, Math.min(PROBE_EXAMPLES, data.train.count)), shape);
  try {
    const diagnose = probe(model, probeBatch);
    const parameters = model.countParams();
    const stepTimes: number[] = [];
    let step = 0;
    yield { kind: 'start', parameters, iterations, totalSteps };

    for (let epoch = 1; epoch <= epochs; epoch++) {
      const epochStart = performance.now();
      const firstOfEpoch = stepTimes.length;
      const group = new Means();
      const whole = new Means();
      const order = epochOrder(data.train.count, seed, epoch);
      for (const batch of batches(data.train, batchSize, { order, shape })) {
        const size = batch.x.shape[0];
        // Before the step, which is when they hold: a layer that anneals by itself has the next one's afterwards.
        const dropRate = dropRates(model);
        const stepStart = performance.now();
        const { loss, accuracy } = await trainOn(model, batch);
        stepTimes.push(performance.now() - stepStart);
        step++;
        if (!Number.isFinite(loss)) throw new DivergedError(config, step, 'the loss', loss);
        group.add(loss, accuracy, size);
        whole.add(loss, accuracy, size);
        const stepOfEpoch = step - (epoch - 1) * iterations;
        if (groupsBy(stepOfEpoch) > groupsBy(stepOfEpoch - 1)) {
          const diagnostics = diagnose();
          requireFinite(config, step, diagnostics);
          const record = {
            kind: 'steps',
            step,
            epoch: step / iterations,
            ...group.take(),
            ...diagnostics,
            dropRate,
          } as const;
          yield { kind: 'log', record };
        }
        yield { kind: 'step', step, totalSteps };
        // Signals and timers are heard between two steps.
        await tf.nextFrame();
        signal?.throwIfAborted();
      }
      const evaluated = evaluate(model, data.evaluation, shape);
      const record: EpochRecord = {
        kind: 'epoch',
        step,
        epoch,
        ...whole.take(),
        evaluationLoss: evaluated.loss,
        evaluationAccuracy: evaluated.accuracy,
        millisecondsPerStep: median(stepTimes.slice(firstOfEpoch)),
        seconds: (performance.now() - epochStart) / 1000,
      };
      yield { kind: 'log', record };
    }

    const { loss, accuracy } = evaluate(model, data.test, shape);
    const result: RunResult = {
      testLoss: loss,
      testAccuracy: accuracy,
      parameters,
      millisecondsPerStep: median(stepTimes),
      seconds: (performance.now() - start) / 1000,
    };
    yield { kind: 'end', model, result };
  } finally {
    tf.dispose([probeBatch.x, probeBatch.y]);
    // An optimizer that was handed to compile is not the model's to dispose of.
    model.optimizer.dispose();
    model.dispose();
  }
}

/** tfjs's wasm backend has no gradient of a convolution, and says so in words that help nobody. */
function requireConvolutions({ name }: Recipe): void {
  const backend = tf.getBackend();
  if (tf.getKernel('Conv2DBackpropFilter', backend)) return;
  throw new ConfigError(
    `${name}: the ${backend} backend cannot train convolutions; use the native or the cpu backend`,
  );
}

/** The loss alone does not tell: where the weights are not numbers, the wasm backend clips it to 16.1. */
function requireFinite(config: RunConfig, step: number, { gradientNorm }: Diagnostics): void {
  for (const [layer, norm] of Object.entries(gradientNorm)) {
    if (!Number.isFinite(norm)) throw new DivergedError(config, step, `the gradient of ${layer}`, norm);
  }
}

/** One step on a batch, which is disposed of. */
async function trainOn(model: tf.LayersModel, { x, y }: Batch): Promise<{ loss: number; accuracy: number }> {
  try {
    return lossAndAccuracy([await model.trainOnBatch(x, y)].flat());
  } finally {
    tf.dispose([x, y]);
  }
}

/** What a model gives that is compiled with accuracy as its metric. */
const lossAndAccuracy = ([loss, accuracy]: number[]) => ({ loss: loss!, accuracy: accuracy! });

/** Mean loss and accuracy over all examples, in inference mode. */
export function evaluate(
  model: tf.LayersModel,
  examples: Examples,
  shape?: readonly number[],
): { loss: number; accuracy: number } {
  const means = new Means();
  for (const { x, y } of batches(examples, EVALUATION_BATCH, { ...(shape && { shape }) })) {
    const values = [model.evaluate(x, y, { batchSize: EVALUATION_BATCH })].flat();
    const { loss, accuracy } = lossAndAccuracy(values.map((value) => value.dataSync()[0]!));
    means.add(loss, accuracy, x.shape[0]);
    tf.dispose([x, y, ...values]);
  }
  return means.take();
}

/** Means of loss and accuracy, weighted by the size of each batch. */
class Means {
  private loss = 0;
  private accuracy = 0;
  private count = 0;

  add(loss: number, accuracy: number, size: number): void {
    this.loss += loss * size;
    this.accuracy += accuracy * size;
    this.count += size;
  }

  /** The means since the last call. */
  take(): { loss: number; accuracy: number } {
    const { loss, accuracy, count } = this;
    this.loss = 0;
    this.accuracy = 0;
    this.count = 0;
    return { loss: loss / count, accuracy: accuracy / count };
  }
}
