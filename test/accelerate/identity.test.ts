/** What a user has put in the place of a part of tfjs is what computes, accelerated too. */
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { builtin } from '../../src/tfjs/builtins.js';
import { accelerated, LEFT, leavesSequences } from '../support/accelerated.js';

const sample = (...shape: number[]): tf.Tensor =>
  tf.range(0, tf.util.sizeFromShape(shape)).add(1).mul(78.233).sin().reshape(shape);

const set = (layer: tf.layers.Layer) =>
  layer.setWeights(layer.getWeights().map(({ shape }, i) => sample(...shape).mul(0.4 + 0.1 * i)));

/** Output in training and gradient by the input: accelerated as without. */
function agree(layer: tf.layers.Layer, x: tf.Tensor): void {
  layer.apply(x);
  set(layer);
  const call = (x: tf.Tensor) => layer.apply(x, { training: true }) as tf.Tensor;
  const both = () => [call(x), tf.grad((x: tf.Tensor) => call(x).square().sum())(x)];
  const expected = both();
  accelerated(both).forEach((received, i) => {
    expect(received).toBeAllClose(expected[i] as tf.Tensor, { rtol: 1e-4, atol: 1e-5 });
  });
  layer.dispose();
}

const cells = { lstm: 'LSTMCell', gru: 'GRUCell' } as const;
const make = (kind: 'lstm' | 'gru', args: object = {}) =>
  tf.layers[kind]({ units: 3, recurrentInitializer: 'glorotNormal', ...args });
type Step = (inputs: tf.Tensor[], kwargs: object) => tf.Tensor[];
const halved = ([h, ...rest]: tf.Tensor[]) => {
  const half = (h as tf.Tensor).mul(0.5);
  return [half, half, ...rest.slice(1)];
};

describe.each(['lstm', 'gru'] as const)('%s', (kind) => {
  if (leavesSequences()) {
    it('is left to tfjs', ({ skip }) => skip(LEFT));
    return;
  }

  it("with a user's subclass of its cell", () => {
    const layer = make(kind) as tf.layers.Layer & { cell: tf.layers.Layer };
    const Cell = builtin(cells[kind]) as unknown as new (args: object) => tf.layers.Layer;
    class Halved extends Cell {
      override call(inputs: tf.Tensor[], kwargs: object): tf.Tensor[] {
        return tf.tidy(() => halved(super.call(inputs, kwargs as never) as tf.Tensor[]));
      }
    }
    layer.cell = new Halved({ units: 3, recurrentInitializer: 'glorotNormal' });
    agree(layer, sample(2, 4, 2));
  });

  it('with a cell whose step is replaced', () => {
    const layer = make(kind) as tf.layers.Layer & { cell: { call: Step } };
    const step = layer.cell.call.bind(layer.cell);
    layer.cell.call = (inputs, kwargs) => tf.tidy(() => halved(step(inputs, kwargs)));
    agree(layer, sample(2, 4, 2));
  });

  it('with a first state of its own', () => {
    const layer = make(kind) as tf.layers.Layer & { getInitialState(x: tf.Tensor): tf.Tensor[] };
    const initial = layer.getInitialState.bind(layer);
    layer.getInitialState = (x) => initial(x).map((state) => state.add(0.5));
    agree(layer, sample(2, 4, 2));
  });

  it.each(['activation', 'recurrentActivation'] as const)("with a user's subclass as %s", (field) => {
    const layer = make(kind, { recurrentActivation: 'sigmoid' });
    const name = field === 'activation' ? 'tanh' : 'sigmoid';
    class Flat extends builtin(name) {
      apply(x: tf.Tensor): tf.Tensor {
        return tf.tidy(() => super.apply(x).mul(0.5));
      }
    }
    Object.assign(layer.cell, { [field]: new Flat() });
    agree(layer, sample(2, 4, 2));
  });
});

it.each(['relu', 'linear', 'elu', 'tanh'])("dense with a user's class under the name %s", (name) => {
  class Shifted extends builtin(name) {
    apply(x: tf.Tensor): tf.Tensor {
      return tf.tidy(() => super.apply(x).add(1));
    }
  }
  const layer = Object.assign(tf.layers.dense({ units: 3 }), { activation: new Shifted() });
  agree(layer, sample(4, 2));
});
