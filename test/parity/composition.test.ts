/** Each custom layer beside a composition of the library's own ops and layers that must equal it. */
import * as tf from '@tensorflow/tfjs';
import {
  annealedDropout,
  cosineConv1d,
  cosineConv2d,
  cosineDense,
  dropConnectDense,
  dropout,
  iterativeWhitening,
  layerNormLSTMCell,
  meanOnlyBatchNorm,
  standoutDense,
  weightNorm,
} from 'evenkeel';
import { describe, expect, it } from 'vitest';
import { bernoulli } from '../../src/random/bernoulli.js';
import { uniform } from '../../src/random/uniform.js';
import { TOLERANCE } from '../support/tolerances.js';
import { NO_GRADIENT, trainsConvolutions } from '../support/trains.js';

type Weights = tf.Tensor[];
interface Parity {
  layer: () => tf.layers.Layer;
  /** From the input, the layer's weights in the order of its trainable weights, and whether it is training. */
  composition: (x: tf.Tensor2D, weights: Weights, training: boolean) => tf.Tensor;
  /** Default: [BATCH, FEATURES]. */
  inputShape?: number[];
}
type RNNCell = Parameters<typeof tf.layers.rnn>[0]['cell'] & object;

const FEATURES = 6;
const UNITS = 4;
const BATCH = 5;
const noise = (layer: string) => uniform([BATCH, UNITS], { seed: 9, layer }, 0);
const unit = (t: tf.Tensor, axis: number | number[]) => t.div(tf.sqrt(t.square().sum(axis, true)));
const IMAGE = [2, 5, 4, 3];

/** The convolution with unit filters over the root of the convolution of squares with ones. */
function cosineOfConvolutions(x: tf.Tensor, kernel: tf.Tensor, strides: [number, number]): tf.Tensor {
  const image = x as tf.Tensor4D;
  const [height, width, channels] = kernel.shape as [number, number, number];
  const product = tf.conv2d(image, unit(kernel, [0, 1, 2]) as tf.Tensor4D, strides, 'same');
  const squares = tf.conv2d(tf.square(image), tf.ones([height, width, channels, 1]), strides, 'same');
  return product.div(tf.sqrt(squares));
}

function layerNorm(x: tf.Tensor, gain: tf.Tensor, epsilon: number): tf.Tensor {
  const { mean, variance } = tf.moments(x, -1, true);
  return x
    .sub(mean)
    .div(tf.sqrt(variance.add(epsilon)))
    .mul(gain);
}

const CASES: Record<string, Parity> = {
  'cosineDense is dense on unit vectors': {
    layer: () => cosineDense({ units: UNITS, activation: 'tanh' }),
    composition: (x, [w]) => tf.tanh(tf.matMul(unit(x, 1), unit(w as tf.Tensor, 0))),
  },
  'centred cosineDense is the Pearson coefficient': {
    layer: () => cosineDense({ units: UNITS, center: true, scale: 3 }),
    composition: (x, [w]) => {
      const xc = x.sub(x.mean(1, true));
      const wc = (w as tf.Tensor).sub((w as tf.Tensor).mean(0, true));
      return tf.matMul(unit(xc, 1), unit(wc, 0)).mul(3);
    },
  },
  'augmented cosineDense is cosineDense with one more coordinate': {
    layer: () => cosineDense({ units: UNITS, bias: 'augmented', biasInitializer: 'ones' }),
    composition: (x, [w, b]) => {
      const xa = tf.concat([x, tf.ones([BATCH, 1])], 1);
      const wa = tf.concat([w as tf.Tensor, (b as tf.Tensor).expandDims(0)], 0);
      return tf.matMul(unit(xa, 1), unit(wa, 0));
    },
  },
  'weightNorm is dense with the kernel g v / |v|': {
    layer: () => weightNorm({ layer: tf.layers.dense({ units: UNITS, activation: 'tanh' }) }),
    composition: (x, [g, v, b]) => {
      const kernel = unit(v as tf.Tensor, 0).mul(g as tf.Tensor) as tf.Tensor2D;
      return tf.tanh(tf.matMul(x, kernel).add(b as tf.Tensor));
    },
  },
  'cosineConv2d is conv2d over the lengths of patches and filters': {
    layer: () => cosineConv2d({ filters: UNITS, kernelSize: [3, 2], strides: [1, 2], padding: 'same' }),
    composition: (x, [w]) => cosineOfConvolutions(x, w as tf.Tensor, [1, 2]),
    inputShape: IMAGE,
  },
  'cosineConv1d is the same on a row': {
    layer: () =>
      cosineConv1d({ filters: UNITS, kernelSize: 3, padding: 'same', scale: 2, activation: 'tanh' }),
    composition: (x, [w]) =>
      tf.tanh(
        cosineOfConvolutions(x.expandDims(1), (w as tf.Tensor).expandDims(0), [1, 1])
          .squeeze([1])
          .mul(2),
      ),
    inputShape: [2, 7, 3],
  },
  'weightNorm of conv2d is conv2d with the kernel g v / |v|': {
    layer: () => weightNorm({ layer: tf.layers.conv2d({ filters: UNITS, kernelSize: 2, strides: 2 }) }),
    composition: (x, [g, v, b]) => {
      const kernel = unit(v as tf.Tensor, [0, 1, 2]).mul(g as tf.Tensor) as tf.Tensor4D;
      return tf.conv2d(x as tf.Tensor as tf.Tensor4D, kernel, 2, 'valid').add(b as tf.Tensor);
    },
    inputShape: IMAGE,
  },
  'meanOnlyBatchNorm is the input less its mean, and a bias': {
    layer: () => meanOnlyBatchNorm(),
    composition: (x, [b], training) => x.sub(training ? x.mean(0, true) : 0).add(b as tf.Tensor),
  },
  'iterativeWhitening is the Newton iteration of matrix products': {
    layer: () => iterativeWhitening({ center: false, scale: false, epsilon: 1e-2 }),
    composition: (x, _, training) => {
      if (!training) return x.clone();
      const centred = x.sub(x.mean(0, true)).div(1) as tf.Tensor2D; // the division clears what webgl keeps beside it
      const identity = tf.eye(FEATURES);
      const covariance = tf
        .matMul(centred, centred, true)
        .div(x.shape[0])
        .add(identity.mul(1e-2)) as tf.Tensor2D;
      const trace = covariance.mul(identity).sum();
      const scaled = covariance.div(trace) as tf.Tensor2D;
      let p = identity;
      for (let k = 0; k < 5; k++) {
        const cubed = tf.matMul(tf.matMul(tf.matMul(p, p), p), scaled);
        p = p.mul(1.5).sub(cubed.mul(0.5)) as tf.Tensor2D;
      }
      return tf.matMul(centred, p.div(tf.sqrt(trace)) as tf.Tensor2D);
    },
    inputShape: [11, FEATURES],
  },
  'layerNormLSTMCell is an LSTM of normalized products': {
    layer: () =>
      tf.layers.rnn({
        cell: layerNormLSTMCell({ units: UNITS, recurrentActivation: 'sigmoid' }) as unknown as RNNCell,
      }),
    composition: (x, weights) => {
      const [kernel, recurrent, b, kernelGain, recurrentGain, cellGain, cellBias] = weights as tf.Tensor2D[];
      let [h, c] = [tf.zeros([2, UNITS]), tf.zeros([2, UNITS])] as [tf.Tensor, tf.Tensor];
      for (const step of tf.unstack(x, 1)) {
        const gates = layerNorm(
          tf.matMul(step as tf.Tensor2D, kernel as tf.Tensor2D),
          kernelGain as tf.Tensor,
          1e-3,
        )
          .add(
            layerNorm(
              tf.matMul(h as tf.Tensor2D, recurrent as tf.Tensor2D),
              recurrentGain as tf.Tensor,
              1e-3,
            ),
          )
          .add(b as tf.Tensor);
        const [i, f, g, o] = tf.split(gates, 4, 1) as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
        c = tf
          .sigmoid(f)
          .mul(c)
          .add(tf.sigmoid(i).mul(tf.tanh(g)));
        h = tf.sigmoid(o).mul(tf.tanh(layerNorm(c, cellGain as tf.Tensor, 1e-3).add(cellBias as tf.Tensor)));
      }
      return h;
    },
    inputShape: [2, 3, FEATURES],
  },
  'standoutDense with a held mask is dense times the mask, or times the probability': {
    layer: () =>
      standoutDense({ units: UNITS, activation: 'tanh', alpha: 0.7, beta: 0.2, seed: 9, name: 'standout' }),
    composition: (x, [w, b], training) => {
      const z = tf.matMul(x, w as tf.Tensor2D).add(b as tf.Tensor);
      const q = tf.sigmoid(z.mul(0.7).add(0.2));
      if (!training) return tf.tanh(z).mul(q);
      // tf.less on the tape has no gradient: the mask goes in as data.
      const mask = tf.tensor(
        Array.from(q.dataSync(), (p, i) => ((held[i] as number) < p ? 1 : 0)),
        [BATCH, UNITS],
      );
      return tf.tanh(z).mul(mask);
    },
  },
};
let held: ArrayLike<number> = [];

describe.each(Object.entries(CASES))('%s', (name, { layer: make, composition, ...parity }) => {
  const { inputShape = [BATCH, FEATURES] } = parity;
  const trains = () => !/conv/i.test(name) || trainsConvolutions();
  /** A layer away from its initial point, its trainable weights, and an input. */
  const setUp = () => {
    const layer = make();
    const x = tf.randomNormal<tf.Rank>(inputShape, 0, 1, 'float32', 3) as tf.Tensor2D;
    layer.apply(x);
    layer.trainableWeights.forEach((w, i) => {
      w.write(w.read().add(tf.randomNormal(w.read().shape, 0, 0.5, 'float32', 11 + i)));
    });
    const weights = layer.trainableWeights.map((w) => w.read());
    held = noise('standout').dataSync();
    return { layer, x, weights };
  };

  it('forward', () => {
    const { layer, x, weights } = setUp();
    expect(layer.apply(x) as tf.Tensor).toBeAllClose(composition(x, weights, false), TOLERANCE.forward);
    const trained = layer.apply(x, { training: true }) as tf.Tensor;
    expect(trained).toBeAllClose(composition(x, weights, true), TOLERANCE.forward);
  });

  it.for([false, true])('gradient, training %s', (training, { skip }) => {
    skip(!trains(), NO_GRADIENT);
    const { layer, x, weights } = setUp();
    const y = composition(x, weights, training);
    const c = tf.tensor(
      Array.from({ length: y.size }, (_, i) => Math.cos(1 + i)),
      y.shape,
    );
    const variables = weights as tf.Variable[];
    const names = variables.map((v) => v.name);
    const input = tf.variable(x, true);
    const own = tf.variableGrads(
      () => (layer.apply(input, { training }) as tf.Tensor).mul(c).sum().asScalar(),
      [input, ...variables],
    ).grads;
    const [dx, ...dw] = tf.grads((x: tf.Tensor, ...w: tf.Tensor[]) =>
      composition(x as tf.Tensor2D, w, training)
        .mul(c)
        .sum(),
    )([x, ...variables.map((v) => tf.tensor(v.dataSync(), v.shape))]);
    expect(own[input.name] as tf.Tensor).toBeAllClose(dx as tf.Tensor, TOLERANCE.gradient);
    names.forEach((name, i) => {
      expect(own[name] as tf.Tensor).toBeAllClose(dw[i] as tf.Tensor, TOLERANCE.gradient);
    });
  });

  it('one optimizer step', async ({ skip }) => {
    skip(!trains(), NO_GRADIENT);
    const { layer, x, weights } = setUp();
    skip(weights.length === 0, 'the layer has no weights');
    const y = tf.onesLike(composition(x, weights, true));
    const rate = 0.1;
    const before = weights.map((w) => tf.tensor(w.dataSync(), w.shape));
    const model = tf.sequential();
    model.add(tf.layers.inputLayer({ inputShape: inputShape.slice(1) }));
    model.add(layer);
    model.compile({ optimizer: tf.train.sgd(rate), loss: 'meanSquaredError' });
    await model.trainOnBatch(x, y);
    const loss = (...w: tf.Tensor[]) => composition(x, w, true).sub(y).square().mean();
    const expected = tf
      .grads(loss)(before)
      .map((dw, i) => (before[i] as tf.Tensor).sub(dw.mul(rate)));
    layer.trainableWeights.forEach((w, i) => {
      expect(w.read()).toBeAllClose(expected[i] as tf.Tensor, TOLERANCE.gradient);
      expect(difference(w.read(), before[i] as tf.Tensor)).toBeGreaterThan(1e-4);
    });
  });
});

function difference(a: tf.Tensor, b: tf.Tensor): number {
  return a.sub(b).abs().max().dataSync()[0] as number;
}

describe('at their starting point or a special value', () => {
  const x = tf.randomNormal([BATCH, FEATURES], 0, 1, 'float32', 3);

  it('weightNorm is dense', () => {
    const dense = tf.layers.dense({
      units: UNITS,
      kernelInitializer: tf.initializers.glorotUniform({ seed: 5 }),
    });
    const twin = tf.layers.dense({
      units: UNITS,
      kernelInitializer: tf.initializers.glorotUniform({ seed: 5 }),
    });
    const layer = weightNorm({ layer: twin });
    expect(layer.apply(x) as tf.Tensor).toBeAllClose(dense.apply(x) as tf.Tensor, TOLERANCE.forward);
  });

  it('annealedDropout at step 0 has the distribution of tf.dropout: the same share, the same scale', () => {
    const big = tf.ones([200, 200]);
    const own = annealedDropout({ rate: 0.3, steps: 10, seed: 1 }).apply(big, {
      training: true,
    }) as tf.Tensor;
    const builtIn = tf.layers.dropout({ rate: 0.3 }).apply(big, { training: true }) as tf.Tensor;
    const share = (t: tf.Tensor) => t.equal(0).cast('float32').mean().dataSync()[0] as number;
    expect(Math.abs(share(own) - share(builtIn))).toBeLessThan(5 * Math.sqrt((2 * 0.3 * 0.7) / 40_000));
    expect(own.max()).toBeAllClose(builtIn.max(), TOLERANCE.forward);
  });

  it.each([
    ['annealedDropout', () => annealedDropout({ rate: 0.375, steps: 10, seed: 9, name: 'own' })],
    ['dropout', () => dropout({ rate: 0.375, seed: 9, name: 'own' })],
  ])('%s is a product with the mask that its seed, name and step give', (_, make) => {
    const layer = make();
    const mask = bernoulli([BATCH, FEATURES], { seed: 9, layer: 'own' }, 0, 0.375).cast('float32');
    const value = layer.apply(x, { training: true }) as tf.Tensor;
    const again = make();
    const dx = tf.grad((x: tf.Tensor) => (again.apply(x, { training: true }) as tf.Tensor).square().sum())(x);
    expect(value).toBeAllClose(x.mul(mask).div(0.625), TOLERANCE.forward);
    expect(dx).toBeAllClose(x.mul(mask).mul(2 / 0.625 ** 2), TOLERANCE.gradient);
  });

  it.each(['example', 'batch'] as const)('dropConnectDense at rate 0, a mask a %s, is dense', (maskPer) => {
    const kernelInitializer = () => tf.initializers.glorotUniform({ seed: 5 });
    const args = { units: UNITS, activation: 'tanh', kernelInitializer: kernelInitializer() } as const;
    const dense = tf.layers.dense(args);
    const layer = dropConnectDense({ ...args, rate: 0, maskPer });
    const plain = dense.apply(x) as tf.Tensor;
    for (const training of [false, true]) {
      expect(layer.apply(x, { training }) as tf.Tensor).toBeAllClose(plain, TOLERANCE.forward);
    }
  });

  it('standoutDense at alpha 0, beta 0 is classical dropout of rate 1/2 after dense', () => {
    const kernelInitializer = () => tf.initializers.glorotUniform({ seed: 5 });
    const dense = tf.layers.dense({ units: UNITS, kernelInitializer: kernelInitializer() });
    const layer = standoutDense({
      units: UNITS,
      alpha: 0,
      seed: 9,
      name: 's',
      kernelInitializer: kernelInitializer(),
    });
    const plain = dense.apply(x) as tf.Tensor;
    expect(layer.apply(x) as tf.Tensor).toBeAllClose(plain.mul(0.5), TOLERANCE.forward);
    const kept = noise('s').less(0.5).cast('float32');
    expect(layer.apply(x, { training: true }) as tf.Tensor).toBeAllClose(plain.mul(kept), TOLERANCE.forward);
  });
});
