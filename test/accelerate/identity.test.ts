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

/** Puts something in the place of what tfjs has while a test runs. */
function replaced<T extends object, Name extends keyof T>(
  object: T,
  name: Name,
  value: T[Name],
  f: () => void,
) {
  const before = Object.getOwnPropertyDescriptor(object, name) as PropertyDescriptor;
  Object.defineProperty(object, name, { ...before, value });
  try {
    f();
    // Nor does restoring take it away.
    expect(object[name]).toBe(value);
  } finally {
    Object.defineProperty(object, name, before);
  }
}

it.each([
  ['Dense', () => tf.layers.dense({ units: 3 }), [4, 2]],
  ['BatchNormalization', () => tf.layers.batchNormalization(), [4, 2]],
  ['LayerNormalization', () => tf.layers.layerNormalization(), [4, 2]],
  ['LSTM', () => make('lstm'), [2, 1, 3]],
] as [string, () => tf.layers.Layer, number[]][])(
  "%s with a method of a user's in its class",
  (name, make, shape) => {
    const { prototype } = builtin(name);
    const { call } = prototype;
    function doubled(this: unknown, ...args: unknown[]) {
      return tf.tidy(() => call.apply(this, args).mul(2));
    }
    replaced(prototype, 'call', doubled, () => {
      const layer = make();
      layer.apply(tf.ones(shape));
      set(layer);
      const predict = () => layer.apply(sample(...shape)) as tf.Tensor;
      expect(accelerated(predict)).toBeAllClose(predict());
      layer.dispose();
    });
  },
);

it.each([
  ['sgd', () => tf.train.sgd(0.1)],
  ['momentum', () => tf.train.momentum(0.1, 0.9)],
  ['adam', () => tf.train.adam(0.1)],
] as const)("%s with a user's way to apply gradients in its class", (_, make) => {
  const prototype = Object.getPrototypeOf(make()) as { applyGradients(gradients: tf.NamedTensorMap): void };
  const { applyGradients } = prototype;
  function clipped(this: unknown, gradients: tf.NamedTensorMap) {
    const clip = (gradient: tf.Tensor) => tf.clipByValue(gradient, -0.1, 0.1);
    const entries = Object.entries(gradients).map(([name, gradient]) => [name, clip(gradient)]);
    applyGradients.call(this, Object.fromEntries(entries));
  }
  replaced(prototype, 'applyGradients', clipped, () => {
    const after = () => {
      const w = tf.variable(tf.tensor1d([1, -2]));
      const optimizer = make();
      for (let i = 0; i < 2; i++) optimizer.minimize(() => w.square().sum());
      const value = w.clone();
      tf.dispose([w]);
      optimizer.dispose();
      return value;
    };
    expect(accelerated(after)).toBeAllClose(after());
  });
});

it("a gradient of a user's stays, in dense layers too, whether it was there before or came later", () => {
  const before = tf.getGradient('Relu');
  const guided = { ...before, gradFunc: (dy: tf.Tensor) => ({ x: () => dy.relu().mul(3) }) } as typeof before;
  const use = (gradient: typeof before) => {
    tf.unregisterGradient('Relu');
    tf.registerGradient(gradient);
  };
  const layer = tf.layers.dense({ units: 3, activation: 'relu' });
  const x = sample(4, 2);
  layer.apply(x);
  set(layer);
  const slopes = () => [
    tf.grad((x: tf.Tensor) => x.relu().sum())(x),
    tf.grad((x: tf.Tensor) => (layer.apply(x) as tf.Tensor).sum())(x),
  ];
  const same = (received: tf.Tensor[], expected: tf.Tensor[]) => {
    for (const [i, slope] of received.entries()) expect(slope).toBeAllClose(expected[i] as tf.Tensor);
  };
  try {
    use(guided);
    const expected = slopes();
    same(accelerated(slopes), expected);
    use(before);
    accelerated(() => {
      use(guided);
      same(slopes(), expected);
    });
    expect(tf.getGradient('Relu')).toBe(guided);
  } finally {
    use(before);
  }
  layer.dispose();
});

it("a user's class that is registered under the name of one of tfjs's is left alone", () => {
  class LSTM extends builtin('LSTM') {
    static className = 'LSTM';
    call() {
      return tf.ones([1]);
    }
  }
  const { classNameMap } = tf.serialization.SerializationMap.getMap();
  const before = classNameMap.LSTM as (typeof classNameMap)[string];
  tf.serialization.registerClass(LSTM as never);
  try {
    const { call } = LSTM.prototype;
    accelerated(() => expect(LSTM.prototype.call).toBe(call));
  } finally {
    classNameMap.LSTM = before;
  }
});

it("an optimizer of a user's on one of tfjs's", () => {
  class Halved extends tf.SGDOptimizer {
    static override className = 'Halved';
    override applyGradients(gradients: tf.NamedTensorMap) {
      const entries = Object.entries(gradients).map(([name, gradient]) => [name, gradient.mul(0.5)]);
      super.applyGradients(Object.fromEntries(entries));
    }
  }
  const w = tf.variable(tf.tensor1d([1, -2]));
  accelerated(() => new Halved(0.1).minimize(() => w.square().sum()));
  expect(w as tf.Tensor).toBeAllClose([0.9, -1.8]);
  w.dispose();
});
