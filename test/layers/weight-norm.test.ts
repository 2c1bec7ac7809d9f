import * as tf from '@tensorflow/tfjs';
import { weightNorm } from 'evenkeel';
import { layerContract } from 'evenkeel/testing';
import { describe, expect, it } from 'vitest';
import { trainsConvolutions } from '../support/trains.js';

const dense = (args: Partial<Parameters<typeof tf.layers.dense>[0]> = {}) =>
  tf.layers.dense({ units: 3, ...args });

/** Every layer that can be wrapped, with the weights that it must have, in their order. */
const KINDS: [string, () => tf.layers.Layer, number[], Record<string, number[]>][] = [
  ['dense', () => dense({ activation: 'tanh' }), [6], { g: [3], v: [6, 3], bias: [3] }],
  [
    'conv1d',
    () => tf.layers.conv1d({ filters: 4, kernelSize: 3, strides: 2, padding: 'same' }),
    [7, 3],
    { g: [4], v: [3, 3, 4], bias: [4] },
  ],
  [
    'conv2d',
    () => tf.layers.conv2d({ filters: 4, kernelSize: [3, 2], activation: 'relu' }),
    [5, 6, 3],
    { g: [4], v: [3, 2, 3, 4], bias: [4] },
  ],
  [
    'conv2dTranspose',
    () => tf.layers.conv2dTranspose({ filters: 4, kernelSize: 3, strides: 2 }),
    [3, 4, 2],
    { g: [4], v: [3, 3, 4, 2], bias: [4] },
  ],
  [
    'depthwiseConv2d',
    () => tf.layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, padding: 'same' }),
    [5, 4, 3],
    { g: [3, 2], v: [3, 3, 3, 2], bias: [6] },
  ],
  [
    'separableConv2d',
    () => tf.layers.separableConv2d({ filters: 5, kernelSize: 3, depthMultiplier: 2 }),
    [5, 4, 3],
    { depthwiseG: [3, 2], depthwiseV: [3, 3, 3, 2], pointwiseG: [5], pointwiseV: [1, 1, 6, 5], bias: [5] },
  ],
  [
    'simpleRNN',
    () => tf.layers.simpleRNN({ units: 4 }),
    [3, 5],
    { g: [4], v: [5, 4], recurrentG: [4], recurrentV: [4, 4], bias: [4] },
  ],
  [
    'lstm',
    () => tf.layers.lstm({ units: 4, returnSequences: true }),
    [3, 5],
    { g: [16], v: [5, 16], recurrentG: [16], recurrentV: [4, 16], bias: [16] },
  ],
  [
    'gru',
    () => tf.layers.gru({ units: 4, goBackwards: true }),
    [3, 5],
    { g: [12], v: [5, 12], recurrentG: [12], recurrentV: [4, 12], bias: [12] },
  ],
  [
    'timeDistributed over dense',
    () => tf.layers.timeDistributed({ layer: dense() }),
    [4, 6],
    { g: [3], v: [6, 3], bias: [3] },
  ],
  [
    'timeDistributed over lstm',
    () => tf.layers.timeDistributed({ layer: tf.layers.lstm({ units: 2 }) }),
    [2, 3, 4],
    { g: [8], v: [4, 8], recurrentG: [8], recurrentV: [2, 8], bias: [8] },
  ],
];
const isConvolution = (kind: string) => /conv/i.test(kind);

describe.each(KINDS)('weightNorm over %s', (kind, make, inputShape, weights) => {
  const input = () => tf.randomNormal([3, ...inputShape], 0, 1, 'float32', 5);

  it('keeps the layer contract', async () => {
    const training = !isConvolution(kind) || trainsConvolutions();
    await layerContract(() => weightNorm({ layer: make() }), { inputShape, training });
  });

  it('has its weights in order, under fixed names', () => {
    const layer = weightNorm({ layer: make() });
    layer.apply(input());
    expect(layer.weights.map((w) => [w.originalName, w.shape])).toEqual(
      Object.entries(weights).map(([name, shape]) => [`${layer.name}/${name}`, shape]),
    );
  });

  it('changes no output of a layer that already has weights, and leaves that layer as it was', () => {
    const plain = make();
    const x = input();
    const before = plain.apply(x) as tf.Tensor;
    plain.setWeights(
      plain.getWeights().map((w, i) => w.add(tf.randomNormal(w.shape, 0, 0.3, 'float32', i + 1))),
    );
    const own = plain.apply(x) as tf.Tensor;
    expect(own.sub(before).abs().max().dataSync()[0]).toBeGreaterThan(0.01);
    expect(weightNorm({ layer: plain }).apply(x) as tf.Tensor).toBeAllClose(own, { rtol: 1e-5, atol: 1e-5 });
    expect(plain.apply(x) as tf.Tensor).toBeAllClose(own, { rtol: 0, atol: 0 });
  });

  it('does not depend on the length of v, and is linear in g before the activation', () => {
    const layer = weightNorm({ layer: make() });
    const x = input();
    const before = layer.apply(x) as tf.Tensor;
    for (const w of layer.weights) if (/v$/i.test(w.originalName)) w.write(w.read().mul(37));
    expect(layer.apply(x) as tf.Tensor).toBeAllClose(before, { rtol: 1e-4, atol: 1e-5 });
    for (const w of layer.weights) if (!/v$/i.test(w.originalName)) w.write(tf.zerosLike(w.read()));
    const zero = layer.apply(x) as tf.Tensor;
    expect(zero).toBeAllClose(tf.zeros(zero.shape));
  });
});

describe('weightNorm', () => {
  it.each([
    { activation: 'relu' as const, kernelInitializer: 'heNormal' as const },
    { useBias: false },
    { kernelRegularizer: 'l1l2' as const, biasInitializer: 'ones' as const },
  ])('keeps the layer contract over dense with %j', async (args) => {
    await layerContract(() => weightNorm({ layer: dense(args) }), { inputShape: [6] });
  });

  it('keeps it on an input of rank 3, and with g untrained', async () => {
    await layerContract(() => weightNorm({ layer: dense(), trainableScale: false }), { inputShape: [5, 6] });
  });

  it('trains g unless told otherwise', () => {
    const names = (trainableScale: boolean) => {
      const layer = weightNorm({ layer: dense({ name: 'inside' }), trainableScale });
      layer.apply(tf.ones([1, 6]));
      return [layer.trainableWeights, layer.nonTrainableWeights].map((list) =>
        list.map((w) => w.originalName),
      );
    };
    expect(names(true)).toEqual([['inside/g', 'inside/v', 'inside/bias'], []]);
    expect(names(false)).toEqual([['inside/v', 'inside/bias'], ['inside/g']]);
  });

  it('takes name, trainable and input shape of the layer inside', () => {
    const layer = dense({ name: 'inside', trainable: false, inputShape: [6] });
    const model = tf.sequential({ layers: [weightNorm({ layer })] });
    expect(model.layers[0]?.name).toBe('inside');
    expect(model.trainableWeights).toHaveLength(0);
    expect(model.inputs[0]?.shape).toEqual([null, 6]);
    (model.layers[0] as tf.layers.Layer).trainable = true;
    expect(model.trainableWeights).toHaveLength(3);
  });

  it('puts a kernel regularizer on the kernel, not on v', () => {
    const layer = weightNorm({ layer: dense({ kernelRegularizer: tf.regularizers.l2({ l2: 0.5 }) }) });
    layer.apply(tf.ones([1, 6]));
    const [g] = layer.weights as [tf.LayerVariable];
    g.write(tf.tensor1d([1, 2, 3]));
    const [loss] = layer.calculateLosses() as [tf.Scalar];
    expect(loss).toBeAllClose([0.5 * (1 + 4 + 9)]);
  });

  it('keeps a separable layer its depth multiplier, which tfjs leaves out of its config', () => {
    const layer = weightNorm({
      layer: tf.layers.separableConv2d({ filters: 2, kernelSize: 1, depthMultiplier: 3 }),
    });
    const config = layer.getConfig() as { layer: { config: { depthMultiplier: number } } };
    expect(config.layer.config.depthMultiplier).toBe(3);
  });

  it('takes part twice in one model, with one set of weights', async () => {
    const shared = weightNorm({ layer: dense({ units: 4, activation: 'tanh' }) });
    const [a, b] = [tf.input({ shape: [4] }), tf.input({ shape: [4] })];
    const sum = tf.layers.add().apply([shared.apply(a), shared.apply(b)] as tf.SymbolicTensor[]);
    const model = tf.model({ inputs: [a, b], outputs: sum as tf.SymbolicTensor });
    expect(model.weights).toHaveLength(3);
    const [xa, xb] = [tf.randomNormal([2, 4]), tf.randomNormal([2, 4])];
    const own = shared.layer;
    expect(model.predict([xa, xb]) as tf.Tensor).toBeAllClose(
      tf.add(shared.apply(xa) as tf.Tensor, shared.apply(xb) as tf.Tensor),
    );
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    const before = shared.weights.map((w) => w.read().dataSync().slice());
    await model.trainOnBatch([xa, xb], tf.ones([2, 4]));
    shared.weights.forEach((w, i) => {
      expect(Array.from(w.read().dataSync())).not.toEqual(Array.from(before[i] as Float32Array));
    });
    expect(own.weights).toHaveLength(0);
  });

  it('is found in models inside of models, saved and loaded', async () => {
    const block = tf.sequential({
      layers: [weightNorm({ layer: dense({ units: 4, inputShape: [4], activation: 'relu' }) })],
    });
    const x = tf.input({ shape: [4] });
    const model = tf.model({ inputs: x, outputs: block.apply(block.apply(x)) as tf.SymbolicTensor });
    let artifacts: tf.io.ModelArtifacts | undefined;
    await model.save(
      tf.io.withSaveHandler(async (a) => {
        artifacts = a;
        return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
      }),
    );
    const loaded = await tf.loadLayersModel(tf.io.fromMemory(artifacts as tf.io.ModelArtifacts));
    const data = tf.randomNormal([3, 4]);
    expect(loaded.predict(data) as tf.Tensor).toBeAllClose(model.predict(data) as tf.Tensor);
  });

  it('takes part in timeDistributed', async () => {
    await layerContract(() => tf.layers.timeDistributed({ layer: weightNorm({ layer: dense() }) }), {
      inputShape: [4, 6],
    });
  });

  it.each(['list', 'name'])('takes the initial state of a recurrent layer by its %s', (way) => {
    const make = () => tf.layers.lstm({ units: 2, kernelInitializer: 'ones', recurrentInitializer: 'ones' });
    const state = [tf.tensor2d([[0.3, -0.2]]), tf.tensor2d([[0.7, 0.1]])];
    const x = tf.randomNormal([1, 3, 4], 0, 1, 'float32', 3);
    const expected = make().apply(x, { initialState: state }) as tf.Tensor;
    const own = weightNorm({ layer: make() });
    const y = way === 'list' ? own.apply([x, ...state]) : own.apply(x, { initialState: state });
    expect(y as tf.Tensor).toBeAllClose(expected, { rtol: 1e-5, atol: 1e-6 });

    const inputs = [
      tf.input({ shape: [3, 4] }),
      tf.input({ shape: [2] }),
      tf.input({ shape: [2] }),
    ] as tf.SymbolicTensor[];
    const outputs = own.apply(inputs) as tf.SymbolicTensor;
    expect(tf.model({ inputs, outputs }).predict([x, ...state]) as tf.Tensor).toBeAllClose(expected, {
      rtol: 1e-5,
      atol: 1e-6,
    });
  });

  it('passes a mask on to a recurrent layer', () => {
    const ids = tf.tensor2d([
      [1, 2, 0, 0],
      [3, 1, 2, 0],
    ]);
    const build = (wrap: (layer: tf.layers.Layer) => tf.layers.Layer) =>
      tf.sequential({
        layers: [
          tf.layers.masking({ maskValue: 0, inputShape: [4, 1] }),
          wrap(tf.layers.simpleRNN({ units: 3, kernelInitializer: 'ones', recurrentInitializer: 'ones' })),
        ],
      });
    const x = ids.expandDims(2);
    expect(build((layer) => weightNorm({ layer })).predict(x) as tf.Tensor).toBeAllClose(
      build((layer) => layer).predict(x) as tf.Tensor,
    );
  });

  it('keeps the states of a stateful layer until they are reset', () => {
    const make = () =>
      tf.layers.simpleRNN({
        units: 2,
        stateful: true,
        kernelInitializer: 'ones',
        recurrentInitializer: 'ones',
        batchInputShape: [1, 2, 3],
      });
    const model = tf.sequential({ layers: [weightNorm({ layer: make() })] });
    const plain = tf.sequential({ layers: [make()] });
    const x = tf.fill([1, 2, 3], 0.1);
    for (const _ of [1, 2]) expect(model.predict(x) as tf.Tensor).toBeAllClose(plain.predict(x) as tf.Tensor);
    const carried = (plain.predict(x) as tf.Tensor).dataSync();
    model.resetStates();
    plain.resetStates();
    expect(model.predict(x) as tf.Tensor).toBeAllClose(plain.predict(x) as tf.Tensor);
    expect((model.predict(x) as tf.Tensor).dataSync()[0]).toBeLessThan(carried[0] as number);
  });

  it('changes no output of a layer with a constraint, or one that was told its weights', () => {
    const x = tf.ones([1, 3]);
    const constrained = tf.layers.dense({
      units: 1,
      kernelInitializer: 'ones',
      kernelConstraint: 'unitNorm',
      inputShape: [3],
    });
    const before = constrained.apply(x) as tf.Tensor;
    expect(weightNorm({ layer: constrained }).apply(x) as tf.Tensor).toBeAllClose(before);
    const weights = () => [
      tf.tensor2d([
        [1, 2],
        [3, 4],
        [5, 6],
      ]),
      tf.tensor1d([7, 8]),
    ];
    const told = tf.layers.dense({ units: 2, inputShape: [3], weights: weights() });
    expect(weightNorm({ layer: told }).apply(x) as tf.Tensor).toBeAllClose([16, 20]);
  });

  it.each([
    [() => tf.layers.flatten(), /received 'a layer of class Flatten'/],
    [() => tf.layers.timeDistributed({ layer: tf.layers.flatten() }), /received 'a layer of class Flatten'/],
    [
      () => weightNorm({ layer: dense({ name: 'one' }) }),
      /received 'one, which is weight-normalized already'/,
    ],
    [() => undefined as unknown as tf.layers.Layer, /received undefined/],
  ])('lists the layers it knows for one it does not: %s', (make, received) => {
    const wrap = () => weightNorm({ layer: make() });
    expect(wrap).toThrow(received);
    expect(wrap).toThrow(
      'weightNorm: layer must be a layer of class Dense, Conv1D, Conv2D, Conv2DTranspose, DepthwiseConv2D, ' +
        'SeparableConv2D, SimpleRNN, GRU, LSTM, or TimeDistributed over one of them',
    );
  });

  it('names the cause for a layer of another copy of tfjs', () => {
    const foreign = { getClassName: () => 'Dense' } as tf.layers.Layer;
    expect(() => weightNorm({ layer: foreign })).toThrow(/another copy of @tensorflow\/tfjs/);
  });

  it('refuses an input of another rank or size, and other arguments', () => {
    const conv = weightNorm({ layer: tf.layers.conv2d({ filters: 2, kernelSize: 3 }) });
    expect(() => conv.apply(tf.ones([2, 5, 5]))).toThrow(
      'weightNorm: the input must be of rank 4 with a known last dimension, received [2,5,5].',
    );
    const layer = weightNorm({ layer: dense() });
    layer.apply(tf.ones([2, 6]));
    expect(() => layer.apply(tf.ones([2, 5]))).toThrow(
      'weightNorm: the input must be of a last dimension of 6, as it was built for, received [2,5].',
    );
    expect(() => weightNorm({ layer: dense(), epsilon: -1 })).toThrow(/epsilon must be a number above 0/);
    expect(() => weightNorm({ layer: dense(), trainableScale: 1 as unknown as boolean })).toThrow(
      'weightNorm: trainableScale must be true or false, received 1.',
    );
    expect(() => (weightNorm as (args?: unknown) => unknown)()).toThrow(/received undefined/);
  });
});
