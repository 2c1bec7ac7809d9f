/** Convolutions and pooling with windows drawn at random, accelerated, beside their definition in float64. */
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { describe, it } from 'vitest';
import { accelerated } from '../support/accelerated.js';
import { checkKernel } from '../support/kernels/check-kernel.js';
import { convolution, depthwise, maxPool, transposed, type Window } from '../support/kernels/windows.js';
import { sampleNd } from '../support/nd.js';

const PARAMETERS = { numRuns: 25, seed: 11 };

const pair = (most: number) => fc.tuple(fc.integer({ min: 1, max: most }), fc.integer({ min: 1, max: most }));

/** Windows that fit, of every stride, one above the window too. */
const drawn = fc
  .record({
    space: pair(7),
    kernel: pair(4),
    strides: pair(4),
    pad: fc.constantFrom('same' as const, 'valid' as const),
    channels: pair(3),
    batch: fc.integer({ min: 1, max: 2 }),
  })
  .filter(
    ({ space, kernel, pad }) => pad === 'same' || kernel.every((n, axis) => n <= (space[axis] as number)),
  );

describe('windows drawn at random', () => {
  it.for(['conv2d', 'depthwiseConv2d', 'conv2dTranspose', 'maxPool'] as const)('%s', (name, { skip }) => {
    skip(tf.getBackend() === 'webgl', 'there a program is compiled for each shape');
    accelerated(() =>
      fc.assert(
        fc.property(drawn, ({ space, kernel, strides, pad, channels: [inputs, outputs], batch }) => {
          const window: Window = { kernel, strides, pad };
          const x = sampleNd([batch, ...space, inputs], 1);
          const w = sampleNd([...kernel, inputs, outputs], 2);
          if (name === 'conv2d') {
            const op = (x: tf.Tensor, w: tf.Tensor) =>
              tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, strides, pad);
            checkKernel({ title: name, inputs: [x, w], op, exact: convolution(space, window) });
          } else if (name === 'depthwiseConv2d') {
            const op = (x: tf.Tensor, w: tf.Tensor) =>
              tf.depthwiseConv2d(x as tf.Tensor4D, w as tf.Tensor4D, strides, pad);
            checkKernel({ title: name, inputs: [x, w], op, exact: depthwise(space, window) });
          } else if (name === 'conv2dTranspose') {
            const { places, exact } = transposed(space, window);
            const op = (y: tf.Tensor, w: tf.Tensor) =>
              tf.conv2dTranspose(y as tf.Tensor4D, w as tf.Tensor4D, [batch, ...space, inputs], strides, pad);
            checkKernel({ title: name, inputs: [sampleNd([batch, ...places, outputs], 3), w], op, exact });
          } else {
            const op = (x: tf.Tensor) => tf.maxPool(x as tf.Tensor4D, kernel, strides, pad);
            checkKernel({ title: name, inputs: [x], op, exact: maxPool(space, window) });
          }
        }),
        PARAMETERS,
      ),
    );
  });
});
