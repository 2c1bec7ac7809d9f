/** A model that diverged is to be seen: where tfjs's gradient of relu is NaN, so is an accelerated one. */
import * as tf from '@tensorflow/tfjs';
import { weightNorm } from 'evenkeel';
import { describe, expect, it } from 'vitest';
import { standout } from '../../src/ops/standout.js';
import { accelerated, LEFT, leavesSequences } from '../support/accelerated.js';

const rows = () => tf.tensor2d([NaN, 1, 1, 1], [2, 2]);

/** Gradients by the input and by the weights, of a layer whose weights are all 0.5. */
function gradients(layer: tf.layers.Layer, x: tf.Tensor): tf.Tensor[] {
  const call = (x: tf.Tensor) => (layer.call(x, { training: true }) as tf.Tensor).sum() as tf.Scalar;
  const weights = layer.trainableWeights.map((weight) => weight.read() as tf.Variable);
  const { grads } = tf.variableGrads(() => call(x), weights);
  return [tf.grad(call)(x), ...weights.map(({ name }) => grads[name] as tf.Tensor)];
}

function made<T extends tf.layers.Layer>(layer: T, x: tf.Tensor): T {
  layer.apply(x);
  layer.setWeights(layer.weights.map(({ shape }) => tf.fill(shape as number[], 0.5)));
  return layer;
}

describe('the gradient of relu where its input is NaN', () => {
  it('is that of tfjs: by relu itself', () => {
    const x = tf.tensor1d([NaN, -1, 0, 2]);
    const dx = tf.grad((x: tf.Tensor) =>
      tf
        .relu(x)
        .mul(tf.tensor1d([1, 2, 3, 4]))
        .sum(),
    );
    expect(dx(x)).toBeAllClose([NaN, 0, 0, 4]);
    expect(accelerated(() => dx(x))).toBeAllClose([NaN, 0, 0, 4]);
  });

  it.each([true, false])('by a dense layer, with a bias: %s', (useBias) => {
    tf.tidy(() => {
      const layer = made(tf.layers.dense({ units: 3, activation: 'relu', useBias }), rows());
      const expected = gradients(layer, rows());
      expect(Array.from(expected[0]?.dataSync() ?? [])).toEqual([NaN, NaN, 1.5, 1.5]);
      accelerated(() => gradients(layer, rows())).forEach((gradient, i) => {
        expect(gradient).toBeAllClose(expected[i] as tf.Tensor);
      });
      layer.dispose();
    });
  });

  it('by a dense layer, whose prediction is that of tfjs too', () => {
    tf.tidy(() => {
      const layer = made(tf.layers.dense({ units: 3, activation: 'relu' }), rows());
      const predict = () => layer.apply(rows()) as tf.Tensor;
      expect(accelerated(predict)).toBeAllClose(predict());
      layer.dispose();
    });
  });

  it.for(['lstm', 'gru'] as const)('by an %s of relu', (kind, { skip }) => {
    skip(leavesSequences(), LEFT);
    tf.tidy(() => {
      const x = rows().reshape([2, 1, 2]).tile([1, 2, 1]);
      const args = { units: 2, activation: 'relu', recurrentActivation: 'sigmoid' } as const;
      const layer = made(tf.layers[kind](args), x);
      const [dx] = accelerated(() => gradients(layer, x));
      const values = Array.from((dx as tf.Tensor).dataSync());
      expect(values.slice(0, 4)).toEqual([NaN, NaN, NaN, NaN]);
      expect(values.slice(4).every(Number.isFinite)).toBe(true);
      layer.dispose();
    });
  });

  it("by evenkeel's own layers", () => {
    tf.tidy(() => {
      const layer = made(weightNorm({ layer: tf.layers.dense({ units: 3, activation: 'relu' }) }), rows());
      const [dx] = gradients(layer, rows());
      expect(Array.from((dx as tf.Tensor).dataSync()).map(Number.isNaN)).toEqual([true, true, false, false]);
      layer.dispose();
    });
  });

  it('standout of a logit that is NaN is NaN', () => {
    const [activation, noise] = [tf.ones([1, 2]) as tf.Tensor2D, tf.fill([1, 2], 0.1) as tf.Tensor2D];
    expect(standout(activation, tf.tensor2d([[NaN, 1]]), noise)).toBeAllClose([[NaN, 1]]);
  });
});
