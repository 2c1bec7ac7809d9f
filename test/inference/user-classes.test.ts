import * as tf from '@tensorflow/tfjs';
import { dropout, weightNorm } from 'evenkeel';
import { describe, expect, it } from 'vitest';
import { fold } from '../../src/inference/fold.js';
import { expectSamePredictions, functional, scramble, sequential } from './models.js';

type LayerClass = { new (args: object): tf.layers.Layer };

/** A user's class that extends one of ours or of tfjs, has its name, and computes three times as much. */
function tripled(layer: tf.layers.Layer): LayerClass {
  return class Tripled extends (layer.constructor as LayerClass) {
    override call(x: tf.Tensor | tf.Tensor[], kwargs: object): tf.Tensor {
      return tf.tidy(() => tf.mul(super.call(x, kwargs) as tf.Tensor, 3));
    }
  };
}

const { dense, batchNormalization, flatten, activation, timeDistributed } = tf.layers;

describe('fold keeps the class of a user that extends', () => {
  it.each([
    ['batchNormalization', tripled(batchNormalization()), {}],
    ['dropout', tripled(tf.layers.dropout({ rate: 0.5 })), { rate: 0.5 }],
    ['a linear activation', tripled(activation({ activation: 'linear' })), { activation: 'linear' }],
    ['dense', tripled(dense({ units: 2 })), { units: 3 }],
    ['flatten', tripled(flatten()), {}],
    ['masking', tripled(tf.layers.masking()), {}],
    ["evenkeel's dropout", tripled(dropout({ rate: 0.5 })), { rate: 0.5, scaling: 'classical' }],
  ] as [string, LayerClass, object][])('%s', (_, Tripled, args) => {
    const layers = [dense({ units: 4 }), new Tripled(args), batchNormalization(), dense({ units: 2 })];
    const model = sequential([2, 3], ...layers);
    scramble(model);
    const result = expectSamePredictions(model);
    expect(result.layers.some((layer) => layer instanceof Tripled)).toBe(true);
    expect(result.customLayers.map(({ className }) => className)).toEqual(['Tripled']);
    result.dispose();
  });
});

describe('fold refuses in one line', () => {
  const replaced = (layer: tf.layers.Layer): tf.layers.Layer =>
    Object.assign(layer, { call: (x: tf.Tensor[]) => tf.tidy(() => tf.mul(x[0] as tf.Tensor, 3)) });

  it.each([
    [
      'a method put on a layer',
      () => replaced(tf.layers.dropout({ rate: 0.5, name: 'mine' })),
      'its call was replaced',
    ],
    [
      'a method put on a layer inside',
      () => timeDistributed({ layer: replaced(batchNormalization({ name: 'mine' })) }),
      'of mine inside of it, the call was replaced',
    ],
    [
      'a class that its name does not lead to, inside of a layer',
      () => timeDistributed({ layer: new (tripled(batchNormalization()))({ name: 'mine' }) }),
      'inside of it is mine, whose class Tripled is not registered under its name',
    ],
    [
      'an activation that its name does not lead to',
      () => {
        const layer = dense({ units: 2 }) as unknown as tf.layers.Layer & { activation: object };
        const Linear = layer.activation.constructor as { new (): { apply(x: tf.Tensor): tf.Tensor } };
        layer.activation = new (class extends Linear {
          override apply(x: tf.Tensor): tf.Tensor {
            return tf.square(x);
          }
        })();
        return layer;
      },
      'its activation is not of the class that is registered under its name',
    ],
  ])('%s', (_, layer, why) => {
    const model = sequential([4, 3], layer());
    expect(() => fold(model)).toThrow(why);
  });

  it("a user's model inside of the model, with a call of its own", () => {
    class Mine extends tf.Sequential {
      override call(x: tf.Tensor | tf.Tensor[]): tf.Tensor {
        return tf.tidy(() => tf.mul(super.call(x, {}) as tf.Tensor, 3));
      }
    }
    const inner = new Mine({ layers: [dense({ units: 3, inputShape: [3] })], name: 'mine' });
    const model = functional([3], (x) => inner.apply(x) as tf.SymbolicTensor);
    expect(() => fold(model)).toThrow('mine of class Mine (its call is not that of a model)');
  });
});

it("weightNorm takes no user's class that extends one it knows, whose call it would pass by", () => {
  const layer = new (tripled(dense({ units: 2 })))({ units: 2 });
  expect(() => weightNorm({ layer })).toThrow("received 'a layer of class Tripled");
});
