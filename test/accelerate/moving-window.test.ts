/** Convolutions and pooling with windows drawn at random, accelerated, beside their definition in float64. */
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { describe, it } from 'vitest';
import { accelerated } from '../support/accelerated.js';
import { checkKernel } from '../support/kernels/check-kernel.js';
import {
  averagePool,
  convolution,
  depthwise,
  maxPool,
  type SlidingWindow,
  transposed,
} from '../support/kernels/windows.js';
import { type Nd, sampleNd } from '../support/nd.js';

/** An image, and the window that moves over it. */
interface Drawn {
  batch: number;
  space: number[];
  channels: number;
  outputs: number;
  window: SlidingWindow;
}

interface Case {
  shapes: number[][];
  op(...inputs: tf.Tensor[]): tf.Tensor;
  exact(...inputs: Nd[]): Nd;
}

// tfjs types a tensor and a window of each rank by itself.
const untyped = tf as unknown as Record<string, (...args: unknown[]) => tf.Tensor>;
const call = (name: string, ...args: unknown[]): tf.Tensor =>
  (untyped[name] as (...args: unknown[]) => tf.Tensor)(...args);

const image = ({ batch, space, channels }: Drawn): number[] => [batch, ...space, channels];

const convolved =
  (name: string, definition: typeof convolution) =>
  (drawn: Drawn): Case => {
    const { window, space, channels, outputs } = drawn;
    return {
      shapes: [image(drawn), [...window.kernel, channels, outputs]],
      op: (x, kernel) => call(name, x, kernel, window.strides, window.pad),
      exact: definition(space, window),
    };
  };

const transposing =
  (name: string) =>
  (drawn: Drawn): Case => {
    const { batch, space, window, channels, outputs } = drawn;
    const { places, exact } = transposed(space, window);
    return {
      shapes: [
        [batch, ...places, channels],
        [...window.kernel, outputs, channels],
      ],
      op: (x, kernel) => call(name, x, kernel, [batch, ...space, outputs], window.strides, window.pad),
      exact,
    };
  };

const pooled =
  (name: string, definition: typeof maxPool) =>
  (drawn: Drawn): Case => {
    const { kernel, strides, pad } = drawn.window;
    return {
      shapes: [image(drawn)],
      op: (x) => call(name, x, kernel, strides, pad),
      exact: definition(drawn.space, drawn.window),
    };
  };

const OPS: Record<string, (drawn: Drawn) => Case> = {
  conv2d: convolved('conv2d', convolution),
  conv3d: convolved('conv3d', convolution),
  depthwiseConv2d: convolved('depthwiseConv2d', depthwise),
  conv2dTranspose: transposing('conv2dTranspose'),
  conv3dTranspose: transposing('conv3dTranspose'),
  avgPool: pooled('avgPool', averagePool),
  avgPool3d: pooled('avgPool3d', averagePool),
  maxPool: pooled('maxPool', maxPool),
  maxPool3d: pooled('maxPool3d', maxPool),
};

/** Windows of every stride, one above the window too. */
function drawn(axes: number): fc.Arbitrary<Drawn> {
  const upTo = (max: number) => fc.integer({ min: 1, max });
  const each = (max: number) => fc.array(upTo(max), { minLength: axes, maxLength: axes });
  const most = axes === 2 ? { space: 7, window: 4, channels: 3 } : { space: 4, window: 3, channels: 2 };
  const pad = fc.constantFrom('same' as const, 'valid' as const);
  const window = fc.record({ kernel: each(most.window), strides: each(most.window), pad });
  const channels = upTo(most.channels);
  return fc
    .record({ batch: upTo(2), channels, outputs: channels, space: each(most.space), window })
    .map((drawn) => ({
      ...drawn,
      // A window has a place.
      space: drawn.space.map((n, i) =>
        drawn.window.pad === 'valid' ? Math.max(n, drawn.window.kernel[i] as number) : n,
      ),
    }));
}

const example = (space: number[], kernel: number[], strides: number[], channels = 2, batch = 2): Drawn => ({
  batch,
  space,
  channels,
  outputs: 2,
  window: { kernel, strides, pad: 'same' },
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

describe('windows drawn at random', () => {
  it.for(Object.keys(OPS))('%s', (name) => {
    const examples = (EXAMPLES[name] as Drawn[]).map((drawn): [Drawn] => [drawn]);
    // On webgl each shape is a program to compile.
    const draws = tf.getBackend() === 'webgl' ? 1 : 25;
    accelerated(() =>
      fc.assert(
        fc.property(drawn(name.includes('3d') ? 3 : 2), (drawn) => {
          const { shapes, op, exact } = (OPS[name] as (drawn: Drawn) => Case)(drawn);
          const inputs = shapes.map((shape, i) => sampleNd(shape, i + 1));
          checkKernel({ title: name, inputs, op, exact });
        }),
        { numRuns: examples.length + draws, seed: 11, examples },
      ),
    );
  });
});
