import * as tf from '@tensorflow/tfjs';
import { dataInit, weightNorm } from 'evenkeel';
import { describe, expect, it } from 'vitest';

/** A kernel whose columns are far from length 1, so that what is measured with v in place of v / |v| is seen. */
const far = () => tf.initializers.randomNormal({ mean: 0.5, stddev: 3, seed: 7 });
const dense = (units: number, args = {}) =>
  weightNorm({
    layer: tf.layers.dense({
      units,
      kernelInitializer: far(),
      biasInitializer: 'ones',
      activation: 'relu',
      ...args,
    }),
  });
const data = (...shape: number[]) => tf.randomNormal(shape, 2, 1.7, 'float32', 3);

/** Mean and deviation of each unit at a layer's output before the activation: of a twin without one, on its input. */
function statistics(model: tf.LayersModel, index: number, x: tf.Tensor): [Float32Array, Float32Array] {
  const layer = model.layers[index] as ReturnType<typeof weightNorm>;
  const before = model.layers[index - 1] as tf.layers.Layer;
  const input = before
    ? (tf
        .model({ inputs: model.inputs, outputs: before.output as tf.SymbolicTensor })
        .predict(x) as tf.Tensor)
    : x;
  const { layer: inner } = layer;
  const config = { ...inner.getConfig(), activation: 'linear', name: `${inner.name}_linear` };
  const twin = weightNorm({
    layer: new (inner.constructor as unknown as new (config: unknown) => tf.layers.Layer)(config),
  });
  twin.apply(input);
  twin.setWeights(layer.getWeights());
  const t = twin.apply(input) as tf.Tensor;
  const { mean, variance } = tf.moments(
    t,
    t.shape.map((_, i) => i).filter((i) => i < t.rank - 1),
  );
  return [mean.dataSync(), tf.sqrt(variance).dataSync()] as [Float32Array, Float32Array];
}

const fill = (like: Float32Array, value: number) => Array(like.length).fill(value);

describe('dataInit', () => {
  it.each([1, 0.3])('gives stacked layers mean 0 and deviation %d on the batch', (initScale) => {
    const model = tf.sequential({
      layers: [
        tf.layers.inputLayer({ inputShape: [9] }),
        dense(8),
        dense(7),
        dense(5, { activation: 'softmax' }),
      ],
    });
    const x = data(64, 9);
    const done = dataInit(model, x, { initScale });
    expect(done.map(({ units, constant }) => [units, constant])).toEqual([
      [8, 0],
      [7, 0],
      [5, 0],
    ]);
    expect(done.map(({ layer }) => layer)).toEqual(model.layers.slice(1).map(({ name }) => name));
    for (const index of [1, 2, 3]) {
      const [mean, deviation] = statistics(model, index, x);
      expect(mean).toBeAllClose(fill(mean, 0), { atol: 2e-5 });
      expect(deviation).toBeAllClose(fill(deviation, initScale), { rtol: 1e-4 });
    }
  });

  it.each([
    ['conv2d', () => tf.layers.conv2d({ filters: 4, kernelSize: 3, kernelInitializer: far() })],
    [
      'conv2dTranspose',
      () => tf.layers.conv2dTranspose({ filters: 4, kernelSize: 2, strides: 2, kernelInitializer: far() }),
    ],
    [
      'depthwiseConv2d',
      () => tf.layers.depthwiseConv2d({ kernelSize: 2, depthMultiplier: 2, depthwiseInitializer: far() }),
    ],
    ['separableConv2d', () => tf.layers.separableConv2d({ filters: 5, kernelSize: 2 })],
    [
      'timeDistributed over dense',
      () => tf.layers.timeDistributed({ layer: tf.layers.dense({ units: 3, kernelInitializer: far() }) }),
    ],
  ])('takes the statistics of %s over all places', (_, make) => {
    const model = tf.sequential({
      layers: [tf.layers.inputLayer({ inputShape: [5, 6, 3] }), weightNorm({ layer: make() })],
    });
    const x = data(16, 5, 6, 3);
    dataInit(model, x);
    const y = model.predict(x) as tf.Tensor; // no activation
    const { mean, variance } = tf.moments(y, [0, 1, 2]);
    expect(mean).toBeAllClose(tf.zerosLike(mean), { atol: 5e-5 });
    expect(variance).toBeAllClose(tf.onesLike(variance), { rtol: 1e-3 });
  });

  it('takes the channels where they are when they come first', () => {
    const layer = tf.layers.depthwiseConv2d({ kernelSize: 1, depthwiseInitializer: far() });
    expect(layer.getConfig().dataFormat).toBe('channelsLast');
    const first = weightNorm({
      layer: tf.layers.conv2dTranspose({
        filters: 4,
        kernelSize: 1,
        dataFormat: 'channelsFirst',
        kernelInitializer: far(),
      }),
    });
    const model = tf.sequential({ layers: [tf.layers.inputLayer({ inputShape: [3, 5, 6] }), first] });
    const x = data(8, 3, 5, 6);
    dataInit(model, x);
    const { mean, variance } = tf.moments(model.predict(x) as tf.Tensor, [0, 2, 3]);
    expect(mean).toBeAllClose([0, 0, 0, 0], { atol: 5e-5 });
    expect(variance).toBeAllClose([1, 1, 1, 1], { rtol: 1e-3 });
  });

  it('follows the order of a graph, through models inside of it, and initializes a shared layer by its first input', () => {
    const shared = dense(6, { activation: 'linear' });
    const block = tf.sequential({ layers: [tf.layers.inputLayer({ inputShape: [6] }), dense(6)] });
    const input = tf.input({ shape: [6] });
    const first = shared.apply(input) as tf.SymbolicTensor;
    const second = shared.apply(block.apply(first) as tf.SymbolicTensor) as tf.SymbolicTensor;
    const last = dense(3, { activation: 'linear' });
    const outputs = last.apply(tf.layers.concatenate().apply([first, second])) as tf.SymbolicTensor;
    const model = tf.model({ inputs: input, outputs });
    const x = data(50, 6);
    const names = dataInit(model, x).map(({ layer }) => layer);
    expect(names).toEqual([shared.name, block.layers[1]?.name, last.name]);
    for (const t of [first, outputs]) {
      const y = tf.model({ inputs: input, outputs: t }).predict(x) as tf.Tensor;
      const { mean, variance } = tf.moments(y, 0);
      expect(mean).toBeAllClose(tf.zerosLike(mean), { atol: 5e-5 });
      expect(variance).toBeAllClose(tf.onesLike(variance), { rtol: 1e-3 });
    }
  });

  it('gives a layer without a bias the deviation alone', () => {
    const model = tf.sequential({
      layers: [tf.layers.inputLayer({ inputShape: [4] }), dense(3, { useBias: false, activation: 'linear' })],
    });
    const x = data(40, 4);
    dataInit(model, x, { initScale: 2 });
    const { mean, variance } = tf.moments(model.predict(x) as tf.Tensor, 0);
    expect(variance).toBeAllClose([4, 4, 4], { rtol: 1e-3 });
    expect(mean.abs().min().dataSync()[0]).toBeGreaterThan(0.1);
  });

  it('keeps the length of a unit that does not vary, counts it, and leaves the weights as they were on failure', () => {
    const model = tf.sequential({ layers: [tf.layers.inputLayer({ inputShape: [2] }), dense(3)] });
    const layer = model.layers[1] as tf.layers.Layer;
    layer.setWeights([
      tf.ones([3]),
      tf.tensor2d([
        [1, 0, 2],
        [0, 3, 1],
      ]),
      tf.zeros([3]),
    ]);
    const x = tf.tensor2d([
      [1, 5],
      [2, 5],
      [4, 5],
    ]);
    expect(dataInit(model, x)).toEqual([{ layer: layer.name, units: 3, constant: 1 }]);
    const [g, , b] = layer.getWeights() as [tf.Tensor, tf.Tensor, tf.Tensor];
    expect(g.dataSync()[1]).toBeCloseTo(1, 5);
    expect(b.dataSync()[1]).toBeCloseTo(-5, 4);

    const broken = dense(2);
    const deep = tf.sequential({ layers: [tf.layers.inputLayer({ inputShape: [2] }), dense(3), broken] });
    broken.setWeights([tf.ones([2]), tf.fill([3, 2], Number.NaN), tf.zeros([2])]);
    const before = deep.getWeights().map((w) => Array.from(w.dataSync()));
    expect(() => dataInit(deep, x)).toThrow(
      `dataInit: batch must be one that each layer answers with finite numbers, received '${broken.name}'.`,
    );
    expect(deep.getWeights().map((w) => Array.from(w.dataSync()))).toEqual(before);
    const predicted = deep.predict(x) as tf.Tensor;
    expect(predicted.shape).toEqual([3, 2]); // no hook is left that would initialize again
    expect(deep.getWeights().map((w) => Array.from(w.dataSync()))).toEqual(before);
  });

  it('initializes two layers of one name, in two models inside of the model, and one that is shared once', () => {
    const inner = () =>
      tf.sequential({
        layers: [weightNorm({ name: 'same', layer: tf.layers.dense({ units: 3, inputShape: [3] }) })],
      });
    const [a, b] = [inner(), inner()];
    const model = tf.sequential({ layers: [a, b, a] });
    const x = data(40, 3);
    expect(dataInit(model, x).map(({ layer }) => layer)).toEqual(['same', 'same']);
    let y: tf.Tensor = x;
    for (const part of [a, b]) {
      y = part.predict(y) as tf.Tensor;
      const { mean, variance } = tf.moments(y, 0);
      expect(mean).toBeAllClose(tf.zeros([3]), { rtol: 0, atol: 1e-4 });
      expect(tf.sqrt(variance)).toBeAllClose(tf.ones([3]), { rtol: 1e-4, atol: 0 });
    }
  });

  it('leaks no tensor and no weight of its own', () => {
    const model = tf.sequential({ layers: [tf.layers.inputLayer({ inputShape: [4] }), dense(3)] });
    const x = data(10, 4);
    dataInit(model, x);
    const before = tf.memory().numTensors;
    dataInit(model, x);
    expect(tf.memory().numTensors).toBe(before);
  });

  const model = () => tf.sequential({ layers: [tf.layers.inputLayer({ inputShape: [2] }), dense(3)] });
  it.each([
    [
      () => dataInit(model(), tf.ones([1, 2])),
      'dataInit: batch must be of two examples or more, better some hundred, received [1,2].',
    ],
    [
      () =>
        dataInit(
          model(),
          tf.tensor2d([
            [1, 2],
            [3, Number.NaN],
          ]),
        ),
      "dataInit: batch must be of finite numbers, received 'one with NaN or an infinity'.",
    ],
    [
      () => dataInit(model(), [[1, 2]] as unknown as tf.Tensor),
      'dataInit: batch must be a tensor or a list of them, received [1,2].',
    ],
    [
      () => dataInit(model(), tf.ones([2, 2]), { initScale: 0 }),
      'dataInit: initScale must be a number above 0, within float32, received 0.',
    ],
    [
      () =>
        dataInit(
          tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [2] })] }),
          tf.ones([2, 2]),
        ),
      "dataInit: model must be one with a layer made by weightNorm that is not recurrent, received 'Dense'.",
    ],
    [
      () => dataInit(undefined as unknown as tf.LayersModel, tf.ones([2, 2])),
      'dataInit: model must be a tf.LayersModel, received undefined.',
    ],
  ])('refuses bad input: %s', (run, message) => {
    expect(run).toThrow(message);
  });
});
