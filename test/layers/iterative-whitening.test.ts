import * as tf from '@tensorflow/tfjs';
import { IterativeWhitening, iterativeWhitening } from 'evenkeel';
import { layerContract } from 'evenkeel/testing';
import { describe, expect, it } from 'vitest';
import { whiten } from '../../src/ops/whitening.js';
import { TOLERANCE } from '../support/tolerances.js';

const train = (layer: tf.layers.Layer, x: tf.Tensor): tf.Tensor =>
  layer.apply(x, { training: true }) as tf.Tensor;
const predict = (layer: tf.layers.Layer, x: tf.Tensor): tf.Tensor => layer.apply(x) as tf.Tensor;
const normal = (shape: number[], seed: number): tf.Tensor => tf.randomNormal(shape, 0, 1, 'float32', seed);
const covariance = (x: tf.Tensor): tf.Tensor => {
  const centred = x.sub(x.mean(0)) as tf.Tensor2D;
  return tf
    .matMul(centred.div(1) as tf.Tensor2D, centred.div(1) as tf.Tensor2D, true)
    .div(x.shape[0] as number);
};
const batches = [1, 2, 3].map((seed) => normal([12, 6], seed) as tf.Tensor2D);
const names = (layer: tf.layers.Layer): unknown[] =>
  layer.weights.map((weight) => weight.originalName.split('/').pop());

describe('iterativeWhitening', () => {
  it.each([
    [{}, [6]],
    [{ groupSize: 2, iterations: 3, momentum: 0.5, epsilon: 1e-3 }, [6]],
    [{ groupSize: 3, center: false, gammaInitializer: 'glorotNormal' as const }, [2, 3]],
    [{ scale: false, betaRegularizer: 'l1l2' as const }, [2, 2, 5]],
    [{ center: false, scale: false, groupSize: 1 }, [5]],
  ])('keeps the layer contract with %j and examples of shape %j', async (args, inputShape) => {
    await layerContract(() => iterativeWhitening(args), { inputShape, batchSize: 8 });
  });

  it('whitens a batch in training: mean 0, covariance I', () => {
    const mixed = tf.matMul(normal([200, 5], 4) as tf.Tensor2D, normal([5, 5], 5) as tf.Tensor2D).add(7);
    const y = train(iterativeWhitening({ iterations: 20 }), mixed);
    expect(y.mean(0)).toBeAllClose(tf.zeros([5]), { atol: 1e-4 });
    expect(covariance(y)).toBeAllClose(tf.eye(5), { rtol: 0, atol: 5e-3 });
  });

  it('turns no feature into another: the whitened one goes with its own', () => {
    const [x] = batches as [tf.Tensor2D];
    const y = train(iterativeWhitening(), x);
    const together = tf.matMul(x.sub(x.mean(0)).div(1) as tf.Tensor2D, y.div(1) as tf.Tensor2D, true).div(12);
    expect(together).toBeAllClose(together.transpose(), TOLERANCE.gradient);
    expect(
      Math.min(
        ...(tf.linalg
          .bandPart(together as tf.Tensor2D, 0, 0)
          .max(1)
          .dataSync() as Float32Array),
      ),
    ).toBeGreaterThan(0.5);
  });

  it('takes the covariance over every axis but the last', () => {
    const x = normal([4, 3, 2, 5], 6);
    const flat = whiten(x.reshape([24, 5]) as tf.Tensor2D, { groupSize: 5 }).y;
    expect(train(iterativeWhitening(), x)).toBeAllClose(flat.reshape([4, 3, 2, 5]), TOLERANCE.forward);
  });

  it('multiplies by gamma, then adds beta', () => {
    const layer = iterativeWhitening({ groupSize: 3 });
    const [x] = batches as [tf.Tensor2D];
    predict(layer, x);
    const [gamma, beta] = [normal([6], 7), normal([6], 8)];
    layer.setWeights([gamma, beta, ...layer.getWeights().slice(2)]);
    const plain = whiten(x, { groupSize: 3 }).y;
    expect(train(layer, x)).toBeAllClose(plain.mul(gamma).add(beta), TOLERANCE.gradient);
    expect(names(layer)).toEqual(['gamma', 'beta', 'movingMean', 'movingWhitening']);
    expect(layer.trainableWeights.length).toBe(2);
  });

  it('predicts with its running averages, which start at 0 and I', () => {
    const layer = iterativeWhitening({ groupSize: 3 });
    const [x] = batches as [tf.Tensor2D];
    expect(predict(layer, x)).toBeAllClose(x, TOLERANCE.forward);
    const [mean, matrices] = [normal([6], 9), normal([2, 3, 3], 10)];
    layer.setWeights([...layer.getWeights().slice(0, 2), mean, matrices]);
    const parts = tf.split(x.sub(mean), 2, 1).map((part, i) => {
      return tf.matMul(part.div(1) as tf.Tensor2D, tf.unstack(matrices)[i] as tf.Tensor2D);
    });
    expect(predict(layer, x)).toBeAllClose(tf.concat(parts, 1), TOLERANCE.gradient);
  });

  it.each([undefined, 0.5, 0, 1])('follows mean and whitening matrix with momentum %s', (momentum) => {
    const layer = iterativeWhitening({ groupSize: 3, ...(momentum === undefined ? {} : { momentum }) });
    for (const batch of batches) train(layer, batch);
    const keep = momentum ?? 0.9;
    const statistics = batches.map((batch) => whiten(batch, { groupSize: 3 }));
    const share = (t: number): number => (1 - keep) * keep ** (batches.length - 1 - t);
    const start = tf.eye(3).mul(keep ** batches.length);
    const [mean, whitening] = layer.getWeights().slice(2);
    expect(mean).toBeAllClose(tf.addN(statistics.map((s, t) => s.mean.mul(share(t)))), TOLERANCE.gradient);
    expect(whitening).toBeAllClose(
      tf.addN(statistics.map((s, t) => s.whitening.mul(share(t)))).add(start),
      TOLERANCE.gradient,
    );
  });

  it('works as in prediction when it is frozen, and keeps its averages', async () => {
    const model = tf.sequential({
      layers: [
        tf.layers.dense({ units: 6, useBias: false, kernelInitializer: 'identity', inputShape: [6] }),
        iterativeWhitening({ groupSize: 3 }),
      ],
    });
    const layer = model.layers[1] as tf.layers.Layer;
    const [x, other] = batches as [tf.Tensor2D, tf.Tensor2D];
    for (let t = 0; t < 20; t++) train(layer, other);
    layer.trainable = false;
    model.compile({ optimizer: tf.train.sgd(0.1), loss: 'meanSquaredError' });
    const before = layer.getWeights().map((weight) => weight.arraySync());
    const expected = (model.predict(x) as tf.Tensor).square().mean();
    expect(await model.trainOnBatch(x, tf.zeros([12, 6]))).toBeAllClose(expected, { rtol: 1e-5 });
    expect(layer.getWeights().map((weight) => weight.arraySync())).toEqual(before);
    expect(model.getWeights()[0]?.sub(tf.eye(6)).abs().max().dataSync()[0]).toBeGreaterThan(1e-3);
  });

  it('learns in fit what it predicts with', async () => {
    const model = tf.sequential({ layers: [iterativeWhitening({ iterations: 12, inputShape: [6] })] });
    model.compile({ optimizer: tf.train.sgd(0), loss: 'meanSquaredError' });
    const x = normal([64, 6], 11);
    await model.fit(x, x, { epochs: 80, batchSize: 64, verbose: 0 });
    expect(covariance(model.predict(x) as tf.Tensor)).toBeAllClose(tf.eye(6), { rtol: 0, atol: 5e-3 });
  });

  it.each([
    [6, 6],
    [64, 64],
    [96, 48],
    [100, 50],
    [128, 64],
    [67, 1],
  ])('takes for a width of %d groups of %d', (width, size) => {
    const layer = iterativeWhitening();
    predict(layer, tf.zeros([2, width]));
    expect(layer.getWeights()[3]?.shape).toEqual([width / size, size, size]);
    expect(layer.getConfig().groupSize).toBe(null);
  });

  it.each([{}, { center: false }, { scale: false, groupSize: 2 }])(
    'says at prediction what map it is, with %j',
    (args) => {
      const layer = iterativeWhitening({ momentum: 0.5, ...args });
      const [x, other] = batches as [tf.Tensor2D, tf.Tensor2D];
      train(layer, other);
      layer.trainableWeights.forEach((weight, i) => {
        weight.write(normal([6], 20 + i));
      });
      const said = layer.prediction();
      if (said.is !== 'map' || !('matrix' in said.map)) throw new Error('not a map with a matrix');
      const { axis, matrix, shift } = said.map;
      expect(axis).toBe(-1);
      expect(tf.matMul(x, matrix).add(shift)).toBeAllClose(predict(layer, x), TOLERANCE.gradient);
    },
  );

  it('keeps initializers, regularizers and constraints in its config, and applies them', () => {
    const layer = iterativeWhitening({
      betaInitializer: tf.initializers.constant({ value: -2 }),
      gammaInitializer: 'zeros',
      betaRegularizer: tf.regularizers.l2({ l2: 0.5 }),
      gammaRegularizer: tf.regularizers.l1({ l1: 3 }),
      betaConstraint: 'nonNeg',
      gammaConstraint: 'maxNorm',
    });
    train(layer, batches[0] as tf.Tensor);
    const [gamma, beta] = layer.getWeights();
    expect(gamma).toBeAllClose(tf.zeros([6]));
    expect(beta).toBeAllClose(tf.fill([6], -2));
    expect(layer.calculateLosses().map((loss) => loss.dataSync()[0])).toEqual([0, 12]);
    layer.setWeights([tf.fill([6], 5), tf.fill([6], -1), ...layer.getWeights().slice(2)]);
    expect(layer.getWeights()[0]?.norm()).toBeAllClose(2, { rtol: 1e-4 });
    expect(layer.getWeights()[1]).toBeAllClose(tf.zeros([6]));
    const again = new IterativeWhitening(JSON.parse(JSON.stringify(layer.getConfig())));
    expect(again.getConfig()).toEqual(layer.getConfig());
  });

  it('whitens one example alone by its averages, which stay, in fit too', async () => {
    const layer = iterativeWhitening({ inputShape: [6] });
    const model = tf.sequential({ layers: [layer] });
    model.compile({ optimizer: tf.train.sgd(0), loss: 'meanSquaredError' });
    const [x] = batches as [tf.Tensor2D];
    for (let t = 0; t < 3; t++) train(layer, x);
    const before = layer.getWeights().map((weight) => weight.arraySync());
    const one = x.slice([0, 0], [1, 6]);
    expect(train(layer, one)).toBeAllClose(predict(layer, one));
    expect(layer.getWeights().map((weight) => weight.arraySync())).toEqual(before);
    const { history } = await model.fit(x.slice([0, 0], [5, 6]), tf.zeros([5, 6]), {
      batchSize: 4,
      verbose: 0,
    });
    expect(Number.isFinite(history.loss?.[0])).toBe(true);
    expect(train(iterativeWhitening(), normal([1, 4, 6], 1)).shape).toEqual([1, 4, 6]);
  });

  it.each([
    [{ groupSize: 0 }, 'iterativeWhitening: groupSize must be a positive integer, received 0.'],
    [{ iterations: 1.5 }, 'iterativeWhitening: iterations must be a positive integer, received 1.5.'],
    [{ epsilon: 0 }, 'iterativeWhitening: epsilon must be a number above 0, within float32, received 0.'],
    [{ momentum: 2 }, 'iterativeWhitening: momentum must be a number from 0 to 1, received 2.'],
  ])('refuses %j', (args, message) => {
    expect(() => iterativeWhitening(args)).toThrow(message);
  });

  it('refuses groups that do not fill the width, and says which do', () => {
    expect(() => predict(iterativeWhitening({ groupSize: 4 }), tf.zeros([2, 6]))).toThrow(
      "iterativeWhitening: groupSize must be a divisor of the input's 6 features (1, 2, 3, 6), received 4.",
    );
  });
});
