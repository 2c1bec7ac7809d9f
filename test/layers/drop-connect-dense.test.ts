import * as tf from '@tensorflow/tfjs';
import { type DropConnectDenseArgs, dropConnectDense, fold } from 'evenkeel';
import { checkGradient, checkLeaks, layerContract } from 'evenkeel/testing';
import { describe, expect, it } from 'vitest';
import { column, sample, sigmoid } from '../support/float64.js';
import { get } from '../support/nd.js';
import { momentsOf, noiseNd, predict, tensorOf, train, withoutMathRandom } from '../support/random-layers.js';
import { TOLERANCE } from '../support/tolerances.js';

const EXACT = { rtol: 0, atol: 0 };
const [BATCH, INPUTS, UNITS] = [4, 6, 3];
/** What 8 bits draw exactly. */
const RATE = 0.375;
const KEEP = 1 - RATE;
const w64 = sample(INPUTS, UNITS, 2);
const b64 = [0.3, -0.2, 0.1];
const x64 = sample(BATCH, INPUTS, 1);
const x = tf.tensor2d(x64);
const kernel = tf.tensor2d(w64);
const bias = tf.tensor1d(b64);
const repeated = (n: number) => x.slice(0, 1).tile([n, 1]);

type Args = Partial<DropConnectDenseArgs>;

/** A layer of known weights. */
function made(args: Args = {}): ReturnType<typeof dropConnectDense> {
  const layer = dropConnectDense({ units: UNITS, rate: RATE, seed: 1, name: 'd', ...args });
  layer.build([null, INPUTS]);
  layer.setWeights([kernel, bias]);
  return layer;
}

/** Mean and standard deviation of f(u) for an example and a unit, over each of the 64 masks with its probability. */
function overMasks(f: (u: number) => number, b: number, j: number, scale: number) {
  let [mean, square] = [0, 0];
  for (let mask = 0; mask < 2 ** INPUTS; mask++) {
    let [probability, u] = [1, b64[j] as number];
    (x64[b] as number[]).forEach((value, i) => {
      const bit = (mask >> i) & 1;
      probability *= bit ? KEEP : RATE;
      u += scale * bit * value * ((w64[i] as number[])[j] as number);
    });
    mean += probability * f(u);
    square += probability * f(u) ** 2;
  }
  return { mean, deviation: Math.sqrt(square - mean ** 2) };
}

/** Mean and standard deviation of f(m + s z), z normal, by the trapezoidal rule. */
function overNormal(f: (u: number) => number, m: number, s: number) {
  let [mean, square] = [0, 0];
  for (let z = -9; z <= 9; z += 0.01) {
    const p = (0.01 * Math.exp(-z * z * 0.5)) / Math.sqrt(2 * Math.PI);
    mean += p * f(m + s * z);
    square += p * f(m + s * z) ** 2;
  }
  return { mean, deviation: Math.sqrt(square - mean ** 2) };
}

const relu = (u: number) => Math.max(u, 0);
const identity = (u: number) => u;
const rows = [0, 1, 2, 3].flatMap((b) => [0, 1, 2].map((j) => [b, j] as const));

describe('dropConnectDense', () => {
  it.each<Args>([
    {},
    { maskPer: 'batch', activation: 'relu', seed: 4 },
    { scaling: 'classical', activation: 'sigmoid', useBias: false },
    { maskPer: 'batch', scaling: 'classical', kernelRegularizer: 'l1l2', biasInitializer: 'ones' },
    { inference: 'gaussian', activation: 'relu' },
    { inference: 'gaussian', activation: 'tanh', samples: 7, scaling: 'classical' },
    { inference: 'gaussian', maskPer: 'batch' },
    { inference: 'sample', activation: 'relu', samples: 3 },
    { inference: 'sample', maskPer: 'batch', scaling: 'classical', samples: 3 },
    { rate: 0, inference: 'sample' },
  ])('keeps the layer contract with %j', async (args) => {
    const make = () => dropConnectDense({ units: 3, rate: 0.4, ...args });
    await layerContract(make, { inputShape: [6], batchSize: 16 });
  });

  it('keeps the layer contract on an input of rank 3', async () => {
    for (const maskPer of ['example', 'batch'] as const) {
      await layerContract(() => dropConnectDense({ units: 3, rate: 0.4, maskPer }), { inputShape: [5, 6] });
    }
  });

  it.for(['example', 'batch'] as const)(
    'takes a batch of no examples, with a mask a %s',
    (maskPer, { skip }) => {
      skip(tf.getBackend() === 'webgl', "tfjs's webgl backend has no product of an empty tensor");
      const layer = dropConnectDense({ units: 3, rate: 0.5, maskPer });
      for (const shape of [
        [0, 2],
        [0, 4, 2],
        [2, 0],
      ]) {
        const own = shape.at(-1) === 2 ? layer : dropConnectDense({ units: 3, rate: 0.5, maskPer });
        const y = own.apply(tf.zeros(shape), { training: true }) as tf.Tensor;
        expect(y.shape).toEqual([...shape.slice(0, -1), 3]);
      }
    },
  );

  it('is dense at rate 0, in training and prediction', () => {
    const dense = tf.layers.dense({ units: UNITS, activation: 'relu' });
    dense.apply(x);
    dense.setWeights([kernel, bias]);
    for (const maskPer of ['example', 'batch'] as const) {
      for (const inference of ['mean', 'gaussian', 'sample'] as const) {
        for (const scaling of ['inverted', 'classical'] as const) {
          const layer = made({ rate: 0, activation: 'relu', maskPer, inference, scaling });
          const close = { rtol: 1e-6, atol: 1e-6 };
          expect(train(layer, x)).toBeAllClose(predict(dense, x), close);
          expect(predict(layer, x)).toBeAllClose(predict(dense, x), close);
        }
      }
    }
  });

  it('is f(b) in training at rate 1', () => {
    for (const maskPer of ['example', 'batch'] as const) {
      for (const scaling of ['inverted', 'classical'] as const) {
        const layer = made({ rate: 1, activation: 'tanh', maskPer, scaling });
        const expected = tf.tanh(bias).expandDims(0).tile([BATCH, 1]);
        expect(train(layer, x)).toBeAllClose(expected);
        const weight = layer.trainableWeights[0]?.read() as tf.Variable;
        const { grads } = tf.variableGrads(() => train(layer, x).sum() as tf.Scalar, [weight]);
        expect(grads[weight.name]).toBeAllClose(tf.zeros([INPUTS, UNITS]), EXACT);
      }
    }
    expect(predict(made({ rate: 1, scaling: 'classical' }), x)).toBeAllClose(
      bias.expandDims(0).tile([BATCH, 1]),
    );
  });

  describe.each(['example', 'batch'] as const)('with a mask given for each %s', (maskPer) => {
    const noise = noiseNd(maskPer === 'example' ? [BATCH, INPUTS, UNITS] : [INPUTS, UNITS]);
    const given = tensorOf(noise);
    const kept = (b: number, i: number, j: number) =>
      (maskPer === 'example' ? get(noise, b, i, j) : get(noise, i, j)) >= RATE ? 1 : 0;

    it.each(['inverted', 'classical'] as const)('trains by the equation, %s', (scaling) => {
      const layer = made({ maskPer, scaling, activation: 'tanh' });
      const scale = scaling === 'inverted' ? 1 / KEEP : 1;
      const expected = x64.map((row, b) =>
        b64.map((shift, j) =>
          Math.tanh(
            row.reduce(
              (sum, value, i) => sum + scale * kept(b, i, j) * value * (column(w64, j)[i] as number),
              shift,
            ),
          ),
        ),
      );
      expect(train(layer, x, given)).toBeAllClose(expected, TOLERANCE.forward);
    });

    it('has the output and the gradients of the composition of ops', () => {
      const layer = made({ maskPer, activation: 'relu' });
      const weights = layer.trainableWeights.map((weight) => weight.read() as tf.Variable);
      const variable = tf.variable(x);
      const mask = tf.greaterEqual(given, RATE).cast('float32');
      const composed = (): tf.Tensor => {
        const [w, b] = weights as [tf.Variable, tf.Variable];
        const masked = mask.mul(w).broadcastTo([BATCH, INPUTS, UNITS]) as tf.Tensor3D;
        const product = tf.matMul(variable.expandDims(1), masked).squeeze([1]);
        return tf.relu(product.div(KEEP).add(b));
      };
      const own = () => train(layer, variable, given);
      expect(own()).toBeAllClose(composed(), { rtol: 1e-5, atol: 2e-6 });
      const gradients = (f: () => tf.Tensor) =>
        tf.variableGrads(() => f().square().sum() as tf.Scalar, [variable, ...weights]).grads;
      const [received, expected] = [gradients(own), gradients(composed)];
      expect(Object.keys(received)).toHaveLength(3);
      for (const [name, gradient] of Object.entries(expected)) {
        expect(received[name]).toBeAllClose(gradient, { rtol: 1e-5, atol: 1e-5 });
      }
      variable.dispose();
    });

    it('has the gradient of central differences, and counts no step', () => {
      const layer = made({ maskPer, activation: 'tanh' });
      checkGradient((x) => train(layer, x, given), [x]);
      expect(layer.step).toBe(0);
    });

    it('takes leading dimensions as examples', () => {
      const layer = made({ maskPer });
      expect(train(layer, x.reshape([2, 2, INPUTS]), given)).toBeAllClose(
        train(layer, x, given).reshape([2, 2, UNITS]),
        EXACT,
      );
    });
  });

  it('has masks of its own for each example, or one for the batch, and others at each step', () => {
    const ones = tf.ones([40, INPUTS]);
    const distinct = (y: tf.Tensor) => new Set((y.arraySync() as number[][]).map(String)).size;
    const examples = made();
    expect(distinct(train(examples, ones))).toBeGreaterThan(38);
    const batch = made({ maskPer: 'batch' });
    expect(distinct(train(batch, ones))).toBe(1);
    for (const layer of [examples, batch]) {
      const [a, b] = [train(layer, ones), train(layer, ones)];
      expect(String(a.dataSync())).not.toBe(String(b.dataSync()));
    }
  });

  it('has the same masks in each run, and others by another seed or in another layer', () => {
    for (const maskPer of ['example', 'batch'] as const) {
      const run = (args: Args) => String(train(made({ maskPer, ...args }), x).dataSync());
      expect(run({})).toBe(run({}));
      expect(new Set([run({}), run({ seed: 2 }), run({ name: 'e' })]).size).toBe(3);
    }
  });

  it.each(['inverted', 'classical'] as const)('%s has in training the mean of prediction', (scaling) => {
    const n = 20_000;
    const layer = made({ scaling });
    const y = train(layer, repeated(n));
    const scale = scaling === 'inverted' ? 1 / KEEP : 1;
    const predicted = predict(layer, x.slice(0, 1)).dataSync();
    for (const j of [0, 1, 2]) {
      const { mean, variance } = momentsOf(y.slice([0, j], [-1, 1]));
      const exact = overMasks(identity, 0, j, scale);
      const error = exact.deviation / Math.sqrt(n);
      expect(predicted[j]).toBeCloseTo(exact.mean, 4);
      expect(Math.abs(mean - (predicted[j] as number))).toBeLessThan(5 * error);
      // The fourth moment of a sum of six terms is below that of a normal distribution.
      expect(Math.abs(variance / exact.deviation ** 2 - 1)).toBeLessThan(5 * Math.sqrt(2 / n));
    }
  });

  it('with a mask a batch has in training the mean of prediction, over steps', () => {
    const layer = made({ maskPer: 'batch' });
    const steps = 600;
    const mean = tf
      .tidy(() => tf.stack(Array.from({ length: steps }, () => train(layer, x))).mean(0))
      .dataSync();
    rows.forEach(([b, j], at) => {
      const exact = overMasks(identity, b, j, 1 / KEEP);
      expect(Math.abs((mean[at] as number) - exact.mean)).toBeLessThan(
        (5 * exact.deviation) / Math.sqrt(steps),
      );
    });
  });

  it.each(['inverted', 'classical'] as const)('%s predicts f of the mean by default', (scaling) => {
    const keep = scaling === 'inverted' ? 1 : KEEP;
    const y = predict(made({ scaling, activation: 'tanh' }), x);
    const expected = x64.map((row) =>
      b64.map((shift, j) =>
        Math.tanh(row.reduce((sum, value, i) => sum + keep * value * (column(w64, j)[i] as number), shift)),
      ),
    );
    expect(y).toBeAllClose(expected, TOLERANCE.forward);
  });

  describe.each(['inverted', 'classical'] as const)('%s', (scaling) => {
    const scale = scaling === 'inverted' ? 1 / KEEP : 1;

    it('gaussian predicts the mean of relu over the normal distribution of the same moments', () => {
      const y = predict(made({ scaling, inference: 'gaussian', activation: 'relu' }), x).dataSync();
      rows.forEach(([b, j], at) => {
        const u = overMasks(identity, b, j, scale);
        const exact = overNormal(relu, u.mean, u.deviation);
        expect(Math.abs((y[at] as number) - exact.mean)).toBeLessThan(1e-4);
      });
    });

    it('gaussian predicts by draws where there is no closed form', () => {
      const samples = 400;
      const y = predict(
        made({ scaling, inference: 'gaussian', activation: 'sigmoid', samples }),
        x,
      ).dataSync();
      rows.forEach(([b, j], at) => {
        const u = overMasks(identity, b, j, scale);
        const exact = overNormal(sigmoid, u.mean, u.deviation);
        const error = Math.abs((y[at] as number) - exact.mean);
        expect(error).toBeLessThan((5 * exact.deviation) / Math.sqrt(samples) + 1e-5);
      });
    });

    it('gaussian predicts the mean where f is linear', () => {
      const [gaussian, mean] = (['gaussian', 'mean'] as const).map((inference) =>
        made({ scaling, inference }),
      );
      expect(predict(gaussian as tf.layers.Layer, x)).toBeAllClose(
        predict(mean as tf.layers.Layer, x),
        EXACT,
      );
    });

    it('sample predicts the mean of f over masks', () => {
      const samples = 400;
      const y = predict(made({ scaling, inference: 'sample', activation: 'relu', samples }), x).dataSync();
      rows.forEach(([b, j], at) => {
        const exact = overMasks(relu, b, j, scale);
        const error = Math.abs((y[at] as number) - exact.mean);
        expect(error).toBeLessThan((5 * exact.deviation) / Math.sqrt(samples) + 1e-5);
      });
    });
  });

  it.each<Args>([
    { inference: 'sample', activation: 'relu', samples: 5 },
    { inference: 'gaussian', activation: 'tanh', samples: 5 },
  ])('%j predicts the same each time, whatever the batch, and leaks nothing', async (args) => {
    const layer = made(args);
    const y = predict(layer, x);
    expect(predict(layer, x)).toBeAllClose(y, EXACT);
    expect(predict(layer, x.slice(2, 2))).toBeAllClose(y.slice(2, 2), { rtol: 1e-6, atol: 1e-6 });
    train(layer, x);
    expect(predict(layer, x)).toBeAllClose(y, EXACT);
    await checkLeaks(() => predict(layer, x));
    // More samples are other ones.
    const more = predict(made({ ...args, samples: 6 }), x);
    expect(String(more.dataSync())).not.toBe(String(y.dataSync()));
  });

  it.each<Args>([
    { inference: 'sample', activation: 'tanh', samples: 3 },
    { inference: 'gaussian', activation: 'tanh', samples: 3 },
    { inference: 'gaussian', activation: 'relu' },
  ])('%j has a gradient by the input at prediction', (args) => {
    const layer = made(args);
    checkGradient((x) => predict(layer, x), [x]);
  });

  it('trains a batch of several blocks of masks', () => {
    // 2^20 weights an example: four to a block, so that the fifth has one of its own.
    const size = 2 ** 10;
    const layer = dropConnectDense({ units: size, rate: 0.5, seed: 1, kernelInitializer: 'ones' });
    const five = tf.ones([5, size]);
    const sums = train(layer, five).div(2).mean(1).dataSync(); // of the weights that an example keeps
    for (const sum of sums) {
      expect(Math.abs(sum - size / 2)).toBeLessThan((5 * Math.sqrt(size / 4)) / Math.sqrt(size));
    }
    expect(new Set(sums).size).toBe(5);
    // Of a given mask each example drops as many as it has below the rate: none of 0, all, a half, none, all.
    const given = tf.stack([1, 0, 0.5, 0.75, 0.25].map((share) => tf.fill([size, size], share)));
    expect(train(layer, five, given).mean(1)).toBeAllClose([2 * size, 0, 2 * size, 2 * size, 0]);
  });

  it('draws nothing from Math.random', () => {
    const layers = (['mean', 'gaussian', 'sample'] as const).map((inference) =>
      made({ inference, activation: 'tanh', samples: 2 }),
    );
    withoutMathRandom(() => {
      for (const layer of layers) {
        train(layer, x);
        predict(layer, x);
      }
    });
  });

  it('takes integers', () => {
    const integers = tf.tensor2d([[3, 0, 255, 1, 2, 4]], [1, 6], 'int32');
    const noise = tensorOf(noiseNd([1, INPUTS, UNITS]));
    for (const inference of ['mean', 'gaussian', 'sample'] as const) {
      const layer = made({ inference, activation: 'relu', samples: 3 });
      expect(predict(layer, integers)).toBeAllClose(predict(layer, integers.toFloat()), EXACT);
      expect(train(layer, integers, noise)).toBeAllClose(train(layer, integers.toFloat(), noise), EXACT);
    }
  });

  it('follows a rate that is set while it trains, and writes it into the config', () => {
    const layer = dropConnectDense({
      units: 50,
      rate: 0.9,
      seed: 1,
      kernelInitializer: 'identity',
      useBias: false,
    });
    const ones = tf.ones([50, 50]);
    const shareOf = () => train(layer, ones).notEqual(0).cast('float32').mean().dataSync()[0] as number;
    const within = 5 * Math.sqrt(0.09 / 2500);
    expect(Math.abs(shareOf() - 0.1)).toBeLessThan(within);
    layer.rate = 0.1;
    expect(Math.abs(shareOf() - 0.9)).toBeLessThan(within);
    expect(layer.getConfig().rate).toBe(0.1);
    expect(() => {
      layer.rate = Number.NaN;
    }).toThrow('dropConnectDense: rate must be a number from 0 to 1, received NaN.');
    expect(layer.rate).toBe(0.1);
  });

  it('counts a step at rate 0 too, so that later masks do not depend on the rate', () => {
    const [begun, whole] = [made({ rate: 0 }), made()];
    for (const layer of [begun, whole]) train(layer, x);
    begun.rate = RATE;
    expect(train(begun, x)).toBeAllClose(train(whole, x), EXACT);
  });

  it('writes every argument into its config, in JSON too', () => {
    const args = {
      units: 3,
      rate: 0.25,
      maskPer: 'batch',
      inference: 'gaussian',
      samples: 12,
      scaling: 'classical',
      activation: 'tanh',
      useBias: false,
      seed: 9,
    } as const;
    const config = JSON.parse(JSON.stringify(dropConnectDense(args).getConfig()));
    expect(config).toMatchObject(args);
    expect(dropConnectDense(config).getConfig()).toEqual(
      dropConnectDense({ ...args, name: config.name, place: 'unsettled' }).getConfig(),
    );
    expect(dropConnectDense({ units: 3, rate: 0.5 }).getConfig()).toMatchObject({
      maskPer: 'example',
      inference: 'mean',
      samples: 100,
      scaling: 'inverted',
      useBias: true,
    });
  });

  it('is regularized by its kernel, not by what is kept of it', async () => {
    const layer = dropConnectDense({
      units: UNITS,
      rate: 0.999,
      kernelRegularizer: tf.regularizers.l2({ l2: 0.1 }),
      inputShape: [INPUTS],
    });
    const model = tf.sequential({ layers: [layer] });
    layer.setWeights([kernel, tf.zeros([UNITS])]);
    model.compile({ optimizer: tf.train.sgd(0), loss: 'meanSquaredError' });
    const loss = (await model.trainOnBatch(tf.zeros([1, INPUTS]), tf.zeros([1, UNITS]))) as number;
    expect(loss).toBeCloseTo(0.1 * w64.flat().reduce((sum, w) => sum + w * w, 0), 3);
    model.dispose();
  });

  it('constrains its weights, as dense does when they are written', () => {
    const [w, b] = made({ kernelConstraint: 'nonNeg', biasConstraint: 'nonNeg' }).getWeights();
    expect(w).toBeAllClose(tf.relu(kernel), EXACT);
    expect(b).toBeAllClose(tf.relu(bias), EXACT);
  });

  it.each<[Args, boolean]>([
    [{}, true],
    [{ scaling: 'classical', activation: 'relu' }, true],
    [{ scaling: 'classical', inference: 'gaussian' }, true],
    [{ inference: 'sample', rate: 0 }, true],
    [{ inference: 'gaussian', activation: 'relu' }, false],
    [{ inference: 'sample' }, false],
  ])('with %j folds: %s', (args, folds) => {
    const layer = dropConnectDense({ units: UNITS, rate: 0.4, inputShape: [INPUTS], samples: 3, ...args });
    const model = tf.sequential({ layers: [layer] });
    layer.setWeights([kernel, bias]);
    const folded = fold(model);
    expect(folded.layers.at(-1)?.getClassName()).toBe(folds ? 'Dense' : 'EvenkeelDropConnectDense');
    expect(folded.predict(x) as tf.Tensor).toBeAllClose(model.predict(x) as tf.Tensor, TOLERANCE.forward);
    folded.dispose();
    model.dispose();
  });

  it.each([
    [undefined, 'dropConnectDense: units must be a positive integer, received undefined.'],
    [{ units: 1.5, rate: 0.5 }, 'dropConnectDense: units must be a positive integer, received 1.5.'],
    [{ units: 2 }, 'dropConnectDense: rate must be a number from 0 to 1, received undefined.'],
    [{ units: 2, rate: 1.5 }, 'dropConnectDense: rate must be a number from 0 to 1, received 1.5.'],
    [{ units: 2, rate: Number.NaN }, 'dropConnectDense: rate must be a number from 0 to 1, received NaN.'],
    [
      { units: 2, rate: 0.5, maskPer: 'x' },
      "dropConnectDense: maskPer must be 'example' or 'batch', received 'x'.",
    ],
    [
      { units: 2, rate: 0.5, inference: 'x' },
      "dropConnectDense: inference must be 'mean' or 'gaussian' or 'sample', received 'x'.",
    ],
    [
      { units: 2, rate: 0.5, scaling: 'x' },
      "dropConnectDense: scaling must be 'inverted' or 'classical', received 'x'.",
    ],
    [
      { units: 2, rate: 0.5, samples: 0 },
      'dropConnectDense: samples must be a positive integer, received 0.',
    ],
    [
      { units: 2, rate: 1, inference: 'gaussian' },
      "dropConnectDense: rate must be below 1 for inference 'gaussian' and scaling 'inverted', whose variance it " +
        'sets, received 1.',
    ],
    [
      { units: 2, rate: 0.5, seed: -1 },
      'dropConnectDense: seed must be an integer from 0 to 2147483647, received -1.',
    ],
  ])('refuses %j', (args, message) => {
    expect(() => dropConnectDense(args as never)).toThrow(message);
  });

  it('refuses an input of another size', () => {
    expect(() => predict(made(), tf.ones([2, 5]))).toThrow(
      'dropConnectDense: the input must be of a last dimension of 6, as it was built for, received [2,5].',
    );
  });
});
