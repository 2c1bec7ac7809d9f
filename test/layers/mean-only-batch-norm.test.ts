import * as tf from '@tensorflow/tfjs';
import { MeanOnlyBatchNorm, meanOnlyBatchNorm } from 'evenkeel';
import { layerContract } from 'evenkeel/testing';
import { describe, expect, it } from 'vitest';
import { column, type Matrix, mean, sample } from '../support/float64.js';
import { TOLERANCE } from '../support/tolerances.js';

const train = (layer: tf.layers.Layer, x: tf.Tensor): tf.Tensor =>
  layer.apply(x, { training: true }) as tf.Tensor;
const predict = (layer: tf.layers.Layer, x: tf.Tensor): tf.Tensor => layer.apply(x) as tf.Tensor;
const means = (x: Matrix): number[] => (x[0] as number[]).map((_, j) => mean(column(x, j)));
const batches = [1, 2, 3, 4].map((seed) => sample(5, 3, seed));

describe('meanOnlyBatchNorm', () => {
  it.each([
    [{}, [6]],
    [{ momentum: 0.5, betaInitializer: 'ones' as const, betaRegularizer: 'l1l2' as const }, [5]],
    [{ axis: 1 }, [3, 4]],
    [{ axis: -1 }, [3, 2, 5]],
    [{ axis: 2 }, [2, 3, 2, 2]],
  ])('keeps the layer contract with %j and examples of shape %j', async (args, inputShape) => {
    await layerContract(() => meanOnlyBatchNorm(args), { inputShape });
  });

  it('subtracts the mean of the batch in training, the running mean in prediction, and adds the bias', () => {
    const layer = meanOnlyBatchNorm();
    const [x] = batches as [Matrix];
    layer.apply(tf.tensor2d(x));
    layer.setWeights([tf.tensor1d([1, 2, 3]), tf.tensor1d([10, 20, 30])]);
    expect(predict(layer, tf.tensor2d(x))).toBeAllClose(
      x.map((row) => row.map((value, j) => value - 10 * (j + 1) + (j + 1))),
      TOLERANCE.forward,
    );
    expect(train(layer, tf.tensor2d(x))).toBeAllClose(
      x.map((row) => row.map((value, j) => value - (means(x)[j] as number) + (j + 1))),
      TOLERANCE.forward,
    );
  });

  it.each([undefined, 0.5, 0, 1])('follows the means with momentum %s', (momentum) => {
    const layer = meanOnlyBatchNorm(momentum === undefined ? {} : { momentum });
    for (const batch of batches) train(layer, tf.tensor2d(batch));
    const keep = momentum ?? 0.9;
    const expected = [0, 1, 2].map((j) =>
      batches.reduce((sum, x, t) => {
        return sum + (1 - keep) * keep ** (batches.length - 1 - t) * (means(x)[j] as number);
      }, 0),
    );
    expect(layer.getWeights()[1]).toBeAllClose(expected, TOLERANCE.forward);
    expect(layer.nonTrainableWeights.map((weight) => weight.originalName.split('/').pop())).toEqual([
      'movingMean',
    ]);
  });

  it('learns its running mean in fit and predicts with it', async () => {
    const model = tf.sequential({ layers: [meanOnlyBatchNorm({ momentum: 0, inputShape: [3] })] });
    model.compile({ optimizer: tf.train.sgd(0), loss: 'meanSquaredError' });
    const x = tf.tensor2d(batches[0] as Matrix);
    await model.fit(x, x, { epochs: 1, batchSize: 5, verbose: 0 });
    expect(model.getWeights()[1]).toBeAllClose(means(batches[0] as Matrix), TOLERANCE.forward);
    expect((model.predict(x) as tf.Tensor).mean(0)).toBeAllClose([0, 0, 0], { atol: 1e-6 });
  });

  it('keeps its running mean where a batch is only evaluated', () => {
    const layer = meanOnlyBatchNorm();
    predict(layer, tf.tensor2d(batches[0] as Matrix));
    expect(layer.getWeights()[1]).toBeAllClose([0, 0, 0], { rtol: 0, atol: 0 });
  });

  it('works as in prediction when it is frozen, and lets the gradient through', async () => {
    const before = tf.layers.dense({
      units: 3,
      useBias: false,
      kernelInitializer: 'identity',
      inputShape: [3],
    });
    const layer = meanOnlyBatchNorm();
    const head = tf.layers.dense({ units: 1, kernelInitializer: 'ones' });
    const model = tf.sequential({ layers: [before, layer, head] });
    layer.setWeights([tf.tensor1d([1, 2, 3]), tf.tensor1d([4, 5, 6])]);
    layer.trainable = false;
    model.compile({ optimizer: tf.train.sgd(0.1), loss: 'meanSquaredError' });
    const x = tf.tensor2d(batches[0] as Matrix);
    const y = (batches[0] as Matrix).map((row) => row.reduce((sum, value) => sum + value - 3, 0));
    const loss = (await model.trainOnBatch(x, tf.zeros([5, 1]))) as number;
    expect(loss).toBeAllClose(mean(y.map((value) => value ** 2)), { rtol: 1e-5 });
    const [bias, movingMean] = layer.getWeights();
    expect(bias).toBeAllClose([1, 2, 3], { rtol: 0, atol: 0 });
    expect(movingMean).toBeAllClose([4, 5, 6], { rtol: 0, atol: 0 });
    // d mean(y^2) / d kernel = 2 mean(y x_i), the same for each unit.
    const slope = [0, 1, 2].map((i) =>
      mean(y.map((value, n) => 2 * value * (batches[0]?.[n]?.[i] as number))),
    );
    expect(before.getWeights()[0]).toBeAllClose(
      slope.map((d, i) => [0, 1, 2].map((j) => (i === j ? 1 : 0) - 0.1 * d)),
      TOLERANCE.gradient,
    );
  });

  it('keeps initializer, regularizer and constraint in its config, and applies them', () => {
    const layer = meanOnlyBatchNorm({
      betaInitializer: tf.initializers.constant({ value: -2 }),
      betaRegularizer: tf.regularizers.l2({ l2: 0.5 }),
      betaConstraint: tf.constraints.maxNorm({ maxValue: 1, axis: 0 }),
    });
    train(layer, tf.tensor2d(batches[0] as Matrix));
    expect(layer.getWeights()[0]).toBeAllClose([-2, -2, -2]);
    expect(layer.calculateLosses()[0]).toBeAllClose(0.5 * 12);
    layer.setWeights([tf.tensor1d([0, 3, 4]), tf.zeros([3])]);
    expect(layer.getWeights()[0]).toBeAllClose([0, 0.6, 0.8], { rtol: 1e-4 });
    const again = new MeanOnlyBatchNorm(JSON.parse(JSON.stringify(layer.getConfig())));
    expect(again.getConfig()).toEqual(layer.getConfig());
  });

  it('cancels the bias of the layer before it in training', () => {
    const x = tf.tensor2d(batches[1] as Matrix);
    const [a, b] = [meanOnlyBatchNorm(), meanOnlyBatchNorm()];
    expect(train(a, x.add([5, -3, 100]))).toBeAllClose(train(b, x), { rtol: 1e-4, atol: 2e-5 });
  });

  it('says at prediction what map it is', () => {
    const layer = meanOnlyBatchNorm({ axis: -2 });
    const x = tf.randomNormal([2, 3, 4], 0, 1, 'float32', 1);
    train(layer, x);
    layer.setWeights([tf.tensor1d([1, 2, 3]), layer.getWeights()[1] as tf.Tensor]);
    const said = layer.prediction();
    if (said.is !== 'map' || !('scale' in said.map)) throw new Error('not a map with a scale');
    expect(said.map.axis).toBe(-2);
    const { scale, shift } = said.map;
    expect(x.mul(scale.reshape([3, 1])).add(shift.reshape([3, 1]))).toBeAllClose(
      predict(layer, x),
      TOLERANCE.forward,
    );
  });

  it.each([
    [{ momentum: 1.5 }, 'meanOnlyBatchNorm: momentum must be a number from 0 to 1, received 1.5.'],
    [
      { axis: 0 },
      'meanOnlyBatchNorm: axis must be an integer other than 0, the axis of the batch, received 0.',
    ],
    [
      { axis: 1.5 },
      'meanOnlyBatchNorm: axis must be an integer other than 0, the axis of the batch, received 1.5.',
    ],
  ])('refuses %j', (args, message) => {
    expect(() => meanOnlyBatchNorm(args)).toThrow(message);
  });

  it.each([
    [-2, [2, 3], '[2,3]'],
    [2, [2, 3], '[2,3]'],
    [-4, [2, 3, 4], '[2,3,4]'],
  ])('refuses axis %d of an input of shape %j', (axis, shape, shown) => {
    expect(() => predict(meanOnlyBatchNorm({ axis }), tf.zeros(shape))).toThrow(
      'meanOnlyBatchNorm: axis must be an axis of known size other than that of the batch, in an input of rank 2 or ' +
        `more (here of shape ${shown}), received ${axis}.`,
    );
  });
});
