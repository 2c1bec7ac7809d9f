import * as tf from '@tensorflow/tfjs';
import { dilate } from '../../ops/dilate.js';
import { runKernel } from '../../tfjs/run-kernel.js';

export type Shape5 = [number, number, number, number, number];

/** How tfjs tells a kernel the window of a convolution of three axes. */
export interface Moves3d {
  strides: number | [number, number, number];
  pad: 'same' | 'valid' | number;
}

/** One entry of the filter's depth: the places whose window has it over a plane of the image, and the first such plane. */
interface Layer {
  first: number;
  count: number;
  plane: number;
}

/** The gradient by the filter: for each entry of its depth, that of a convolution of the planes it stands over. */
export function filterByPlanes(
  x: tf.Tensor5D,
  dy: tf.Tensor5D,
  { filterShape, ...moves }: Moves3d & { filterShape: Shape5 },
): tf.Tensor {
  const [, ...across] = filterShape;
  const { step, strides, pad } = parts(moves);
  return tf.tidy(() =>
    tf.stack(
      layers(x.shape, filterShape, dy.shape, moves).map((layer) => {
        if (layer.count === 0 || x.size === 0) return tf.zeros(across);
        const seen = every(planes(x, layer.plane, (layer.count - 1) * step + 1), step);
        const by = planes(dy, layer.first, layer.count);
        const attributes = { strides, pad, filterShape: across, dataFormat: 'NHWC' };
        return runKernel('Conv2DBackpropFilter', { x: images(seen), dy: images(by) }, attributes);
      }),
    ),
  );
}

/** The gradient by the input: the sum of what each entry of the filter's depth gives to the planes it stands over. */
export function inputByPlanes(
  dy: tf.Tensor5D,
  filter: tf.Tensor5D,
  { inputShape, ...moves }: Moves3d & { inputShape: Shape5 },
): tf.Tensor {
  const [batch, depth, ...across] = inputShape;
  const { step, strides, pad } = parts(moves);
  return tf.tidy(() => {
    const entries = tf.unstack(filter) as tf.Tensor4D[];
    let dx: tf.Tensor = tf.zeros(inputShape);
    for (const [i, { first, count, plane }] of layers(inputShape, filter.shape, dy.shape, moves).entries()) {
      if (count === 0 || dy.size === 0) continue;
      const by = images(planes(dy, first, count));
      const attributes = { strides, pad, inputShape: [batch * count, ...across], dataFormat: 'NHWC' };
      const part = runKernel(
        'Conv2DBackpropInput',
        { dy: by, filter: entries[i] as tf.Tensor4D },
        attributes,
      );
      const spread = dilate(part.reshape([batch, count, ...across]), 1, step);
      const behind = depth - plane - (spread.shape[1] as number);
      dx = dx.add(
        tf.pad(spread, [
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

function layers(image: Shape5, filter: Shape5, dy: Shape5, moves: Moves3d): Layer[] {
  const [depth, places, entries] = [image[1], dy[1], filter[0]];
  const { step } = parts(moves);
  const around = (places - 1) * step + entries - depth;
  const front = moves.pad === 'same' ? Math.floor(Math.max(around, 0) / 2) : Number(moves.pad) || 0;
  return Array.from({ length: entries }, (_, entry) => {
    const first = Math.max(0, Math.ceil((front - entry) / step));
    const end = Math.min(places, Math.floor((depth - 1 + front - entry) / step) + 1);
    return { first, count: Math.max(0, end - first), plane: first * step - front + entry };
  });
}

/** The steps over depth and over the planes. */
function parts({ strides, pad }: Moves3d) {
  const [step, ...others] = typeof strides === 'number' ? [strides, strides, strides] : strides;
  return { step, strides: others as [number, number], pad };
}

const planes = (x: tf.Tensor5D, first: number, count: number): tf.Tensor5D =>
  tf.slice(x, [0, first, 0, 0, 0], [-1, count, -1, -1, -1]);

const every = (x: tf.Tensor5D, step: number): tf.Tensor5D =>
  step === 1 ? x : (tf.stridedSlice(x, [0, 0, 0, 0, 0], x.shape, [1, step, 1, 1, 1]) as tf.Tensor5D);

const images = (x: tf.Tensor5D): tf.Tensor4D => {
  const [batch, depth, ...across] = x.shape;
  return x.reshape([batch * depth, ...across]);
};
