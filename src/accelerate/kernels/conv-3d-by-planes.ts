import * as tf from '@tensorflow/tfjs';
import { dilate } from '../../ops/dilate.js';
import type { Convolution3d } from '../../tfjs/kernels.js';
import { runKernel } from '../../tfjs/run-kernel.js';
import { triple } from './sliding-window.js';

type Shape = tf.Tensor5D['shape'];

/**
 * Where one entry of the filter's depth is over a plane of the image, and not over padding: at `count` places of the output
 * from `first` on, the first time over `plane`.
 */
interface Layer {
  first: number;
  count: number;
  plane: number;
}

/** The gradient by the filter: for each entry of its depth, that of a convolution of the planes it is over. */
export function filterByPlanes(
  x: tf.Tensor5D,
  dy: tf.Tensor5D,
  { filterShape, ...moves }: Convolution3d & { filterShape: Shape },
): tf.Tensor {
  const [, ...across] = filterShape;
  const { step, strides, pad } = parts(moves);
  return tf.tidy(() =>
    tf.stack(
      layers(x.shape, filterShape, dy.shape, moves).map((layer) => {
        if (layer.count === 0 || x.size === 0) return tf.zeros(across);
        const met = every(planes(x, layer.plane, (layer.count - 1) * step + 1), step);
        const by = planes(dy, layer.first, layer.count);
        return runKernel(
          'Conv2DBackpropFilter',
          { x: images(met), dy: images(by) },
          { strides, pad, filterShape: across, dataFormat: 'NHWC' },
        );
      }),
    ),
  );
}

/** The gradient by the input: for each entry of the filter's depth, that of such a convolution, added to those planes. */
export function inputByPlanes(
  dy: tf.Tensor5D,
  filter: tf.Tensor5D,
  { inputShape, ...moves }: Convolution3d & { inputShape: Shape },
): tf.Tensor {
  const [batch, depth, ...across] = inputShape;
  const { step, strides, pad } = parts(moves);
  return tf.tidy(() => {
    let dx: tf.Tensor = tf.zeros(inputShape);
    for (const [i, { first, count, plane }] of layers(inputShape, filter.shape, dy.shape, moves).entries()) {
      if (count === 0 || dy.size === 0) continue;
      const by = images(planes(dy, first, count));
      const part = runKernel(
        'Conv2DBackpropInput',
        { dy: by, filter: entryOf(filter, i) },
        { strides, pad, inputShape: [batch * count, ...across], dataFormat: 'NHWC' },
      );
      const dilated = dilate(part.reshape([batch, count, ...across]), 1, step);
      const behind = depth - plane - dilated.shape[1]!;
      dx = dx.add(
        tf.pad(dilated, [
          [0, 0],
          [plane, behind],
          [0, 0],
          [0, 0],
          [0, 0],
        ]),
      );
    }
    return dx;
  });
}

const entryOf = (filter: tf.Tensor5D, i: number): tf.Tensor4D =>
  tf.slice(filter, [i, 0, 0, 0, 0], [1, -1, -1, -1, -1]).reshape(filter.shape.slice(1));

function layers(image: Shape, filter: Shape, dy: Shape, moves: Convolution3d): Layer[] {
  const [depth, places, entries] = [image[1], dy[1], filter[0]];
  const { step } = parts(moves);
  const around = (places - 1) * step + entries - depth;
  const front = moves.pad === 'same' ? Math.floor(Math.max(around, 0) / 2) : 0;
  return Array.from({ length: entries }, (_, entry) => {
    const first = Math.max(0, Math.ceil((front - entry) / step));
    const end = Math.min(places, Math.floor((depth - 1 + front - entry) / step) + 1);
    return { first, count: Math.max(0, end - first), plane: first * step - front + entry };
  });
}

/** The stride along depth, and what is left for the planes. */
function parts({ strides, pad }: Convolution3d) {
  const [step, ...others] = triple(strides);
  return { step, strides: others, pad };
}

const planes = (x: tf.Tensor5D, first: number, count: number): tf.Tensor5D =>
  tf.slice(x, [0, first, 0, 0, 0], [-1, count, -1, -1, -1]);

/** Every n-th plane. */
const every = (x: tf.Tensor5D, step: number): tf.Tensor =>
  step === 1 ? x : tf.stridedSlice(x, [0, 0, 0, 0, 0], x.shape, [1, step, 1, 1, 1]);

/** Planes of all images as images of their own. */
const images = (x: tf.Tensor): tf.Tensor4D => x.reshape([-1, ...x.shape.slice(2)]);
