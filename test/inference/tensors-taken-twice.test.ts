import * as tf from '@tensorflow/tfjs';
import { describe, expect, it, vi } from 'vitest';
import { fold } from '../../src/inference/fold.js';
import { classNames, expectSamePredictions, functional, predict, randomInputs, scramble } from './models.js';

const { dense, dropout, gaussianNoise, batchNormalization, activation } = tf.layers;

type Joined = (a: tf.SymbolicTensor, b: tf.SymbolicTensor) => tf.SymbolicTensor;

const joins: [string, Joined][] = [
  ['add', (a, b) => tf.layers.add().apply([a, b]) as tf.SymbolicTensor],
  ['multiply', (a, b) => tf.layers.multiply().apply([a, b]) as tf.SymbolicTensor],
  ['average', (a, b) => tf.layers.average().apply([a, b]) as tf.SymbolicTensor],
  ['maximum', (a, b) => tf.layers.maximum().apply([b, a]) as tf.SymbolicTensor],
  ['concatenate', (a, b) => tf.layers.concatenate().apply([a, b]) as tf.SymbolicTensor],
  ['dot', (a, b) => tf.layers.dot({ axes: 1 }).apply([a, b]) as tf.SymbolicTensor],
];

function apply(layer: tf.layers.Layer, x: tf.SymbolicTensor): tf.SymbolicTensor {
  return layer.apply(x) as tf.SymbolicTensor;
}

describe('fold of a layer that joins a tensor with what leaves it as it is', () => {
  it.each(joins)('%s, where the tensor has later uses', (_, join) => {
    const model = functional([4], (input) => {
      const x = apply(dense({ units: 4 }), input);
      const joined = join(x, apply(dropout({ rate: 0.5 }), x));
      return [apply(dense({ units: 2 }), joined), apply(dense({ units: 3 }), x)];
    });
    scramble(model);
    expectSamePredictions(model).dispose();
  });

  it('takes out all of a chain but one, and both where they are not joined', () => {
    const model = functional([4], (input) => {
      const x = apply(dense({ units: 4 }), input);
      const [one, two] = [apply(dropout({ rate: 0.5 }), x), apply(gaussianNoise({ stddev: 1 }), x)];
      const joined = tf.layers.add().apply([apply(dropout({ rate: 0.1 }), one), two, x]) as tf.SymbolicTensor;
      return [joined, x, apply(activation({ activation: 'relu' }), one)];
    });
    scramble(model);
    const result = expectSamePredictions(model);
    // For three equal inputs two that have a tensor of their own.
    expect(classNames(result).sort()).toEqual(['Activation', 'Activation', 'Activation', 'Add', 'Dense']);
    result.dispose();
  });

  it('a model inside of the model, and batch normalization behind the joining layer', () => {
    const [a, b] = [tf.input({ shape: [4] }), tf.input({ shape: [4] })];
    const inner = tf.model({ inputs: [a, b], outputs: tf.layers.add().apply([a, b]) as tf.SymbolicTensor });
    const model = functional([4], (input) => {
      const x = apply(batchNormalization(), apply(dense({ units: 4 }), input));
      const joined = inner.apply([x, apply(dropout({ rate: 0.5 }), x)]) as tf.SymbolicTensor;
      return apply(dense({ units: 2 }), tf.layers.add().apply([joined, x]) as tf.SymbolicTensor);
    });
    scramble(model);
    expectSamePredictions(model).dispose();
  });
});

describe('fold of a model', () => {
  it('with an output twice gives each a tensor of its own, so that it predicts', () => {
    const once = functional([4], (input) => apply(dense({ units: 3, name: 'dense' }), input));
    scramble(once);
    const y = once.output as tf.SymbolicTensor;
    // tfjs warns of it, and predicts no such model.
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const twice = tf.model({ inputs: once.inputs, outputs: [y, apply(dropout({ rate: 0.5 }), y), y] });
    const x = randomInputs(once);
    const expected = predict(once, x)[0] as tf.Tensor;
    const folded = fold(twice);
    const outputs = predict(folded, x);
    expect(outputs).toHaveLength(3);
    expect(warn).toHaveBeenCalledOnce();
    warn.mockRestore();
    for (const output of outputs) expect(output).toBeAllClose(expected, { rtol: 1e-6, atol: 1e-6 });
    folded.dispose();
  });

  it('with an input as an output, also behind dropout', () => {
    const model = functional([4], (x) => [
      x,
      apply(dropout({ rate: 0.5 }), x),
      apply(dense({ units: 2 }), x),
    ]);
    scramble(model);
    expectSamePredictions(model).dispose();
  });

  it('that takes an output of a model inside twice', () => {
    const input = tf.input({ shape: [4] });
    const y = apply(dense({ units: 4 }), input);
    const inner = tf.model({ inputs: input, outputs: [y, apply(dropout({ rate: 0.5 }), y)] });
    const model = functional([4], (x) => {
      const [a, b] = inner.apply(x) as unknown as [tf.SymbolicTensor, tf.SymbolicTensor];
      return [tf.layers.add().apply([a, b]) as tf.SymbolicTensor, apply(dense({ units: 2 }), a)];
    });
    scramble(model);
    expectSamePredictions(model).dispose();
  });
});
