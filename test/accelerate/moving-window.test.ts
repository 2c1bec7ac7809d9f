/** What moves a window over images, by its equation in float64: outputs, and gradients by differences of them. */
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accelerated } from '../support/accelerated.js';
import { cotangent, gradient64, type Nd, sampleNd } from '../support/nd.js';
import { TOLERANCE } from '../support/tolerances.js';
import { convolution, depthwise, pool, transposedConvolution, type Window } from '../support/windows64.js';

/** What the ops take from. */
interface Drawn {
  batch: number;
  spatial: number[];
  channels: number;
  outputs: number;
  window: Window;
}

type Op = (...inputs: tf.Tensor[]) => tf.Tensor;
type Exact = (...inputs: Nd[]) => Nd;

interface Case {
  shapes: number[][];
  op: Op;
  exact: Exact;
}

// tfjs types a tensor and a window of each rank by itself.
const untyped = tf as unknown as Record<string, (...args: unknown[]) => tf.Tensor>;
const call = (name: string, ...args: unknown[]): tf.Tensor =>
  (untyped[name] as (...args: unknown[]) => tf.Tensor)(...args);

const image = ({ batch, spatial, channels }: Drawn): number[] => [batch, ...spatial, channels];

const convolved =
  (name: string, exact: (x: Nd, kernel: Nd, window: Window) => Nd) =>
  (drawn: Drawn): Case => {
    const { window, channels, outputs } = drawn;
    return {
      shapes: [image(drawn), [...window.size, channels, outputs]],
      op: (x, kernel) => call(name, x, kernel, window.strides, window.padding),
      exact: (...inputs) => exact(...(inputs as [Nd, Nd]), window),
    };
  };

const transposed =
  (name: string) =>
  (drawn: Drawn): Case => {
    const { batch, spatial, window, channels, outputs } = drawn;
    const empty = (shape: number[]): Nd => sampleNd(shape, 0);
    const places = convolution(empty([1, ...spatial, 1]), empty([...window.size, 1, 1]), window).shape.slice(
      1,
      -1,
    );
    return {
      shapes: [
        [batch, ...places, channels],
        [...window.size, outputs, channels],
      ],
      op: (x, kernel) => call(name, x, kernel, [batch, ...spatial, outputs], window.strides, window.padding),
      exact: (...inputs) => transposedConvolution(...(inputs as [Nd, Nd]), window, spatial),
    };
  };

const pooled =
  (name: string, kind: 'average' | 'largest') =>
  (drawn: Drawn): Case => {
    const { size, strides, padding } = drawn.window;
    return {
      shapes: [image(drawn)],
      op: (x) => call(name, x, size, strides, padding),
      exact: (x) => pool(x as Nd, drawn.window, kind),
    };
  };

const OPS: Record<string, (drawn: Drawn) => Case> = {
  conv2d: convolved('conv2d', convolution),
  conv3d: convolved('conv3d', convolution),
  depthwiseConv2d: convolved('depthwiseConv2d', depthwise),
  conv2dTranspose: transposed('conv2dTranspose'),
  conv3dTranspose: transposed('conv3dTranspose'),
  avgPool: pooled('avgPool', 'average'),
  avgPool3d: pooled('avgPool3d', 'average'),
  maxPool: pooled('maxPool', 'largest'),
  maxPool3d: pooled('maxPool3d', 'largest'),
};

function drawn(axes: number): fc.Arbitrary<Drawn> {
  const each = (max: number) => fc.array(fc.integer({ min: 1, max }), { minLength: axes, maxLength: axes });
  const few = fc.integer({ min: 1, max: 2 });
  const padding = fc.constantFrom('same' as const, 'valid' as const);
  const window = fc.record({ size: each(3), strides: each(3), padding });
  return fc
    .record({ batch: few, channels: few, outputs: few, spatial: each(axes === 2 ? 6 : 4), window })
    .map((drawn) => ({
      ...drawn,
      // A window has a place.
      spatial: drawn.spatial.map((n, i) =>
        drawn.window.padding === 'valid' ? Math.max(n, drawn.window.size[i] as number) : n,
      ),
    }));
}

const example = (spatial: number[], size: number[], strides: number[], channels = 2, batch = 2): Drawn => ({
  batch,
  spatial,
  channels,
  outputs: 2,
  window: { size, strides, padding: 'same' },
});

/** In which tfjs or TensorFlow was found to be wrong. */
const EXAMPLES: Record<string, Drawn[]> = {
  // A filter of one pixel with strides; one column of output, of one channel.
  conv2d: [example([4, 6], [1, 1], [2, 2]), example([4, 3], [3, 2], [1, 3], 1)],
  conv3d: [example([3, 2, 2], [1, 2, 2], [3, 2, 1]), example([3, 3, 3], [3, 2, 2], [1, 1, 3], 1)],
  depthwiseConv2d: [
    example([3, 5], [1, 2], [3, 3]),
    example([5, 6], [2, 3], [1, 2]),
    example([6, 5], [3, 1], [3, 2]),
  ],
  conv2dTranspose: [example([4, 6], [1, 1], [2, 2]), example([6, 1], [3, 3], [1, 2])],
  conv3dTranspose: [example([3, 2, 2], [1, 2, 2], [3, 2, 1])],
  // Windows over the edge; a stride above the window, over three axes.
  avgPool: [example([3, 4], [2, 3], [1, 2])],
  avgPool3d: [example([3, 2, 2], [2, 2, 1], [2, 1, 1]), example([3, 2, 2], [1, 2, 2], [3, 2, 1])],
  maxPool: [example([3, 4], [2, 3], [1, 2])],
  // A window that is not as high as it is wide.
  maxPool3d: [example([2, 4, 3], [1, 3, 2], [1, 1, 1]), example([3, 2, 2], [1, 2, 2], [3, 2, 1])],
};

describe('by its equation', () => {
  it.for(Object.keys(OPS))('%s', (name) => {
    const examples = (EXAMPLES[name] as Drawn[]).map((drawn): [Drawn] => [drawn]);
    // On webgl each shape is a program to compile.
    const draws = tf.getBackend() === 'webgl' ? 1 : 25;
    const axes = name.includes('3d') ? 3 : 2;
    accelerated(() =>
      fc.assert(
        fc.property(drawn(axes), (drawn) => check((OPS[name] as (drawn: Drawn) => Case)(drawn))),
        { numRuns: examples.length + draws, seed: 11, examples },
      ),
    );
  });
});

function check({ shapes, op, exact }: Case): void {
  tf.tidy(() => {
    const values = shapes.map((shape, i) => sampleNd(shape, i + 1));
    const inputs = values.map(({ values, shape }) => tf.tensor(values, shape));
    const y = exact(...values);
    expect(op(...inputs)).toBeAllClose(tf.tensor(y.values, y.shape), TOLERANCE.magnitudes);
    const weights = cotangent(y.values.length);
    const gradients = tf.grads(op)(inputs, tf.tensor(weights, y.shape));
    for (const [i, gradient] of gradients.entries()) {
      const along = (t: Nd) => dot(exact(...values.map((other, j) => (i === j ? t : other))).values, weights);
      expect(gradient).toBeAllClose(gradient64(along, values[i] as Nd), TOLERANCE.magnitudes);
    }
  });
}

const dot = (a: number[], b: number[]): number => a.reduce((sum, x, i) => sum + x * (b[i] as number), 0);
