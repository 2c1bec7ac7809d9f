/** Configs in every form that others write, loaded and accelerated: they compute what the plainest form does, and what tfjs does. */
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accelerated } from '../support/accelerated.js';
import { configOf, KINDS } from './written-configs.js';

const BATCH = 2;
const RUNS = { numRuns: tf.getBackend() === 'webgl' ? 2 : 5, seed: 11 };

/** Without equal numbers, so that a maximum is in one place. */
const sample = (shape: number[], seed: number): tf.Tensor =>
  tf.tensor(
    Array.from({ length: tf.util.sizeFromShape(shape) }, (_, i) => Math.sin(1 + seed * 12.9898 + i * 78.233)),
    shape,
  );

interface Outcome {
  prediction: tf.Tensor;
  /** The gradient by the input, and all weights after a step; null where it throws. */
  trained: tf.Tensor[] | null;
}

const topologyOf = (className: string, input: number[], config: object) => ({
  class_name: 'Sequential',
  keras_version: '2.15.0',
  config: {
    name: 'written',
    layers: [
      { class_name: className, config: { name: 'one', batch_input_shape: [null, ...input], ...config } },
    ],
  },
});

async function outcomeOf(className: string, input: number[], config: object): Promise<Outcome> {
  const topology = topologyOf(className, input, config);
  const model = (await tf.models.modelFromJSON({ modelTopology: topology } as never)) as tf.LayersModel;
  const positive = ({ originalName }: tf.LayerVariable) => /gamma|variance/.test(originalName);
  model.setWeights(
    model.weights.map((weight, i) => {
      const values = sample(weight.shape as number[], i + 2);
      return positive(weight) ? values.abs().add(0.5) : values;
    }),
  );
  const x = sample([BATCH, ...input], 1);
  const prediction = model.predict(x) as tf.Tensor;
  const y = sample(prediction.shape, 20);
  const outcome: Outcome = { prediction, trained: null };
  try {
    const slope = (x: tf.Tensor) => (model.apply(x, { training: true }) as tf.Tensor).mul(y).sum();
    const gradient = tf.grad(slope)(x);
    if (model.trainableWeights.length > 0) {
      model.compile({ optimizer: tf.train.sgd(0.1), loss: 'meanSquaredError' });
      await model.trainOnBatch(x, y);
    }
    outcome.trained = [gradient, ...model.getWeights().map((weight) => weight.clone())];
  } catch {
    // Such a layer tfjs does not train on this backend.
  }
  model.dispose();
  return outcome;
}

function expectSame(received: Outcome, expected: Outcome): void {
  const close = { rtol: 2e-4, atol: 2e-5 };
  expect(received.prediction).toBeAllClose(expected.prediction, close);
  if (!expected.trained) return;
  expect(received.trained).not.toBeNull();
  for (const [i, value] of expected.trained.entries()) {
    expect(received.trained?.[i] as tf.Tensor).toBeAllClose(value, close);
  }
}

describe.each(KINDS)('$className of $input', (kind) => {
  it('as others write it', async () => {
    const { className, input, unlikeTfjs } = kind;
    const drawn = fc.tuple(configOf(kind), fc.boolean());
    await fc.assert(
      fc.asyncProperty(drawn, async ([{ written, plain }, repair]) => {
        const of = (config: object) => outcomeOf(className, input, config);
        const fast = await accelerated(() => of(written), { repair });
        expectSame(fast, await accelerated(() => of(plain), { repair }));
        if (!unlikeTfjs?.(plain)) expectSame(fast, await of(written));
      }),
      RUNS,
    );
  });
});
