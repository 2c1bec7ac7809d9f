/** Every layer with its float64 restatement, as a function of the input and of its trained weights in their order. */
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
  rrelu,
  standoutDense,
  uniformDropout,
  weightNorm,
} from 'evenkeel';
import { dot, type Matrix, matrix, sigmoid, subtractMean } from '../support/float64.js';
import {
  addBias,
  build,
  conv64,
  convTranspose64,
  depthwise64,
  fromRows,
  get,
  map,
  type Nd,
  normalized,
  patches64,
  product,
  rows,
  type Window64,
} from '../support/nd.js';

type RNNCell = Parameters<typeof tf.layers.rnn>[0]['cell'] & object;

export interface ParityCase {
  /** What the table calls it. */
  layer: string;
  name: string;
  make: () => tf.layers.Layer;
  inputShape: number[];
  /** The noise is there in training, where the case has one. */
  exact: (x: Nd, weights: Nd[], training: boolean, noise: Nd) => Nd;
  /** Train mode differs from prediction, so that both are compared. */
  statistics?: true;
  /** Shape of the noise of a training step, which is given in place of what would be drawn. */
  noise?: number[];
  /** Its gradient takes kernels that tfjs's wasm backend lacks. */
  convolution?: true;
}

/** Each element with that of another tensor at its index: `a f(b)`, or any other function of the two. */
function times(
  a: Nd,
  b: Nd,
  f: (b: number) => number,
  g: (a: number, b: number) => number = (a, b) => a * f(b),
): Nd {
  return { shape: a.shape, values: a.values.map((v, i) => g(v, b.values[i] as number)) };
}
/** Each element of a last dimension of 1, as often as there are channels. */
const spread = (t: Nd, channels: number): Nd => ({
  shape: [...t.shape.slice(0, -1), channels],
  values: t.values.flatMap((v) => Array(channels).fill(v) as number[]),
});
const leaky = (x: Nd, u: Nd, slope: (u: number) => number): Nd =>
  times(x, u, slope, (v, u) => (v > 0 ? v : v * slope(u)));
/** Dense through the weights that are kept of each example, at rate 0.375. */
function connected(x: Nd, kernel: Nd, bias: Nd, u: Nd): Nd {
  const [examples, inputs, units] = u.shape as [number, number, number];
  const z = build([examples, units], (b, j) =>
    Array.from({ length: inputs }, (_, i) =>
      get(u, b, i, j) >= 0.375 ? (get(x, b, i) * get(kernel, i, j)) / 0.625 : 0,
    ).reduce((sum, v) => sum + v, 0),
  );
  return addBias(z, bias);
}
/** The normal distribution function by its integral from 0: Simpson's rule in 2000 parts. */
function normalBelow(x: number): number {
  const parts = 2000;
  const h = x / parts;
  const density = (t: number) => Math.exp((-t * t) / 2) / Math.sqrt(2 * Math.PI);
  let sum = density(0) + density(x);
  for (let i = 1; i < parts; i++) sum += (i % 2 ? 4 : 2) * density(i * h);
  return 0.5 + (sum * h) / 3;
}
const tanh = (t: Nd): Nd => map(t, Math.tanh);
const relu = (t: Nd): Nd => map(t, (v) => Math.max(v, 0));
const last = (t: Nd): number => t.shape.at(-1) as number;

interface Cosine64 {
  center?: boolean;
  inside?: Nd | undefined;
}

/** Rows of x against columns of w; a bias inside is one more coordinate, not centred. */
function cosineRows(x: Matrix, w: Matrix, { center = false, inside }: Cosine64): Matrix {
  const prepare = (v: number[], coordinate: number | undefined): number[] => [
    ...(center ? subtractMean(v) : v),
    ...(coordinate === undefined ? [] : [coordinate]),
  ];
  const units = (w[0] as number[]).length;
  const columns = Array.from({ length: units }, (_, j) =>
    prepare(
      w.map((row) => row[j] as number),
      inside?.values[j],
    ),
  );
  return matrix(x.length, units, (i, j) => {
    const [a, b] = [prepare(x[i] as number[], inside ? 1 : undefined), columns[j] as number[]];
    return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
  });
}
const cosine64 = (x: Nd, w: Nd, options: Cosine64 = {}): Nd =>
  fromRows(cosineRows(rows(x), rows(w), options), x.shape.slice(0, -1));
const cosineConv64 = (x: Nd, w: Nd, window: Window64, options: Cosine64 = {}): Nd =>
  cosine64(patches64(x, w.shape.slice(0, 2) as [number, number], window), w, options);
const asImage = (t: Nd): Nd => ({ ...t, shape: [t.shape[0] as number, 1, ...t.shape.slice(1)] });
const asSequence = (t: Nd): Nd => ({ ...t, shape: t.shape.filter((_, axis) => axis !== 1) });
const asKernel = (t: Nd): Nd => ({ ...t, shape: [1, ...t.shape] });

/** A recurrence over the second axis: `step` gives the new states, the output first. */
function recur(x: Nd, states: number, units: number, step: (x: number[], s: number[][]) => number[][]): Nd {
  const [batch, steps, features] = x.shape as [number, number, number];
  const outputs = Array.from({ length: batch }, (_, n) => {
    let state = Array.from({ length: states }, () => Array(units).fill(0) as number[]);
    for (let t = 0; t < steps; t++) {
      state = step(
        Array.from({ length: features }, (_, f) => get(x, n, t, f)),
        state,
      );
    }
    return state[0] as number[];
  });
  return fromRows(outputs, [batch]);
}
const apply = (v: number[], kernel: Nd): number[] => {
  const k = rows(kernel);
  return Array.from({ length: last(kernel) }, (_, j) =>
    v.reduce((sum, a, i) => sum + a * (k[i]?.[j] as number), 0),
  );
};
const add = (...vs: number[][]): number[] =>
  (vs[0] as number[]).map((_, i) => vs.reduce((sum, v) => sum + (v[i] as number), 0));
const hardSigmoid = (v: number): number => Math.min(1, Math.max(0, 0.2 * v + 0.5));
/** Numbers i to i + 1 of equal parts. */
const part = (v: number[], i: number, units: number): number[] => v.slice(i * units, (i + 1) * units);

function lstmStep(
  gates: number[],
  c: number[],
  gate: (v: number) => number,
  out = (v: number[]) => v,
): number[][] {
  const units = c.length;
  const [i, f, g, o] = [0, 1, 2, 3].map((k) => part(gates, k, units)) as [
    number[],
    number[],
    number[],
    number[],
  ];
  const next = c.map((v, k) => gate(f[k] as number) * v + gate(i[k] as number) * Math.tanh(g[k] as number));
  return [out(next).map((v, k) => gate(o[k] as number) * Math.tanh(v)), next];
}

const layerNorm = (v: number[], gain: number[], epsilon: number): number[] => {
  const centred = subtractMean(v);
  const scale = 1 / Math.sqrt(dot(centred, centred) / v.length + epsilon);
  return centred.map((a, i) => a * scale * (gain[i] as number));
};

/** Over all axes but the last. */
function channelMeans(x: Nd): number[] {
  const r = rows(x);
  return Array.from(
    { length: last(x) },
    (_, j) => r.reduce((sum, row) => sum + (row[j] as number), 0) / r.length,
  );
}

const multiply = (a: Matrix, b: Matrix): Matrix =>
  matrix(a.length, (b[0] as number[]).length, (i, j) =>
    (a[i] as number[]).reduce((sum, v, k) => sum + v * (b[k]?.[j] as number), 0),
  );

/** Huang et al. 2019: five Newton iterations towards the inverse root of each group's covariance. */
function whitened(x: Nd, group: number, iterations: number, epsilon: number): Nd {
  const r = rows(x);
  const means = channelMeans(x);
  const centred = r.map((row) => row.map((v, j) => v - (means[j] as number)));
  const out = matrix(r.length, means.length, () => 0);
  for (let start = 0; start < means.length; start += group) {
    const own = centred.map((row) => row.slice(start, start + group));
    const covariance = matrix(group, group, (a, b) => {
      const sum = own.reduce((s, row) => s + (row[a] as number) * (row[b] as number), 0);
      return sum / own.length + (a === b ? epsilon : 0);
    });
    const trace = covariance.reduce((sum, row, i) => sum + (row[i] as number), 0);
    const scaled = covariance.map((row) => row.map((v) => v / trace));
    let p = matrix(group, group, (a, b) => (a === b ? 1 : 0));
    for (let k = 0; k < iterations; k++) {
      const cubed = multiply(multiply(multiply(p, p), p), scaled);
      p = p.map((row, a) => row.map((v, b) => (3 * v - (cubed[a]?.[b] as number)) / 2));
    }
    const y = multiply(own, p);
    for (const [i, row] of y.entries())
      for (const [j, v] of row.entries()) (out[i] as number[])[start + j] = v / Math.sqrt(trace);
  }
  return fromRows(out, x.shape.slice(0, -1));
}

const n = (weights: Nd[], i: number): Nd => weights[i] as Nd;

export const CASES: ParityCase[] = [
  {
    layer: 'cosineDense',
    name: 'plain',
    make: () => cosineDense({ units: 4, activation: 'relu' }),
    inputShape: [5, 7],
    exact: (x, w) => relu(cosine64(x, n(w, 0))),
  },
  {
    layer: 'cosineDense',
    name: 'centred, learned scale, added bias',
    make: () => cosineDense({ units: 4, center: true, scale: 'learned', scaleInit: 3, bias: 'add' }),
    inputShape: [5, 7],
    exact: (x, w) => {
      const scale = Math.exp(n(w, 2).values[0] as number);
      return addBias(
        map(cosine64(x, n(w, 0), { center: true }), (v) => v * scale),
        n(w, 1),
      );
    },
  },
  {
    layer: 'cosineDense',
    name: 'augmented bias, rank 3',
    make: () => cosineDense({ units: 3, bias: 'augmented', scale: 2 }),
    inputShape: [2, 3, 5],
    exact: (x, w) => map(cosine64(x, n(w, 0), { inside: n(w, 1) }), (v) => 2 * v),
  },
  {
    layer: 'cosineConv1d',
    name: 'strides 2, same padding, augmented bias',
    make: () => cosineConv1d({ filters: 3, kernelSize: 3, strides: 2, padding: 'same', bias: 'augmented' }),
    inputShape: [2, 7, 2],
    exact: (x, w) =>
      asSequence(
        cosineConv64(
          asImage(x),
          asKernel(n(w, 0)),
          { strides: [1, 2], padding: 'same' },
          { inside: n(w, 1) },
        ),
      ),
    convolution: true,
  },
  {
    layer: 'cosineConv1d',
    name: 'centred, dilation 2',
    make: () => cosineConv1d({ filters: 3, kernelSize: 3, dilationRate: 2, center: true }),
    inputShape: [2, 8, 2],
    exact: (x, w) =>
      asSequence(cosineConv64(asImage(x), asKernel(n(w, 0)), { dilations: [1, 2] }, { center: true })),
  },
  {
    layer: 'cosineConv2d',
    name: 'same padding',
    make: () => cosineConv2d({ filters: 3, kernelSize: 3, padding: 'same', activation: 'tanh' }),
    inputShape: [2, 5, 4, 2],
    exact: (x, w) => tanh(cosineConv64(x, n(w, 0), { padding: 'same' })),
    convolution: true,
  },
  {
    layer: 'cosineConv2d',
    name: 'strides [2, 1], added bias, learned scale',
    make: () =>
      cosineConv2d({ filters: 2, kernelSize: [2, 3], strides: [2, 1], bias: 'add', scale: 'learned' }),
    inputShape: [2, 5, 4, 3],
    exact: (x, w) => {
      const scale = Math.exp(n(w, 2).values[0] as number);
      return addBias(
        map(cosineConv64(x, n(w, 0), { strides: [2, 1] }), (v) => v * scale),
        n(w, 1),
      );
    },
    convolution: true,
  },
  {
    layer: 'cosineConv2d',
    name: 'dilation 2, augmented bias',
    make: () =>
      cosineConv2d({ filters: 2, kernelSize: 2, dilationRate: 2, padding: 'same', bias: 'augmented' }),
    inputShape: [2, 4, 5, 2],
    exact: (x, w) => cosineConv64(x, n(w, 0), { dilations: [2, 2], padding: 'same' }, { inside: n(w, 1) }),
    convolution: true,
  },
  {
    layer: 'cosineConv2d',
    name: 'centred, strides 2, same padding, augmented bias',
    make: () =>
      cosineConv2d({
        filters: 2,
        kernelSize: 3,
        strides: 2,
        padding: 'same',
        center: true,
        bias: 'augmented',
      }),
    inputShape: [2, 5, 4, 2],
    exact: (x, w) =>
      cosineConv64(x, n(w, 0), { strides: [2, 2], padding: 'same' }, { center: true, inside: n(w, 1) }),
  },
  {
    layer: 'weightNorm(dense)',
    name: 'relu',
    make: () => weightNorm({ layer: tf.layers.dense({ units: 4, activation: 'relu' }) }),
    inputShape: [5, 7],
    exact: (x, w) => relu(addBias(product(x, normalized(n(w, 1), n(w, 0), [-1])), n(w, 2))),
  },
  {
    layer: 'weightNorm(conv1d)',
    name: 'strides 2',
    make: () => weightNorm({ layer: tf.layers.conv1d({ filters: 3, kernelSize: 3, strides: 2 }) }),
    inputShape: [2, 7, 2],
    exact: (x, w) => {
      const kernel = asKernel(normalized(n(w, 1), n(w, 0), [-1]));
      return addBias(asSequence(conv64(asImage(x), kernel, { strides: [1, 2] })), n(w, 2));
    },
    convolution: true,
  },
  {
    layer: 'weightNorm(conv2d)',
    name: 'same padding',
    make: () =>
      weightNorm({
        layer: tf.layers.conv2d({ filters: 3, kernelSize: [3, 2], padding: 'same', activation: 'tanh' }),
      }),
    inputShape: [2, 4, 5, 2],
    exact: (x, w) =>
      tanh(addBias(conv64(x, normalized(n(w, 1), n(w, 0), [-1]), { padding: 'same' }), n(w, 2))),
    convolution: true,
  },
  {
    layer: 'weightNorm(conv2dTranspose)',
    name: 'strides 2',
    make: () =>
      weightNorm({ layer: tf.layers.conv2dTranspose({ filters: 3, kernelSize: [2, 3], strides: 2 }) }),
    inputShape: [2, 3, 2, 4],
    exact: (x, w) => addBias(convTranspose64(x, normalized(n(w, 1), n(w, 0), [-2]), [2, 2]), n(w, 2)),
    convolution: true,
  },
  {
    layer: 'weightNorm(depthwiseConv2d)',
    name: 'multiplier 2',
    make: () => weightNorm({ layer: tf.layers.depthwiseConv2d({ kernelSize: 2, depthMultiplier: 2 }) }),
    inputShape: [2, 4, 3, 2],
    exact: (x, w) => addBias(depthwise64(x, normalized(n(w, 1), n(w, 0), [-2, -1])), n(w, 2)),
    convolution: true,
  },
  {
    layer: 'weightNorm(separableConv2d)',
    name: 'multiplier 2, same padding',
    make: () =>
      weightNorm({
        layer: tf.layers.separableConv2d({ filters: 3, kernelSize: 2, depthMultiplier: 2, padding: 'same' }),
      }),
    inputShape: [2, 3, 4, 2],
    exact: (x, w) => {
      const inside = depthwise64(x, normalized(n(w, 1), n(w, 0), [-2, -1]), { padding: 'same' });
      return addBias(conv64(inside, normalized(n(w, 3), n(w, 2), [-1])), n(w, 4));
    },
    convolution: true,
  },
  {
    layer: 'weightNorm(simpleRNN)',
    name: 'last output',
    make: () => weightNorm({ layer: tf.layers.simpleRNN({ units: 3 }) }),
    inputShape: [2, 4, 3],
    exact: (x, w) => {
      const [kernel, recurrent] = [normalized(n(w, 1), n(w, 0), [-1]), normalized(n(w, 3), n(w, 2), [-1])];
      return recur(x, 1, 3, (v, [h]) => [
        add(apply(v, kernel), apply(h as number[], recurrent), n(w, 4).values).map(Math.tanh),
      ]);
    },
  },
  {
    layer: 'weightNorm(lstm)',
    name: 'last output',
    make: () => weightNorm({ layer: tf.layers.lstm({ units: 3, recurrentActivation: 'sigmoid' }) }),
    inputShape: [2, 3, 4],
    exact: (x, w) => {
      const [kernel, recurrent] = [normalized(n(w, 1), n(w, 0), [-1]), normalized(n(w, 3), n(w, 2), [-1])];
      return recur(x, 2, 3, (v, [h, c]) =>
        lstmStep(
          add(apply(v, kernel), apply(h as number[], recurrent), n(w, 4).values),
          c as number[],
          sigmoid,
        ),
      );
    },
  },
  {
    layer: 'weightNorm(gru)',
    name: 'last output',
    make: () => weightNorm({ layer: tf.layers.gru({ units: 2, recurrentActivation: 'sigmoid' }) }),
    inputShape: [2, 3, 4],
    exact: (x, w) => {
      const [kernel, recurrent] = [normalized(n(w, 1), n(w, 0), [-1]), normalized(n(w, 3), n(w, 2), [-1])];
      return recur(x, 1, 2, (v, [state]) => {
        const h = state as number[];
        const a = add(apply(v, kernel), n(w, 4).values);
        const b = apply(h, recurrent);
        const z = add(part(a, 0, 2), part(b, 0, 2)).map(sigmoid);
        const r = add(part(a, 1, 2), part(b, 1, 2)).map(sigmoid);
        const reset = part(
          apply(
            h.map((value, k) => value * (r[k] as number)),
            recurrent,
          ),
          2,
          2,
        );
        const candidate = add(part(a, 2, 2), reset).map(Math.tanh);
        return [
          h.map((value, k) => (z[k] as number) * value + (1 - (z[k] as number)) * (candidate[k] as number)),
        ];
      });
    },
  },
  {
    layer: 'weightNorm(timeDistributed)',
    name: 'over dense',
    make: () => weightNorm({ layer: tf.layers.timeDistributed({ layer: tf.layers.dense({ units: 3 }) }) }),
    inputShape: [2, 3, 4],
    exact: (x, w) => addBias(product(x, normalized(n(w, 1), n(w, 0), [-1])), n(w, 2)),
  },
  {
    layer: 'meanOnlyBatchNorm',
    name: 'images',
    make: () => meanOnlyBatchNorm(),
    inputShape: [3, 2, 2, 3],
    statistics: true,
    exact: (x, w, training) => {
      const means = training ? channelMeans(x) : Array(3).fill(0);
      return addBias(addBias(x, n(w, 0)), { shape: [3], values: means.map((m) => -m) });
    },
  },
  {
    layer: 'iterativeWhitening',
    name: 'groups of 3',
    make: () => iterativeWhitening({ groupSize: 3, epsilon: 1e-2 }),
    inputShape: [8, 6],
    statistics: true,
    exact: (x, w, training) => {
      // At prediction before any training the running matrix is the identity.
      const y = training ? whitened(x, 3, 5, 1e-2) : x;
      return build(y.shape, (i, j) => get(y, i, j) * (w[0]?.values[j] ?? 1) + (w[1]?.values[j] ?? 0));
    },
  },
  {
    layer: 'layerNormLSTMCell',
    name: 'in tf.layers.rnn',
    make: () => tf.layers.rnn({ cell: layerNormLSTMCell({ units: 3 }) as unknown as RNNCell }),
    inputShape: [2, 3, 4],
    exact: (x, w) =>
      recur(x, 2, 3, (v, [h, c]) => {
        const gates = add(
          layerNorm(apply(v, n(w, 0)), n(w, 3).values, 1e-3),
          layerNorm(apply(h as number[], n(w, 1)), n(w, 4).values, 1e-3),
          n(w, 2).values,
        );
        return lstmStep(gates, c as number[], hardSigmoid, (next) =>
          add(layerNorm(next, n(w, 5).values, 1e-3), n(w, 6).values),
        );
      }),
  },
  {
    layer: 'dropout',
    name: 'inverted',
    make: () => dropout({ rate: 0.25, seed: 1 }),
    inputShape: [4, 5],
    noise: [4, 5],
    exact: (x, _, training, u) => (training ? times(x, u, (u) => (u >= 0.25 ? 1 / 0.75 : 0)) : x),
  },
  {
    layer: 'dropout',
    name: 'classical, a mask for all channels',
    make: () => dropout({ rate: 0.375, scaling: 'classical', noiseShape: [null, null, 1], seed: 1 }),
    inputShape: [2, 3, 4],
    noise: [2, 3, 1],
    exact: (x, _, training, u) =>
      training ? times(x, spread(u, 4), (u) => (u >= 0.375 ? 1 : 0)) : map(x, (v) => v * 0.625),
  },
  {
    layer: 'dropout',
    name: 'Gaussian',
    make: () => dropout({ rate: 0.2, noise: 'gaussian', seed: 1 }),
    inputShape: [4, 5],
    noise: [4, 5],
    exact: (x, _, training, z) => (training ? times(x, z, (z) => 1 + 0.5 * z) : x),
  },
  {
    layer: 'annealedDropout',
    name: 'at its first step',
    make: () => annealedDropout({ rate: 0.5, steps: 10, seed: 1 }),
    inputShape: [4, 5],
    noise: [4, 5],
    exact: (x, _, training, u) => (training ? times(x, u, (u) => (u >= 0.5 ? 2 : 0)) : x),
  },
  {
    layer: 'uniformDropout',
    name: 'beta 0.4',
    make: () => uniformDropout({ beta: 0.4, seed: 1 }),
    inputShape: [4, 5],
    noise: [4, 5],
    exact: (x, _, training, u) => (training ? times(x, u, (u) => 1 + 0.4 * (2 * u - 1)) : x),
  },
  {
    layer: 'rrelu',
    name: 'uniform slopes',
    make: () => rrelu({ seed: 1 }),
    inputShape: [4, 5],
    noise: [4, 5],
    exact: (x, _, training, u) => leaky(x, u, training ? (u) => 1 / 8 + (1 / 3 - 1 / 8) * u : () => 11 / 48),
  },
  {
    layer: 'rrelu',
    name: 'uniform divisors',
    make: () => rrelu({ law: 'divisor', seed: 1 }),
    inputShape: [4, 5],
    noise: [4, 5],
    exact: (x, _, training, u) => leaky(x, u, training ? (u) => 1 / (3 + 5 * u) : () => 1 / 5.5),
  },
  {
    layer: 'dropConnectDense',
    name: 'a mask an example',
    make: () => dropConnectDense({ units: 3, activation: 'tanh', rate: 0.375, seed: 1 }),
    inputShape: [4, 5],
    noise: [4, 5, 3],
    exact: (x, w, training, u) => {
      const [kernel, bias] = [n(w, 0), n(w, 1)];
      return tanh(training ? connected(x, kernel, bias, u) : addBias(product(x, kernel), bias));
    },
  },
  {
    layer: 'dropConnectDense',
    name: 'a mask a batch, classical',
    make: () => dropConnectDense({ units: 3, rate: 0.375, maskPer: 'batch', scaling: 'classical', seed: 1 }),
    inputShape: [4, 5],
    noise: [5, 3],
    exact: (x, w, training, u) => {
      const kernel = training
        ? times(n(w, 0), u, (u) => (u >= 0.375 ? 1 : 0))
        : map(n(w, 0), (v) => v * 0.625);
      return addBias(product(x, kernel), n(w, 1));
    },
  },
  {
    layer: 'dropConnectDense',
    name: 'relu by its moments',
    make: () =>
      dropConnectDense({ units: 3, rate: 0.375, activation: 'relu', inference: 'gaussian', seed: 1 }),
    inputShape: [4, 5],
    noise: [4, 5, 3],
    exact: (x, w, training, u) => {
      if (training) return map(connected(x, n(w, 0), n(w, 1), u), (v) => Math.max(v, 0));
      const kernel = n(w, 0);
      const mean = addBias(product(x, kernel), n(w, 1));
      const square = (t: Nd) => map(t, (v) => v * v);
      const deviation = map(product(square(x), square(kernel)), (v) => Math.sqrt((0.375 / 0.625) * v));
      return times(
        mean,
        deviation,
        () => 1,
        (m, s) => {
          const density = Math.exp(-((m / s) ** 2) / 2) / Math.sqrt(2 * Math.PI);
          return s * density + m * normalBelow(m / s);
        },
      );
    },
  },
  {
    layer: 'standoutDense',
    name: 'tied, a mask held',
    make: () => standoutDense({ units: 3, activation: 'tanh', alpha: 0.7, beta: 0.3, seed: 1 }),
    inputShape: [4, 5],
    noise: [4, 3],
    exact: (x, w, training, u) => {
      const z = addBias(product(x, n(w, 0)), n(w, 1));
      const q = (v: number) => sigmoid(0.7 * v + 0.3);
      if (!training) return map(z, (v) => Math.tanh(v) * q(v));
      return times(
        z,
        u,
        () => 1,
        (v, u) => (u < q(v) ? Math.tanh(v) : 0),
      );
    },
  },
];
