import * as tf from '@tensorflow/tfjs';
import { LayerNormLSTMCell, layerNormLSTMCell } from 'evenkeel';
import { layerContract } from 'evenkeel/testing';
import { describe, expect, it } from 'vitest';
import { checkGradient } from '../../src/testing/index.js';
import {
  column,
  dot,
  type Matrix,
  numericGradient,
  sample,
  sigmoid,
  subtractMean,
  weighed,
  weights,
} from '../support/float64.js';
import { TOLERANCE } from '../support/tolerances.js';

const [BATCH, TIMES, FEATURES, UNITS, EPSILON] = [2, 3, 3, 3, 1e-3] as const;
const NAMES = ['kernel', 'recurrentKernel', 'bias', 'kernelGain', 'recurrentGain', 'cellGain', 'cellBias'];

const normal64 = (row: number[]): number[] => {
  const centred = subtractMean(row);
  const deviation = Math.sqrt(dot(centred, centred) / row.length + EPSILON);
  return centred.map((value) => value / deviation);
};
const product = (row: number[], kernel: Matrix): number[] =>
  (kernel[0] as number[]).map((_, j) => dot(row, column(kernel, j)));

/** Equations 20 to 22 of the paper, unit by unit, over a sequence; the weights are those of NAMES, vectors as one row. */
function sequence64(x: Matrix[], [kernel, recurrent, ...vectors]: Matrix[], mask: boolean[] = []): Matrix[] {
  const [bias, kernelGain, recurrentGain, cellGain, cellBias] = vectors.map((v) => v[0]) as number[][];
  return x.map((rows) => {
    let h: number[] = Array(UNITS).fill(0);
    let c: number[] = Array(UNITS).fill(0);
    return rows.map((row, t) => {
      if (mask[t] === false) return h;
      const byInput = normal64(product(row, kernel as Matrix));
      const byState = normal64(product(h, recurrent as Matrix));
      const z = byInput.map(
        (value, j) =>
          value * (kernelGain?.[j] as number) +
          (byState[j] as number) * (recurrentGain?.[j] as number) +
          (bias?.[j] as number),
      );
      const gate = (which: number, unit: number): number => z[which * UNITS + unit] as number;
      c = c.map(
        (value, unit) => sigmoid(gate(1, unit)) * value + sigmoid(gate(0, unit)) * Math.tanh(gate(2, unit)),
      );
      h = normal64(c).map((value, unit) => {
        const scaled = value * (cellGain?.[unit] as number) + (cellBias?.[unit] as number);
        return sigmoid(gate(3, unit)) * Math.tanh(scaled);
      });
      return h;
    });
  });
}

const x = [1, 2].map((seed) => sample(TIMES, FEATURES, seed)) as Matrix[];
/** Away from the start, where every gain is 1. */
const values: Matrix[] = [
  sample(FEATURES, 4 * UNITS, 3),
  sample(UNITS, 4 * UNITS, 4),
  sample(1, 4 * UNITS, 5),
  sample(1, 4 * UNITS, 6),
  sample(1, 4 * UNITS, 7),
  sample(1, UNITS, 8),
  sample(1, UNITS, 9),
];
const tensors = (): tf.Tensor[] =>
  values.map((value, i) => (i < 2 ? tf.tensor2d(value) : tf.tensor1d(value[0] as number[])));
type RNN = ReturnType<typeof tf.layers.rnn>;
const built = (args: Partial<Parameters<typeof tf.layers.rnn>[0]> = {}): RNN => {
  const cell = layerNormLSTMCell({ units: UNITS, recurrentActivation: 'sigmoid' });
  const layer = tf.layers.rnn({ cell, returnSequences: true, ...args });
  layer.apply(tf.zeros([BATCH, TIMES, FEATURES]));
  layer.setWeights(tensors());
  return layer;
};
const names = (layer: tf.layers.Layer): unknown[] =>
  layer.weights.map((weight) => weight.originalName.split('/').pop());

async function savedAndLoaded(model: tf.LayersModel): Promise<tf.LayersModel> {
  const artifacts: tf.io.ModelArtifacts[] = [];
  await model.save(
    tf.io.withSaveHandler(async (a) => {
      artifacts.push(a);
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
    }),
  );
  return tf.loadLayersModel(tf.io.fromMemory(artifacts[0] as tf.io.ModelArtifacts));
}

describe('layerNormLSTMCell', () => {
  const plain = { units: 3 };
  it.each([
    [() => tf.layers.rnn({ cell: layerNormLSTMCell(plain) }), 'alone'],
    [() => tf.layers.rnn({ cell: layerNormLSTMCell(plain), returnSequences: true }), 'every step'],
    [() => tf.layers.rnn({ cell: layerNormLSTMCell(plain), goBackwards: true }), 'backwards'],
    [
      () =>
        tf.layers.rnn({
          cell: layerNormLSTMCell({
            units: 2,
            activation: 'elu',
            recurrentActivation: 'sigmoid',
            useBias: false,
            kernelInitializer: 'heNormal',
            recurrentInitializer: 'glorotUniform',
            epsilon: 1e-2,
          }),
        }),
      'other arguments',
    ],
  ])('keeps the layer contract in tf.layers.rnn: %#, $1', async (make) => {
    await layerContract(make, { inputShape: [5, 3] });
  });

  it('equals its float64 restatement at each step', () => {
    expect(built().apply(tf.tensor3d(x)) as tf.Tensor).toBeAllClose(
      sequence64(x, values),
      TOLERANCE.gradient,
    );
  });

  it('has the gradient of float64 central differences by input and every weight', () => {
    const layer = built();
    const c = tf.tensor3d(x.map(() => weights(TIMES, UNITS)));
    const exact = (x: Matrix[], values: Matrix[]): number =>
      sequence64(x, values).reduce((sum, y) => sum + weighed(y), 0);
    const loss = (input: tf.Tensor): tf.Scalar => (layer.apply(input) as tf.Tensor).mul(c).sum();
    const { grads } = tf.variableGrads(() => loss(tf.tensor3d(x)));
    for (const [i, weight] of layer.trainableWeights.entries()) {
      const numeric = numericGradient((m) => exact(x, values.with(i, m)), values[i] as Matrix);
      expect(grads[weight.name]).toBeAllClose(numeric.flat(), { rtol: 1e-3, atol: 1e-4 });
    }
    const dx = tf.grad(loss)(tf.tensor3d(x));
    const numeric = x.map((rows, n) => numericGradient((m) => exact(x.with(n, m), values), rows));
    expect(dx).toBeAllClose(numeric, { rtol: 1e-3, atol: 1e-4 });
  });

  it('has the gradient of its own central differences by input and states', () => {
    const cell = layerNormLSTMCell({ units: UNITS, recurrentActivation: 'sigmoid' });
    cell.build([BATCH, FEATURES]);
    const inputs = [
      tf.tensor2d(sample(2, FEATURES, 1)),
      tf.tensor2d(sample(2, UNITS, 2)),
      tf.tensor2d(sample(2, UNITS, 3)),
    ];
    for (const which of [0, 2]) checkGradient((...t) => cell.call(t, {})[which] as tf.Tensor, inputs);
  });

  it('has its weights in order and starts at gains of 1 and a forget bias of 1', () => {
    const layer = tf.layers.rnn({ cell: layerNormLSTMCell({ units: 2 }) });
    layer.apply(tf.zeros([1, 2, 3]));
    expect(names(layer)).toEqual(NAMES);
    const [kernel, recurrent, bias, ...others] = layer.getWeights();
    expect([kernel?.shape, recurrent?.shape]).toEqual([
      [3, 8],
      [2, 8],
    ]);
    expect(bias).toBeAllClose([0, 0, 1, 1, 0, 0, 0, 0]);
    [Array(8).fill(1), Array(8).fill(1), [1, 1], [0, 0]].forEach((start, i) => {
      expect(others[i]).toBeAllClose(start);
    });
  });

  it('has no bias if told so, and starts all of it alike without unitForgetBias', () => {
    const [without, alike] = [
      { useBias: false },
      { unitForgetBias: false, biasInitializer: 'ones' as const },
    ].map((args) => {
      const layer = tf.layers.rnn({ cell: layerNormLSTMCell({ units: 2, ...args }) });
      layer.apply(tf.zeros([1, 2, 3]));
      return layer;
    }) as [RNN, RNN];
    expect(names(without)).toEqual(NAMES.filter((name) => name !== 'bias'));
    expect(alike.getWeights()[2]).toBeAllClose(Array(8).fill(1));
  });

  it('does not change when kernel and recurrent kernel are scaled', () => {
    const cell = layerNormLSTMCell({ units: UNITS, epsilon: 1e-8 });
    const layer = tf.layers.rnn({ cell, returnSequences: true });
    layer.apply(tf.tensor3d(x));
    layer.setWeights(tensors());
    const plain = layer.apply(tf.tensor3d(x)) as tf.Tensor;
    layer.setWeights(
      tensors().map((value, i) => (i === 0 ? value.mul(30) : i === 1 ? value.mul(0.2) : value)),
    );
    // h starts at 0, where LN is 0 whatever the scale.
    expect(layer.apply(tf.tensor3d(x)) as tf.Tensor).toBeAllClose(plain, { rtol: 1e-3, atol: 1e-4 });
  });

  it('stays within -1 and 1 and finite for inputs of 1e4 and for constant ones', () => {
    for (const input of [
      tf.tensor3d(x).mul(1e4),
      tf.tensor3d(x).add(1e4),
      tf.zeros([BATCH, TIMES, FEATURES]),
    ]) {
      const layer = built();
      const y = layer.apply(input) as tf.Tensor;
      const dx = tf.grad((input) => (layer.apply(input) as tf.Tensor).sum())(input);
      for (const value of y.dataSync()) expect(Math.abs(value)).toBeLessThanOrEqual(1);
      expect(Array.from(dx.dataSync()).every(Number.isFinite)).toBe(true);
    }
  });

  it('goes backwards as forwards over the reversed sequence', () => {
    const reversed = tf.tensor3d(x).reverse(1);
    expect(built({ goBackwards: true }).apply(tf.tensor3d(x)) as tf.Tensor).toBeAllClose(
      built().apply(reversed) as tf.Tensor,
      TOLERANCE.forward,
    );
  });

  it('returns the last step and its states, from which a sequence goes on', () => {
    const whole = built().apply(tf.tensor3d(x)) as tf.Tensor3D;
    const [head, tail] = tf.split(tf.tensor3d(x), [2, 1], 1) as [tf.Tensor, tf.Tensor];
    const [y, h, c] = built({ returnState: true, returnSequences: false }).apply(head) as tf.Tensor[];
    expect(y).toBeAllClose(whole.slice([0, 1], [-1, 1]).squeeze([1]), TOLERANCE.forward);
    expect(h).toBeAllClose(y as tf.Tensor, { rtol: 0, atol: 0 });
    const initialState = [h, c] as tf.Tensor[];
    const last = built().apply(tail, { initialState } as never) as tf.Tensor;
    expect(last).toBeAllClose(whole.slice([0, 2], [-1, 1]), TOLERANCE.forward);
  });

  it('takes the states of another layer in a functional model, saved and loaded too', async () => {
    const inputs = tf.input({ shape: [TIMES, FEATURES] });
    const first = tf.layers.rnn({ cell: layerNormLSTMCell({ units: UNITS }), returnState: true });
    const [, ...initialState] = first.apply(inputs) as tf.SymbolicTensor[];
    const second = tf.layers.rnn({ cell: layerNormLSTMCell({ units: UNITS }) });
    const outputs = second.apply(inputs, { initialState } as never) as tf.SymbolicTensor;
    const model = tf.model({ inputs, outputs });
    const y = model.predict(tf.tensor3d(x)) as tf.Tensor;
    const loaded = await savedAndLoaded(model);
    expect(loaded.predict(tf.tensor3d(x)) as tf.Tensor).toBeAllClose(y, TOLERANCE.forward);
    expect(y).not.toBeAllClose(tf.zeros(y.shape), { atol: 1e-3 });
  });

  it('keeps its states where a step is masked', () => {
    const layer = tf.layers.rnn({
      cell: layerNormLSTMCell({ units: UNITS, recurrentActivation: 'sigmoid' }),
      returnSequences: true,
    });
    const model = tf.sequential({
      layers: [tf.layers.masking({ maskValue: 9, inputShape: [TIMES, FEATURES] }), layer],
    });
    layer.setWeights(tensors());
    const masked = x.map((rows) => rows.with(1, Array(FEATURES).fill(9)));
    expect(model.predict(tf.tensor3d(masked)) as tf.Tensor).toBeAllClose(
      sequence64(masked, values, [true, false, true]),
      TOLERANCE.gradient,
    );
  });

  it('stateful, goes on where the last batch ended', () => {
    const layer = tf.layers.rnn({
      cell: layerNormLSTMCell({ units: UNITS, recurrentActivation: 'sigmoid' }),
      stateful: true,
    });
    const model = tf.sequential();
    model.add(tf.layers.inputLayer({ batchInputShape: [BATCH, 1, FEATURES] }));
    model.add(layer);
    layer.setWeights(tensors());
    const whole = tf.tensor3d(sequence64(x, values));
    for (let t = 0; t < TIMES; t++) {
      const step = tf.tensor3d(x).slice([0, t], [-1, 1]);
      const y = model.predict(step) as tf.Tensor;
      expect(y).toBeAllClose(whole.slice([0, t], [-1, 1]).squeeze([1]), TOLERANCE.gradient);
    }
  });

  it('stacked, is one after the other', () => {
    const cells = [layerNormLSTMCell({ units: UNITS }), layerNormLSTMCell({ units: 2 })];
    const stacked = tf.layers.rnn({ cell: cells, returnSequences: true });
    const y = stacked.apply(tf.tensor3d(x)) as tf.Tensor;
    const apart = cells.map((cell) => {
      const layer = tf.layers.rnn({
        cell: new LayerNormLSTMCell(cell.getConfig() as never),
        returnSequences: true,
      });
      return { layer, weights: cell.getWeights() };
    });
    const again = apart.reduce((input, { layer, weights }) => {
      layer.apply(input);
      layer.setWeights(weights);
      return layer.apply(input) as tf.Tensor;
    }, tf.tensor3d(x) as tf.Tensor);
    expect(y).toBeAllClose(again, TOLERANCE.forward);
  });

  // Not by the contract: tfjs forgets the name of its own StackedRNNCells on a round trip.
  it('stacked, is trained, saved and loaded', async () => {
    const cell = [layerNormLSTMCell({ units: 4 }), layerNormLSTMCell({ units: 3, unitForgetBias: false })];
    const model = tf.sequential({ layers: [tf.layers.rnn({ cell, inputShape: [TIMES, FEATURES] })] });
    model.compile({ optimizer: tf.train.sgd(0.5), loss: 'meanSquaredError' });
    const before = model.getWeights().map((weight) => weight.dataSync().slice());
    for (let t = 0; t < 2; t++) await model.trainOnBatch(tf.tensor3d(x), tf.ones([BATCH, 3]));
    expect(names(model.layers[0] as RNN)).toEqual([...NAMES, ...NAMES]);
    model.getWeights().forEach((weight, i) => {
      expect(weight.dataSync()).not.toEqual(before[i]);
    });
    const loaded = await savedAndLoaded(model);
    expect(loaded.predict(tf.tensor3d(x)) as tf.Tensor).toBeAllClose(
      model.predict(tf.tensor3d(x)) as tf.Tensor,
      TOLERANCE.forward,
    );
  });

  it('holds the losses of its regularizers, and its constraints', () => {
    const cell = layerNormLSTMCell({
      units: 2,
      kernelInitializer: 'ones',
      kernelRegularizer: tf.regularizers.l2({ l2: 0.5 }),
      recurrentConstraint: 'nonNeg',
      biasRegularizer: 'l1l2',
    });
    cell.build([1, 3]);
    expect(cell.calculateLosses()[0]).toBeAllClose(0.5 * 24);
    expect(cell.calculateLosses().length).toBe(2);
    const [kernel, recurrent, ...others] = cell.getWeights() as [tf.Tensor, tf.Tensor, ...tf.Tensor[]];
    cell.setWeights([kernel, tf.fill(recurrent.shape, -1), ...others]);
    expect(cell.getWeights()[1]).toBeAllClose(tf.zeros(recurrent.shape));
    const again = new LayerNormLSTMCell(JSON.parse(JSON.stringify(cell.getConfig())));
    expect(again.getConfig()).toEqual(cell.getConfig());
  });

  it('does not move when the layer around it is frozen', async () => {
    const layer = tf.layers.rnn({ cell: layerNormLSTMCell({ units: 2 }), inputShape: [TIMES, FEATURES] });
    const model = tf.sequential({ layers: [layer, tf.layers.dense({ units: 1 })] });
    layer.trainable = false;
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    const before = layer.getWeights().map((weight) => weight.arraySync());
    await model.trainOnBatch(tf.tensor3d(x), tf.ones([BATCH, 1]));
    expect(model.trainableWeights.length).toBe(2);
    expect(layer.getWeights().map((weight) => weight.arraySync())).toEqual(before);
  });

  it.each([
    [
      { units: 1 },
      'layerNormLSTMCell: units must be an integer of 2 or more (the state of one unit alone, normalized, is always 0), ' +
        'received 1.',
    ],
    [
      { units: 2, epsilon: -1 },
      'layerNormLSTMCell: epsilon must be a number above 0, within float32, received -1.',
    ],
    [
      { units: 2, dropout: 0.5 },
      'layerNormLSTMCell: dropout must be 0 or left out (drop the input of tf.layers.rnn instead), received 0.5.',
    ],
    [
      { units: 2, dropout: 0, recurrentDropout: 0.1 },
      'layerNormLSTMCell: recurrentDropout must be 0 or left out (drop the input of tf.layers.rnn instead), received 0.1.',
    ],
  ])('refuses %j', (args, message) => {
    expect(() => layerNormLSTMCell(args)).toThrow(message);
  });

  it('refuses to be called without its states', () => {
    const cell = layerNormLSTMCell({ units: 2 });
    expect(() => cell.apply(tf.zeros([1, 3]))).toThrow(
      'layerNormLSTMCell: the number of inputs must be 3 (input, h and c), received 1.',
    );
  });
});

it('runs in both directions, where each is the layer alone, and is saved and loaded', async () => {
  const rnn = (args = {}) => tf.layers.rnn({ cell: layerNormLSTMCell({ units: 2 }), ...args });
  const x = tf.input({ shape: [4, 3] });
  const layer = tf.layers.bidirectional({ layer: rnn() as never, mergeMode: 'concat' });
  const model = tf.model({ inputs: x, outputs: layer.apply(x) as tf.SymbolicTensor });
  model.setWeights(model.getWeights().map((w, i) => tf.randomNormal(w.shape, 0.3, 1, 'float32', i + 1)));
  expect(model.getWeights()).toHaveLength(14);
  const alone = [false, true].map((goBackwards) => {
    const one = tf.model({ inputs: x, outputs: rnn({ goBackwards }).apply(x) as tf.SymbolicTensor });
    one.setWeights(model.getWeights().slice(goBackwards ? 7 : 0, goBackwards ? 14 : 7));
    return one;
  });
  const batch = tf.randomNormal([2, 4, 3], 0, 1, 'float32', 5);
  const expected = tf.concat(
    alone.map((one) => one.predict(batch) as tf.Tensor),
    -1,
  );
  expect(model.predict(batch)).toBeAllClose(expected, { rtol: 1e-6, atol: 1e-6 });
  let saved: tf.io.ModelArtifacts | undefined;
  await model.save(
    tf.io.withSaveHandler(async (artifacts) => {
      saved = artifacts;
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
    }),
  );
  const loaded = await tf.loadLayersModel(tf.io.fromMemory(saved as tf.io.ModelArtifacts));
  expect(loaded.predict(batch)).toBeAllClose(expected, { rtol: 1e-6, atol: 1e-6 });
});
