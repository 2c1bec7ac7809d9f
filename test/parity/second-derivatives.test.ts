/** Derivatives of gradients, of every op that has a gradient of its own, beside those of its composition by tfjs's ops. */
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { activate } from '../../src/ops/activate.js';
import { subtractBatchMean } from '../../src/ops/batch-mean.js';
import { cosine } from '../../src/ops/cosine.js';
import { cosineConv } from '../../src/ops/cosine-conv.js';
import { dropConnectPerBatch, dropConnectPerExample } from '../../src/ops/drop-connect.js';
import { dropConnectGaussian, gaussianRelu } from '../../src/ops/drop-connect-gaussian.js';
import { layerNorm } from '../../src/ops/layer-norm.js';
import { normalize } from '../../src/ops/normalize.js';
import { rrelu } from '../../src/ops/rrelu.js';
import { standout } from '../../src/ops/standout.js';
import { type ConvGeometry, unfold } from '../../src/ops/unfold.js';
import { unitKernel, weightNormProduct } from '../../src/ops/weight-norm.js';
import { whiten } from '../../src/ops/whitening.js';
import { checkGradient } from '../../src/testing/index.js';
import { accelerated } from '../support/accelerated.js';
import { sampleNd } from '../support/nd.js';

type Tensors = tf.Tensor[];
type Op = (...inputs: Tensors) => tf.Tensor;

interface Sizes {
  batch: number;
  features: number;
  units: number;
}

interface Case {
  op: Op;
  composition: Op;
  shapes: (sizes: Sizes) => number[][];
}

const drawn = (shape: number[], seed: number): tf.Tensor => tf.tensor(sampleNd(shape, seed).values, shape);
const sumOver = (x: tf.Tensor, axes: number[]) => tf.sum(x, axes, true);
const unit = (x: tf.Tensor, axes: number[]) => x.mul(tf.rsqrt(sumOver(x.square(), axes)));
// Divided by 1, which clears what webgl leaves beside an odd matrix (src/ops/padding.ts).
const centred = (x: tf.Tensor, axes: number[]) => x.sub(tf.mean(x, axes, true)).div(1);
const standard = (x: tf.Tensor, axes: number[], epsilon: number) => {
  const rest = centred(x, axes);
  return rest.mul(tf.rsqrt(tf.mean(rest.square(), axes, true).add(epsilon)));
};
const matMul = (a: tf.Tensor, b: tf.Tensor, ...transposes: boolean[]) =>
  tf.matMul(a as tf.Tensor2D, b as tf.Tensor2D, ...transposes) as tf.Tensor;
/** Zeros and ones of a shape, the same ones each time. */
const mask = (shape: number[]) => tf.step(drawn(shape, 77));
const gain = (x: tf.Tensor) => x.add(2);

const dense = ({ batch, features, units }: Sizes) => [
  [batch, features],
  [features, units],
];
const one = ({ batch, features }: Sizes) => [[batch, features]];
const affine = ({ batch, features }: Sizes) => [[batch, features], [features], [features]];
const plain = <T extends tf.Tensor>(f: (...inputs: T[]) => tf.Tensor) => f as unknown as Op;
const withOnes = (x: tf.Tensor, axis: number) => {
  const shape = x.shape.map((size, i) => (i === axis ? 1 : size));
  return tf.concat([x, tf.ones(shape)], axis);
};

const CASES: Record<string, Case> = {
  cosine: {
    op: plain<tf.Tensor2D>((x, w) => cosine(x as tf.Tensor2D, w as tf.Tensor2D)),
    composition: plain((x, w) => matMul(unit(x as tf.Tensor, [1]), unit(w as tf.Tensor, [0]))),
    shapes: dense,
  },
  'cosine, centred': {
    op: plain<tf.Tensor2D>((x, w) => cosine(x as tf.Tensor2D, w as tf.Tensor2D, null, { center: true })),
    composition: plain((x, w) =>
      matMul(unit(centred(x as tf.Tensor, [1]), [1]), unit(centred(w as tf.Tensor, [0]), [0])),
    ),
    shapes: dense,
  },
  'cosine with a bias': {
    op: (x, w, b) => cosine(x as tf.Tensor2D, w as tf.Tensor2D, b as tf.Tensor1D),
    composition: (x, w, b) =>
      matMul(
        unit(withOnes(x as tf.Tensor, 1), [1]),
        unit(tf.concat([w as tf.Tensor, (b as tf.Tensor).expandDims(0)]), [0]),
      ),
    shapes: (sizes) => [...dense(sizes), [sizes.units]],
  },
  'weight norm of a product': {
    op: (x, v, g) => weightNormProduct(x as tf.Tensor2D, v as tf.Tensor2D, g as tf.Tensor1D),
    composition: (x, v, g) => matMul(x as tf.Tensor, unit(v as tf.Tensor, [0])).mul(g as tf.Tensor),
    shapes: (sizes) => [...dense(sizes), [sizes.units]],
  },
  'weight norm of a kernel': {
    op: (v) => unitKernel(v as tf.Tensor, [-1]),
    composition: (v) => unit(v as tf.Tensor, [0]),
    shapes: one,
  },
  'layer norm': {
    op: (x, g, b) => layerNorm(x as tf.Tensor2D, gain(g as tf.Tensor) as tf.Tensor1D, b as tf.Tensor1D),
    composition: (x, g, b) =>
      standard(x as tf.Tensor, [1], 1e-3)
        .mul(gain(g as tf.Tensor))
        .add(b as tf.Tensor),
    shapes: affine,
  },
  'normalization over the batch': {
    op: (x, g, b) => {
      const [row, shift] = [gain(g as tf.Tensor).expandDims(0), (b as tf.Tensor).expandDims(0)];
      return normalize(x as tf.Tensor, row, shift, { over: [0], epsilon: 0.1 }).y;
    },
    composition: (x, g, b) =>
      standard(x as tf.Tensor, [0], 0.1)
        .mul(gain(g as tf.Tensor))
        .add(b as tf.Tensor),
    shapes: affine,
  },
  'batch without its mean': {
    op: (x, b) => subtractBatchMean((x as tf.Tensor).square(), b as tf.Tensor1D, -1).y.square(),
    composition: (x, b) =>
      centred((x as tf.Tensor).square(), [0])
        .add(b as tf.Tensor)
        .square(),
    shapes: ({ batch, features }) => [[batch, features], [features]],
  },
  whitening: {
    op: (x) => whiten(x as tf.Tensor2D, { groupSize: 2, iterations: 3, epsilon: 0.1 }).y,
    composition: (x) => {
      const groups = ((x as tf.Tensor).shape[1] as number) / 2;
      // By slices: the gradient of tfjs's split into a single part throws.
      const parts = Array.from({ length: groups }, (_, g) => tf.slice(x as tf.Tensor, [0, 2 * g], [-1, 2]));
      return tf.concat(parts.map(whitened), 1);
    },
    shapes: ({ batch, units }) => [[batch + 1, 2 * units]],
  },
  relu: {
    op: (x) => activate({ apply: tf.relu, getClassName: () => 'relu' }, x as tf.Tensor).square(),
    composition: (x) => tf.relu(x as tf.Tensor).square(),
    shapes: one,
  },
  rrelu: {
    op: (x) => rrelu(x as tf.Tensor, tf.scalar(0.25)).square(),
    composition: (x) =>
      tf
        .relu(x as tf.Tensor)
        .sub(tf.relu((x as tf.Tensor).neg()).mul(0.25))
        .square(),
    shapes: one,
  },
  'standout, tied': {
    op: (a) => {
      const logit = drawn((a as tf.Tensor).shape, 9) as tf.Tensor2D;
      return standout(a as tf.Tensor2D, logit, noiseFor(a), 'tied').square();
    },
    composition: (a) => {
      const logit = drawn((a as tf.Tensor).shape, 9);
      return (a as tf.Tensor).mul(tf.step(tf.sigmoid(logit).sub(noiseFor(a)))).square();
    },
    shapes: one,
  },
  'standout, learned': {
    op: (a, z) => standout(a as tf.Tensor2D, z as tf.Tensor2D, noiseFor(a), 'learned'),
    composition: (a, z) => {
      const q = tf.sigmoid(z as tf.Tensor);
      const r = tf.step(constant(q).sub(noiseFor(a)));
      return (a as tf.Tensor).mul(r.add(q.sub(constant(q))));
    },
    shapes: ({ batch, units }) => [
      [batch, units],
      [batch, units],
    ],
  },
  'standout at prediction': {
    op: (a, z) => standout(a as tf.Tensor2D, z as tf.Tensor2D, null),
    composition: (a, z) => (a as tf.Tensor).mul(tf.sigmoid(z as tf.Tensor)),
    shapes: ({ batch, units }) => [
      [batch, units],
      [batch, units],
    ],
  },
  'drop connect, a mask an example': {
    op: (x, w) =>
      dropConnectPerExample(
        x as tf.Tensor2D,
        w as tf.Tensor2D,
        ({ shape }) => mask(shape).cast('bool'),
        2,
        1,
      ).square(),
    composition: (x, w) => {
      const [batch] = (x as tf.Tensor).shape;
      const kept = (w as tf.Tensor).mul(mask([1, ...(w as tf.Tensor).shape]));
      const each = tf.split(x as tf.Tensor, batch as number).map((row) => matMul(row, kept.squeeze([0])));
      return tf.concat(each).mul(2).square();
    },
    shapes: dense,
  },
  'drop connect, a mask a batch': {
    op: (x, w) => {
      const kept = () => mask((w as tf.Tensor).shape).cast('bool');
      return dropConnectPerBatch(x as tf.Tensor2D, w as tf.Tensor2D, kept, 2).square();
    },
    composition: (x, w) =>
      matMul(x as tf.Tensor, (w as tf.Tensor).mul(mask((w as tf.Tensor).shape)))
        .mul(2)
        .square(),
    shapes: dense,
  },
  'drop connect, relu of a Gaussian': {
    op: (x, w) => {
      const rates = { rate: 0.5, scale: 2, meanScale: 1 };
      return gaussianRelu(dropConnectGaussian(x as tf.Tensor2D, w as tf.Tensor2D, rates));
    },
    composition: (x, w) => {
      const m = matMul(x as tf.Tensor, w as tf.Tensor);
      const s = matMul((x as tf.Tensor).square(), (w as tf.Tensor).square()).sqrt();
      const t = m.div(s);
      const density = t
        .square()
        .div(-2)
        .exp()
        .div(Math.sqrt(2 * Math.PI));
      return s.mul(density).add(m.mul(tf.erf(t.div(Math.SQRT2)).add(1).div(2)));
    },
    shapes: dense,
  },
  unfold: {
    op: (x) => unfold(image(x), [2, 2], WINDOW).square(),
    composition: (x) => windows(image(x)).square(),
    shapes: ({ batch, units }) => [[batch, 3 * 3 * units]],
  },
  'cosine of patches, centred': {
    op: (x, w) => cosineConv(image(x), kernel(w, x), null, WINDOW, { center: true }),
    composition: (x, w) => {
      const seen = windows(image(x));
      const size = seen.shape[3] as number;
      const flat = (w as tf.Tensor).reshape([size, -1]);
      return matMul(unit(centred(seen.reshape([-1, size]), [1]), [1]), unit(centred(flat, [0]), [0]));
    },
    shapes: ({ batch, units, features }) => [
      [batch, 3 * 3 * units],
      [4 * units, features],
    ],
  },
};

const WINDOW: ConvGeometry = { strides: [1, 1], padding: 'valid', dilations: [1, 1] };
const image = (x: tf.Tensor | undefined) =>
  (x as tf.Tensor).reshape([(x as tf.Tensor).shape[0] as number, 3, 3, -1]) as tf.Tensor4D;
const kernel = (w: tf.Tensor | undefined, x: tf.Tensor | undefined) =>
  (w as tf.Tensor).reshape([2, 2, image(x).shape[3], -1]) as tf.Tensor4D;
const noiseFor = (a: tf.Tensor | undefined) =>
  tf.abs(drawn((a as tf.Tensor).shape, 5)).mul(0.6) as tf.Tensor2D;
const constant = (x: tf.Tensor) => tf.tensor(x.dataSync(), x.shape);

function windows(x: tf.Tensor4D): tf.Tensor4D {
  const corners = [0, 1].flatMap((i) => [0, 1].map((j) => [0, i, j, 0]));
  return tf.concat(
    corners.map((at) => tf.slice(x, at as [number, number, number, number], [-1, 2, 2, -1])),
    3,
  );
}

function whitened(x: tf.Tensor): tf.Tensor {
  const rest = centred(x, [0]);
  const eye = tf.eye(x.shape[1] as number);
  const covariance = matMul(rest, rest, true)
    .div(x.shape[0] as number)
    .add(eye.mul(0.1));
  const trace = covariance.mul(eye).sum();
  const normal = covariance.div(trace);
  let root: tf.Tensor = eye;
  for (let k = 0; k < 3; k++) {
    const third = matMul(matMul(matMul(root, root), root), normal);
    root = root.mul(1.5).sub(third.div(2));
  }
  return matMul(rest, root).div(trace.sqrt());
}

/** A number of the kind of a gradient penalty: of the gradients of f by the inputs that `by` numbers. */
function penalty(f: Op, by: number[]): Op {
  return (...inputs) => {
    const gradients = tf.grads((...part: Tensors) => {
      const all = inputs.map((input, i) => (by.includes(i) ? (part[by.indexOf(i)] as tf.Tensor) : input));
      const y = f(...all);
      return tf.sum(y.mul(drawn(y.shape, 3)));
    })(by.map((i) => inputs[i] as tf.Tensor));
    // And a part that each input has, since tfjs throws where there is none.
    const terms = inputs.map((input, i) => tf.sum(input.mul(drawn(input.shape, 20 + i))));
    return tf.addN([...gradients.map((g, i) => tf.sum(g.square().mul(drawn(g.shape, 10 + i)))), ...terms]);
  };
}

function compare({ op, composition }: Case, inputs: Tensors, by: number[]): void {
  const own = tf.grads(penalty(op, by))(inputs);
  // Where tfjs's own exp and sigmoid have second derivatives.
  const right = accelerated(() => tf.grads(penalty(composition, by))(inputs), {
    only: ['gradient/savedOutputs'],
  });
  own.forEach((gradient, i) => {
    const expected = right[i] as tf.Tensor;
    const largest = expected.abs().max().dataSync()[0] as number;
    expect(gradient, `by input ${i}`).toBeAllClose(expected, { rtol: 1e-3, atol: 1e-4 * (1 + largest) });
  });
}

const names = Object.keys(CASES);
const sizesOf = { batch: 3, features: 5, units: 2 };

describe('a gradient of a gradient', () => {
  it.each(names)('%s: that of the composition, by every input', (name) => {
    const test = CASES[name] as Case;
    tf.tidy(() => {
      const inputs = test.shapes(sizesOf).map((shape, i) => drawn(shape, i + 1));
      compare(
        test,
        inputs,
        inputs.map((_, i) => i),
      );
    });
  });

  // By definition the gradient of learned standout is not that of its value.
  const smooth = names.filter((name) => name !== 'standout, learned');
  it.for(smooth)('%s: that of differences of the gradient', (name, { skip }) => {
    skip(tf.getBackend() === 'webgl', 'the composition is compared there, and differences take minutes');
    const { op, shapes } = CASES[name] as Case;
    const inputs = shapes(sizesOf).map((shape, i) => drawn(shape, i + 1));
    checkGradient(op, inputs, { order: 2, step: 3e-3, rtol: 2e-2, atol: 2e-2 });
  });

  it.each(names)('and of that, %s: that of the composition', (name) => {
    const { op, composition, shapes } = CASES[name] as Case;
    tf.tidy(() => {
      const inputs = shapes(sizesOf).map((shape, i) => drawn(shape, i + 1));
      compare({ op: penalty(op, [0]), composition: penalty(composition, [0]), shapes }, inputs, [0]);
    });
  });

  it('of any op, shape and magnitude, by any of its inputs', () => {
    const draws = fc.record({
      name: fc.constantFrom(...names),
      sizes: fc.record({
        batch: fc.integer({ min: 2, max: 5 }),
        features: fc.integer({ min: 3, max: 6 }),
        units: fc.integer({ min: 1, max: 4 }),
      }),
      exponents: fc.tuple(...[0, 1, 2].map(() => fc.double({ min: -1, max: 1, noNaN: true }))),
      inner: fc.integer({ min: 1, max: 7 }),
      seed: fc.integer({ min: 1, max: 50 }),
    });
    fc.assert(
      fc.property(draws, ({ name, sizes, exponents, inner, seed }) => {
        const test = CASES[name] as Case;
        const shapes = test.shapes(sizes);
        const chosen = shapes.flatMap((_, i) => (inner & (1 << i) ? [i] : []));
        const by = chosen.length > 0 ? chosen : [0];
        tf.tidy(() => {
          const inputs = shapes.map((shape, i) => drawn(shape, seed + i).mul(10 ** (exponents[i] as number)));
          compare(test, inputs, by);
        });
      }),
      { numRuns: tf.getBackend() === 'webgl' ? 3 : 40, seed: 1 },
    );
  });
});
