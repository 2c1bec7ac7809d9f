/** Ten steps of each net with each optimizer: the built-in as it is, and accelerated, from the same weights. */
import * as tf from '@tensorflow/tfjs';
import { accelerate } from 'evenkeel/accelerate';
import { describe, expect, it } from 'vitest';
import { accelerated, leavesSequences } from '../support/accelerated.js';
import { NO_GRADIENT, trainsConvolutions } from '../support/trains.js';

const { layers } = tf;
const softmax = () => layers.dense({ units: 5, activation: 'softmax' });
const image = () => layers.reshape({ targetShape: [4, 3, 1], inputShape: [12] });
const nets: Record<string, () => tf.layers.Layer[]> = {
  dense: () => [
    layers.dense({ units: 16, activation: 'relu', inputShape: [12] }),
    layers.dense({ units: 8, activation: 'tanh', useBias: false }),
    softmax(),
  ],
  'batch normalization': () => [
    layers.dense({ units: 16, inputShape: [12], useBias: false }),
    layers.batchNormalization(),
    layers.reLU(),
    softmax(),
  ],
  'layer normalization': () => [
    layers.dense({ units: 16, inputShape: [12], useBias: false }),
    layers.layerNormalization(),
    layers.reLU(),
    softmax(),
  ],
  convolution: () => [
    image(),
    layers.conv2d({ filters: 4, kernelSize: 2, padding: 'same', useBias: false }),
    layers.batchNormalization(),
    layers.reLU(),
    layers.maxPooling2d({ poolSize: 2 }),
    layers.flatten(),
    softmax(),
  ],
  lstm: () => [
    layers.reshape({ targetShape: [4, 3], inputShape: [12] }),
    layers.lstm({ units: 6, returnSequences: true }),
    layers.lstm({ units: 4, recurrentActivation: 'sigmoid' }),
    softmax(),
  ],
  'softmax as a layer of its own': () => [
    layers.dense({ units: 5, inputShape: [12] }),
    layers.activation({ activation: 'softmax' }),
  ],
};
const optimizers: Record<string, () => tf.Optimizer> = {
  sgd: () => tf.train.sgd(0.1),
  momentum: () => tf.train.momentum(0.1, 0.9),
  'Nesterov momentum': () => tf.train.momentum(0.1, 0.9, true),
  adam: () => tf.train.adam(0.01),
  rmsprop: () => tf.train.rmsprop(0.01),
};
const losses = ['categoricalCrossentropy', 'sparseCategoricalCrossentropy', 'meanSquaredError'] as const;

const inputs = () => tf.randomNormal([32, 12], 0, 1, 'float32', 1);
const labels = (loss: string) => {
  const classes = tf.range(0, 32, 1, 'int32').mod(tf.scalar(5, 'int32'));
  return loss.startsWith('sparse') ? classes.toFloat() : tf.oneHot(classes, 5).toFloat();
};

interface Trained {
  losses: number[];
  weights: tf.TypedArray[];
  tensors: number[];
}

async function train(net: string, optimizer: string, loss: string, from?: tf.Tensor[]): Promise<Trained> {
  const model = tf.sequential({ layers: nets[net]?.() as tf.layers.Layer[] });
  model.compile({ optimizer: optimizers[optimizer]?.() as tf.Optimizer, loss, metrics: ['accuracy'] });
  if (from) model.setWeights(from);
  const [x, y] = [inputs(), labels(loss)];
  const trained: Trained = { losses: [], weights: [], tensors: [] };
  for (let step = 0; step < 10; step++) {
    const [value] = (await model.trainOnBatch(x, y)) as number[];
    trained.losses.push(value as number);
    trained.tensors.push(tf.memory().numTensors);
  }
  trained.weights = model.getWeights().map((weight) => weight.dataSync().slice());
  tf.dispose([x, y]);
  model.optimizer.dispose();
  model.dispose();
  return trained;
}

async function compare(net: string, optimizer: string, loss: string): Promise<void> {
  const start = tf.sequential({ layers: nets[net]?.() as tf.layers.Layer[] });
  // The same at each run: relu and max pooling have kinks, beside which a rounding is a step.
  const weights = start
    .getWeights()
    .map((weight, i) =>
      weight.rank > 1 ? tf.randomNormal(weight.shape, 0, 0.3, 'float32', i + 1) : tf.clone(weight),
    );
  start.dispose();
  const stock = await train(net, optimizer, loss, weights);
  const fast = await accelerated(() => train(net, optimizer, loss, weights));
  tf.dispose(weights);
  expect(fast.losses).toBeAllClose(stock.losses, { rtol: 1e-4, atol: 1e-5 });
  for (const [i, weight] of fast.weights.entries()) {
    expect(weight).toBeAllClose(stock.weights[i] as Float32Array, { rtol: 1e-3, atol: 2e-4 });
  }
  // As many tensors after the tenth step as after the third.
  expect(fast.tensors.at(-1)).toBe(fast.tensors[2]);
  expect(stock.losses.at(-1)).toBeLessThan(stock.losses[0] as number);
}

describe.each(Object.keys(nets))('%s', (net) => {
  for (const optimizer of Object.keys(optimizers)) {
    it(`trains by ${optimizer} to the same numbers`, async ({ skip }) => {
      skip(net === 'convolution' && !trainsConvolutions(), NO_GRADIENT);
      skip(net === 'lstm' && leavesSequences(), 'sequences are left to tfjs on webgl');
      skip(
        tf.getBackend() === 'webgl' && optimizer !== 'adam',
        'no optimizer is changed on webgl: one is enough',
      );
      await compare(net, optimizer, 'categoricalCrossentropy');
    });
  }
});

it.each(losses)('%s has the same value and gradient', async (loss) => {
  await compare('dense', 'sgd', loss);
});

it('keeps a loss and a gradient for logits whose probabilities are below 1e-7, where tfjs has none', async () => {
  const model = tf.sequential({
    layers: [layers.dense({ units: 3, activation: 'softmax', inputShape: [3], useBias: false })],
  });
  model.compile({ optimizer: tf.train.sgd(1), loss: 'categoricalCrossentropy' });
  model.setWeights([tf.eye(3)]);
  const [x, y] = [tf.tensor2d([[100, 0, -100]]), tf.tensor2d([[0, 0, 1]])];
  const loss = await accelerated(() => model.trainOnBatch(x, y), { repair: true });
  expect(loss).toBeCloseTo(200, 3);
  // dz = p - t = [1, 0, -1], dw = x^T dz.
  expect(model.getWeights()[0] as tf.Tensor).toBeAllClose([
    [-99, 0, 100],
    [0, 1, 0],
    [100, 0, -99],
  ]);
});

it('knows the logits of a softmax layer that was made before', async () => {
  const model = tf.sequential({
    layers: [layers.dense({ units: 3, inputShape: [3], useBias: false }), layers.softmax()],
  });
  model.compile({ optimizer: tf.train.sgd(1), loss: 'categoricalCrossentropy' });
  model.setWeights([tf.eye(3)]);
  const [x, y] = [tf.tensor2d([[100, 0, -100]]), tf.tensor2d([[0, 0, 1]])];
  expect(await accelerated(() => model.trainOnBatch(x, y), { repair: true })).toBeCloseTo(200, 3);
});

it('counts a row of labels that are all 0 as no loss, as tfjs does', async () => {
  const build = () => {
    const model = tf.sequential({
      layers: [layers.dense({ units: 3, activation: 'softmax', inputShape: [2], kernelInitializer: 'ones' })],
    });
    model.compile({ optimizer: tf.train.sgd(1), loss: 'categoricalCrossentropy' });
    return model;
  };
  const x = tf.tensor2d([
    [1, 2],
    [3, -1],
  ]);
  const y = tf.tensor2d([
    [0, 0, 0],
    [0, 0.5, 0.25],
  ]);
  const [stock, fast] = [build(), build()];
  const expected = await stock.trainOnBatch(x, y);
  expect(await accelerated(() => fast.trainOnBatch(x, y))).toBeCloseTo(expected as number, 5);
  fast.getWeights().forEach((weight, i) => {
    expect(weight).toBeAllClose(stock.getWeights()[i] as tf.Tensor);
  });
});

it.each([1, 2])(
  'counts a class whose logit is -Infinity as tfjs does, %i before the classes',
  async (axes) => {
    const build = () => {
      const shape = axes === 1 ? [3] : [1, 3];
      const [x, mask] = [tf.input({ shape }), tf.input({ shape })];
      const z = layers.dense({ units: 3, kernelInitializer: 'ones' }).apply(x) as tf.SymbolicTensor;
      const sum = layers.add().apply([z, mask]) as tf.SymbolicTensor;
      const y = layers.activation({ activation: 'softmax' }).apply(sum) as tf.SymbolicTensor;
      const model = tf.model({ inputs: [x, mask], outputs: y });
      model.compile({ optimizer: tf.train.sgd(1), loss: 'categoricalCrossentropy' });
      return model;
    };
    const shape = axes === 1 ? [2, 3] : [2, 1, 3];
    const x = tf.tensor([1, 2, 3, -1, 0, 1], shape);
    const mask = tf.tensor([0, 0, -Infinity, -Infinity, 0, 0], shape);
    const y = tf.tensor([1, 0, 0, 0, 1, 0], shape);
    const [stock, fast] = [build(), build()];
    const expected = await stock.trainOnBatch([x, mask], y);
    expect(await accelerated(() => fast.trainOnBatch([x, mask], y))).toBeCloseTo(expected as number, 5);
    fast.getWeights().forEach((weight, i) => {
      expect(weight).toBeAllClose(stock.getWeights()[i] as tf.Tensor);
    });
    const unknown = tf.fill(shape, Number.NaN);
    expect(await accelerated(() => fast.trainOnBatch([unknown, mask], y))).toBeNaN();
  },
);

it('is on for a model that was compiled before, and off for it after restore', async () => {
  const model = tf.sequential({ layers: nets['layer normalization']?.() as tf.layers.Layer[] });
  model.compile({ optimizer: 'sgd', loss: 'categoricalCrossentropy' });
  const [x, y] = [inputs(), labels('categorical')];
  const kernels = async () => {
    const { kernelNames } = await tf.profile(() => {
      tf.tidy(() => {
        model.layers[1]?.call(tf.ones([2, 16]), {});
      });
    });
    return kernelNames.includes('Tile');
  };
  expect(await kernels()).toBe(true);
  expect(await accelerated(kernels)).toBe(false);
  expect(await kernels()).toBe(true);
  tf.dispose([x, y]);
});

interface Binding {
  executeOp(name: string, ...args: unknown[]): { id: number }[];
  deleteTensor(id: number): void;
}

describe('variables that are updated in place', () => {
  const gradientsOf = (w: tf.Variable) => ({ [w.name]: tf.ones(w.shape) });

  it('leave a tensor that somebody holds as it was', () => {
    accelerated(() => {
      const w = tf.variable(tf.tensor1d([1, 2, 3]));
      const optimizer = tf.train.sgd(1);
      optimizer.applyGradients(gradientsOf(w) as never);
      const held = w.clone();
      optimizer.applyGradients(gradientsOf(w) as never);
      expect(held).toBeAllClose([0, 1, 2]);
      expect(w as tf.Tensor).toBeAllClose([-1, 0, 1]);
      w.dispose();
      expect(held).toBeAllClose([0, 1, 2]);
    });
  });

  it('take over what was assigned to them between two steps', () => {
    accelerated(() => {
      const w = tf.variable(tf.tensor1d([1, 2, 3]));
      const optimizer = tf.train.sgd(1);
      optimizer.applyGradients(gradientsOf(w) as never);
      w.assign(tf.tensor1d([10, 20, 30]));
      optimizer.applyGradients(gradientsOf(w) as never);
      expect(w as tf.Tensor).toBeAllClose([9, 19, 29]);
    });
  });

  it('go on after restore, and after accelerate again', () => {
    const w = tf.variable(tf.tensor1d([1, 2, 3]));
    const optimizer = tf.train.momentum(1, 0.5);
    const step = () => optimizer.applyGradients(gradientsOf(w) as never);
    step();
    accelerated(step);
    step();
    accelerated(step);
    // Speeds 1, 1.5, 1.75, 1.875.
    expect(w as tf.Tensor).toBeAllClose([-5.125, -4.125, -3.125]);
  });

  it('are let go of where they are disposed while another backend is set', async ({ skip }) => {
    skip(tf.getBackend() !== 'tensorflow', 'TensorFlow has such variables alone');
    const backend = tf.backend() as unknown as { binding: Binding };
    const { binding } = backend;
    const handles = new Set<number>();
    backend.binding = Object.create(binding, {
      executeOp: {
        value: (name: string, ...args: unknown[]) => {
          const outputs = binding.executeOp(name, ...args);
          if (name === 'VarHandleOp') for (const { id } of outputs) handles.add(id);
          return outputs;
        },
      },
      deleteTensor: {
        value: (id: number) => {
          handles.delete(id);
          binding.deleteTensor(id);
        },
      },
    });
    accelerate();
    try {
      const w = tf.variable(tf.tensor1d([1, 2, 3]));
      tf.train.sgd(1).applyGradients(gradientsOf(w) as never);
      expect(handles.size).toBe(1);
      await tf.setBackend('cpu');
      w.dispose();
      expect(handles.size).toBe(0);
    } finally {
      await tf.setBackend('tensorflow');
      backend.binding = binding;
      accelerate.restore();
    }
  });

  it('keep their values where an update fails', () => {
    accelerated(() => {
      const w = tf.variable(tf.tensor1d([1, 2, 3]));
      const optimizer = tf.train.sgd(1);
      optimizer.applyGradients(gradientsOf(w) as never);
      expect(() => optimizer.applyGradients({ [w.name]: tf.ones([2]) } as never)).toThrow();
      expect(w as tf.Tensor).toBeAllClose([0, 1, 2]);
    });
  });
});
