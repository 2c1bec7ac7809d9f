import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Examples, epochOrder, take } from '../../src/data/examples.js';
import { loadMnist } from '../../src/data/mnist.js';
import { synthetic } from '../../src/data/synthetic.js';
import { loadBackend } from '../../src/node.js';
import { type Recipe, type RecipeOptions, recipes, requireRecipe } from '../../src/training/recipes.js';
import type { EpochRecord, LogRecord, RunConfig, RunResult, StepRecord } from '../../src/training/records.js';
import {
  DivergedError,
  evaluate,
  type TrainingData,
  type TrainOptions,
  train,
} from '../../src/training/train.js';

beforeAll(async () => {
  await loadBackend({ prefer: ['wasm', 'cpu'] });
});

const small = synthetic(400, 12, 3, 1);
const data: TrainingData = {
  train: small,
  evaluation: synthetic(100, 12, 3, 2),
  test: synthetic(100, 12, 3, 3),
};

/** Of 8 x 8 pixels. */
const images: TrainingData = (() => {
  const pixels = { ...synthetic(32, 64, 3, 1), image: [8, 8] } as const;
  return { train: pixels, evaluation: take(pixels, 8), test: take(pixels, 8) };
})();

const config = (change: Partial<RunConfig> = {}): RunConfig => ({
  recipe: 'mlp-relu',
  seed: 1,
  epochs: 2,
  batchSize: 32,
  learningRate: 0.3,
  hidden: [16, 16],
  examples: data.train.count,
  holdOut: 0,
  ...change,
});

interface Outcome {
  steps: number[];
  log: LogRecord[];
  result: RunResult;
}

async function run(
  settings: RunConfig,
  from: TrainingData = data,
  options: TrainOptions = {},
): Promise<Outcome> {
  const outcome: Partial<Outcome> & Pick<Outcome, 'steps' | 'log'> = { steps: [], log: [] };
  for await (const event of train(requireRecipe(settings.recipe), settings, from, options)) {
    if (event.kind === 'step') outcome.steps.push(event.step);
    if (event.kind === 'log') outcome.log.push(event.record);
    if (event.kind === 'end') outcome.result = event.result;
  }
  return outcome as Outcome;
}

/** A recipe whose settings and batches are seen on their way. */
const observed = (
  onBatch: (x: tf.Tensor2D) => unknown,
  onBuild: (options: RecipeOptions) => unknown = () => {},
): Recipe => ({
  ...requireRecipe('mlp-relu'),
  build(options = {}) {
    onBuild(options);
    const model = requireRecipe('mlp-relu').build(options);
    const trainOnBatch = model.trainOnBatch.bind(model);
    model.trainOnBatch = async (x, y) => {
      await onBatch(x as tf.Tensor2D);
      return trainOnBatch(x, y);
    };
    return model;
  },
});

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

const isStep = (record: LogRecord): record is StepRecord => record.kind === 'steps';
const isEpoch = (record: LogRecord): record is EpochRecord => record.kind === 'epoch';
const withoutTimes = ({ log, result }: Outcome) =>
  JSON.stringify([log, result], (key, value) => (/seconds/i.test(key) ? undefined : value));

describe('train', () => {
  it('learns the digits', async () => {
    const mnist = await loadMnist();
    const test = take(mnist.test, 1000);
    const digits = { train: take(mnist.train, 4000), evaluation: test, test };
    const settings = config({ epochs: 2, hidden: [64], learningRate: 0.1, examples: 4000 });
    const { result, log } = await run(settings, digits);
    expect(result.testAccuracy).toBeGreaterThan(0.85);
    const epochs = log.filter(isEpoch);
    expect(epochs.at(-1)?.evaluationAccuracy).toBe(result.testAccuracy);
    expect(epochs[1]?.loss).toBeLessThan(epochs[0]?.loss as number);
  });

  it('tells every step, even step groups, and an epoch after its steps', async () => {
    const { steps, log, result } = await run(config(), data, { recordsPerEpoch: 5 });
    expect(steps).toEqual(Array.from({ length: 26 }, (_, i) => i + 1));
    expect(log.map(({ kind, step }) => `${kind} ${step}`)).toEqual([
      ...[3, 6, 8, 11, 13].map((step) => `steps ${step}`),
      'epoch 13',
      ...[16, 19, 21, 24, 26].map((step) => `steps ${step}`),
      'epoch 26',
    ]);
    expect(log.filter(isEpoch).map(({ epoch }) => epoch)).toEqual([1, 2]);
    expect(result.parameters).toBe(12 * 16 + 16 + 16 * 16 + 16 + 16 * 3 + 3);
    for (const { activationSparsity, gradientNorm } of log.filter(isStep)) {
      expect(Object.keys(activationSparsity)).toEqual(['hidden_1', 'hidden_2']);
      expect(Object.keys(gradientNorm)).toEqual(['hidden_1', 'hidden_2', 'output']);
      for (const share of Object.values(activationSparsity)) expect(share).toBeGreaterThan(0);
      for (const norm of Object.values(gradientNorm)) expect(norm).toBeGreaterThan(0);
    }
  });

  it('tells the drop probability that each step had, as it falls', async () => {
    const { log, steps } = await run(config({ recipe: 'mlp-annealed-dropout' }), data, {
      recordsPerEpoch: 5,
    });
    for (const { step, dropRate } of log.filter(isStep)) {
      const rate = 0.3 * (1 - (step - 1) / steps.length);
      expect(dropRate?.dropout_1).toBeCloseTo(rate, 12);
      expect(Object.keys(dropRate ?? {})).toEqual(['dropout_1', 'dropout_2']);
    }
  });

  it('weighs the shorter last batch by its size', async () => {
    // A learning rate this small leaves the model as it was: all losses are those of the same model on all examples.
    const settings = config({ epochs: 1, learningRate: 1e-12, batchSize: 150 });
    const { log } = await run(settings, { ...data, evaluation: data.train }, { recordsPerEpoch: 1 });
    const [group, epoch] = log as [StepRecord, EpochRecord];
    for (const record of [group, epoch]) {
      expect(record.loss).toBeCloseTo(epoch.evaluationLoss, 5);
      expect(record.accuracy).toBeCloseTo(epoch.evaluationAccuracy, 6);
    }
  });

  it('evaluates every example once, however many there are', () => {
    const model = requireRecipe('mlp-relu').build({ inputSize: 12, hidden: [16], classes: 3 });
    const examples = synthetic(1500, 12, 3, 4);
    const before = tf.memory().numTensors;
    const { loss, accuracy } = evaluate(model, examples);
    expect(tf.memory().numTensors).toBe(before);
    const predicted = (model.predict(tf.tensor2d(examples.inputs, [1500, 12])) as tf.Tensor2D).arraySync();
    const probabilities = predicted.map((row, i) => row[examples.labels[i] as number] as number);
    const right = predicted.filter((row, i) => Math.max(...row) === row[examples.labels[i] as number]);
    expect(loss).toBeCloseTo(probabilities.reduce((sum, p) => sum - Math.log(p), 0) / 1500, 5);
    expect(accuracy).toBeCloseTo(right.length / 1500, 6);
  });

  it('gives the numbers of the evaluation set after an epoch, those of the test set at the end', async () => {
    for await (const event of train(requireRecipe('mlp-relu'), config({ epochs: 1 }), data)) {
      if (event.kind === 'end') {
        const { loss, accuracy } = evaluate(event.model, data.test);
        expect(event.result).toMatchObject({ testLoss: loss, testAccuracy: accuracy });
        expect(loss).not.toBe(evaluate(event.model, data.evaluation).loss);
      }
    }
    expect.assertions(2);
  });

  it('times the steps of each epoch alone, and nothing else', async () => {
    const pauses: number[] = [];
    let calls = 0;
    const slowInSecondEpoch = observed(async () => {
      if (++calls <= 4) return;
      const start = performance.now();
      await pause(100);
      pauses.push(performance.now() - start);
    });
    const times: number[] = [];
    for await (const event of train(slowInSecondEpoch, config({ batchSize: 100 }), data)) {
      if (event.kind === 'step') await pause(150);
      if (event.kind === 'log' && event.record.kind === 'epoch') times.push(event.record.millisecondsPerStep);
    }
    const [first, second] = times as [number, number];
    expect(pauses).toHaveLength(4);
    expect(second).toBeGreaterThanOrEqual(Math.min(...pauses));
    expect(first).toBeLessThan(second);
  });

  it('hands the recipe its settings, and each epoch all examples in an order of its own', async () => {
    const observe = async (seed: number) => {
      const batches: number[][] = [];
      const received: RecipeOptions[] = [];
      const recipe = observed(
        (x) => batches.push(x.arraySync().map(([first]) => first as number)),
        (options) => received.push(options),
      );
      for await (const _ of train(recipe, config({ seed, batchSize: 150 }), data));
      return { batches, received };
    };
    const { batches, received } = await observe(5);
    expect(received).toEqual([
      { inputSize: 12, inputShape: [12], classes: 3, hidden: [16, 16], learningRate: 0.3, steps: 6, seed: 5 },
    ]);
    expect(batches.map((batch) => batch.length)).toEqual([150, 150, 100, 150, 150, 100]);
    const epochs = [batches.slice(0, 3).flat(), batches.slice(3).flat()];
    const all = Array.from(small.inputs.filter((_, i) => i % 12 === 0)).sort();
    for (const epoch of epochs) expect(epoch.toSorted()).toEqual(all);
    expect(epochs[1]).not.toEqual(epochs[0]);
    expect((await observe(6)).batches.slice(0, 3).flat()).not.toEqual(epochs[0]);
  });

  it.each(['mlp-relu', 'mlp-annealed-dropout', 'mlp-standout'])(
    '%s gives the same numbers again, and others with another seed',
    async (recipe) => {
      const first = withoutTimes(await run(config({ recipe })));
      expect(withoutTimes(await run(config({ recipe })))).toBe(first);
      expect(withoutTimes(await run(config({ recipe, seed: 2 })))).not.toBe(first);
    },
  );

  it.each(recipes.map((recipe) => [recipe.name, recipe] as const))(
    '%s keeps no tensor from step to step, and none at all at the end',
    async (name, recipe) => {
      // The wasm backend does not train convolutions.
      if (recipe.input === 'image') await tf.setBackend('cpu');
      const before = tf.memory().numTensors;
      const counts = new Set<number>();
      for await (const event of train(
        recipe,
        config({ recipe: name, batchSize: recipe.input === 'vector' ? 32 : 8 }),
        recipe.input === 'vector' ? data : images,
        {
          recordsPerEpoch: 4,
        },
      )) {
        if (event.kind === 'step' && event.step > 1) counts.add(tf.memory().numTensors);
      }
      expect([...counts]).toHaveLength(1);
      expect(tf.memory().numTensors).toBe(before);
      if (recipe.input === 'image') await tf.setBackend('wasm');
    },
  );

  it('says so where the data has no images, or the backend no gradient of a convolution', async () => {
    await expect(run(config({ recipe: 'cnn-cosine' }))).rejects.toThrow(
      'cnn-cosine takes images; received examples of 12 numbers',
    );
    if (tf.getBackend() !== 'wasm') return;
    await expect(run(config({ recipe: 'cnn-cosine' }), images)).rejects.toThrow(
      'cnn-cosine: the wasm backend cannot train convolutions; use the native or the cpu backend',
    );
  });

  it('looks into the model without a trace: the numbers do not depend on how often', async () => {
    const often = await run(config({ recipe: 'mlp-annealed-dropout' }), data, { recordsPerEpoch: 13 });
    const seldom = await run(config({ recipe: 'mlp-annealed-dropout' }), data, { recordsPerEpoch: 1 });
    expect(often.result.testLoss).toBe(seldom.result.testLoss);
  });

  it('ends between two steps when it is told to, and frees all it had', async () => {
    const before = tf.memory().numTensors;
    const controller = new AbortController();
    const reason = new Error('enough');
    let last = 0;
    const work = async () => {
      for await (const event of train(requireRecipe('mlp-relu'), config(), data, {
        signal: controller.signal,
      })) {
        if (event.kind === 'step') last = event.step;
        if (last === 5) controller.abort(reason);
      }
    };
    await expect(work()).rejects.toBe(reason);
    expect(last).toBe(5);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('lets timers and signals through between two steps', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort('time is up'), 0);
    await expect(run(config(), data, { signal: controller.signal })).rejects.toBe('time is up');
  });

  it('does nothing when it was told to end before it began', async () => {
    const before = tf.memory().numTensors;
    const events = train(requireRecipe('mlp-relu'), config(), data, { signal: AbortSignal.abort('no') });
    await expect(events.next()).rejects.toBe('no');
    expect(tf.memory().numTensors).toBe(before);
  });

  it('frees all it had when nobody listens any more', async () => {
    const before = tf.memory().numTensors;
    for await (const event of train(requireRecipe('mlp-batch-norm'), config(), data)) {
      if (event.kind === 'step' && event.step === 3) break;
    }
    expect(tf.memory().numTensors).toBe(before);
  });

  it('stops at numbers that are none, and says what to do', async () => {
    const before = tf.memory().numTensors;
    const failure = run(config({ learningRate: 1e30 }));
    await expect(failure).rejects.toThrow(DivergedError);
    await expect(failure).rejects.toThrow(
      /^mlp-relu, seed 1: the (loss|gradient of hidden_1) became NaN at step \d+ with learning rate 1e\+30; try a smaller learning rate$/,
    );
    expect(tf.memory().numTensors).toBe(before);
  });

  it('stops at the step whose loss is not finite, whatever is logged', async () => {
    await tf.setBackend('cpu');
    const example = 300;
    const inputs = small.inputs.slice();
    inputs[example * 12] = Number.NaN;
    const broken: Examples = { ...small, inputs };
    const step = Math.floor(epochOrder(small.count, 1, 1).indexOf(example) / 32) + 1;
    try {
      await expect(run(config(), { ...data, train: broken }, { recordsPerEpoch: 1 })).rejects.toThrow(
        `mlp-relu, seed 1: the loss became NaN at step ${step} with learning rate 0.3; try a smaller learning rate`,
      );
    } finally {
      await loadBackend({ prefer: ['wasm', 'cpu'] });
    }
  });
});
