/** Each custom layer beside a composition of the library's own ops and layers that must equal it. */
import * as tf from '@tensorflow/tfjs';
import { annealedDropout, cosineDense, standoutDense, weightNorm } from 'evenkeel';
import { describe, expect, it } from 'vitest';
import { uniform } from '../../src/random/uniform.js';
import { TOLERANCE } from '../support/tolerances.js';

type Weights = tf.Tensor[];
interface Parity {
  layer: () => tf.layers.Layer;
  /** From the input, the layer's weights in the order of its trainable weights, and whether it is training. */
  composition: (x: tf.Tensor2D, weights: Weights, training: boolean) => tf.Tensor;
}

const FEATURES = 6;
const UNITS = 4;
const BATCH = 5;
const noise = (layer: string) => uniform([BATCH, UNITS], { seed: 9, layer }, 0);
const unit = (t: tf.Tensor, axis: number) => t.div(tf.sqrt(t.square().sum(axis, true)));

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

describe.each(Object.entries(CASES))('%s', (_, { layer: make, composition }) => {
  /** A layer away from its initial point, its trainable weights, and an input. */
  const setUp = () => {
    const layer = make();
    const x = tf.randomNormal([BATCH, FEATURES], 0, 1, 'float32', 3) as tf.Tensor2D;
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

  it.each([false, true])('gradient, training %s', (training) => {
    const { layer, x, weights } = setUp();
    const c = tf.tensor2d(
      Array.from({ length: BATCH * UNITS }, (_, i) => Math.cos(1 + i)),
      [BATCH, UNITS],
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

  it('one optimizer step', async () => {
    const { layer, x, weights } = setUp();
    const y = tf.ones([BATCH, UNITS]);
    const rate = 0.1;
    const before = weights.map((w) => tf.tensor(w.dataSync(), w.shape));
    const model = tf.sequential();
    model.add(tf.layers.inputLayer({ inputShape: [FEATURES] }));
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

  it('annealedDropout at step 0 is tf.dropout in law: the same share, the same scale', () => {
    const big = tf.ones([200, 200]);
    const own = annealedDropout({ rate: 0.3, steps: 10, seed: 1 }).apply(big, {
      training: true,
    }) as tf.Tensor;
    const builtIn = tf.layers.dropout({ rate: 0.3 }).apply(big, { training: true }) as tf.Tensor;
    const share = (t: tf.Tensor) => t.equal(0).cast('float32').mean().dataSync()[0] as number;
    expect(Math.abs(share(own) - share(builtIn))).toBeLessThan(5 * Math.sqrt((2 * 0.3 * 0.7) / 40_000));
    expect(own.max()).toBeAllClose(builtIn.max(), TOLERANCE.forward);
  });

  it('annealedDropout with a held mask is a product with it', () => {
    const layer = annealedDropout({ rate: 0.4, steps: 10, seed: 9, name: 'annealed' });
    const mask = uniform([BATCH, FEATURES], { seed: 9, layer: 'annealed' }, 0)
      .greaterEqual(0.4)
      .cast('float32');
    const [value, dx] = [
      layer.apply(x, { training: true }) as tf.Tensor,
      tf.grad((x: tf.Tensor) => {
        layer.setWeights([tf.scalar(0, 'int32')]);
        return (layer.apply(x, { training: true }) as tf.Tensor).square().sum();
      })(x),
    ];
    expect(value).toBeAllClose(x.mul(mask).div(0.6), TOLERANCE.forward);
    expect(dx).toBeAllClose(x.mul(mask).mul(2 / 0.36), TOLERANCE.gradient);
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
