import * as tf from '@tensorflow/tfjs';
import type { Pooling2d, Pooling3d } from '../../tfjs/kernels.js';
import type { Backends } from '../../tfjs/override-kernel.js';
import { runKernel } from '../../tfjs/run-kernel.js';
import type { Acceleration } from '../acceleration.js';
import { croppedShape } from './crop.js';
import { overrideOn, together } from './on-backends.js';
import { triple } from './sliding-window.js';

type Shape = tf.Tensor4D['shape'];

/** Pooling over three axes as two poolings over two. */
interface Plan {
  /** Shapes: images of height by width, and images of depth by all pixels of a plane after the first pooling. */
  flat: Shape;
  deep(middle: tf.Tensor4D): Shape;
  across: Pooling2d;
  along: Pooling2d;
  isCropped: boolean;
}

/** The output, where tfjs's own is wrong. */
const pooledOn = (
  backend: keyof Backends,
  name: 'MaxPool' | 'AvgPool',
  isWrong: (plan: Plan) => boolean,
): Acceleration =>
  overrideOn(backend, [`${name}3D` as const], ({ x }, attributes) => {
    const plan = planOf(x, attributes);
    if (!plan || !isWrong(plan)) return null;
    const { flat, deep, across, along } = plan;
    return tf.tidy(() => {
      const middle = runKernel(name, { x: x.reshape(flat) }, across);
      const y = runKernel(name, { x: middle.reshape(deep(middle)) }, along);
      const [, height, width] = middle.shape;
      return y.reshape([x.shape[0], y.shape[1], height, width, x.shape[4]]);
    });
  });

const maxPoolGradientOn = (backend: keyof Backends): Acceleration =>
  overrideOn(backend, ['MaxPool3DGrad'], ({ dy, input }, attributes) => {
    const plan = planOf(input, attributes);
    if (!plan) return null;
    const { flat, deep, across, along } = plan;
    return tf.tidy(() => {
      const x = input.reshape(flat);
      const middle = runKernel('MaxPool', { x }, across);
      const images = middle.reshape(deep(middle));
      const output = runKernel('MaxPool', { x: images }, along);
      const by = dy.reshape(output.shape);
      const back = runKernel('MaxPoolGrad', { dy: by, input: images, output }, along).reshape(middle.shape);
      return runKernel('MaxPoolGrad', { dy: back, input: x, output: middle }, across).reshape(input.shape);
    });
  });

/**
 * Pooling over three axes by pooling over two: over height and width first, then over depth. In tfjs a maximum on wasm is at
 * least the smallest positive number; the gradient of max pooling goes to a wrong entry on cpu where the window is no cube,
 * and to the last of equal entries on wasm; and padding `same` with a stride larger than the window shifts the windows on
 * cpu, wasm and webgl.
 */
const poolOn = (backend: keyof Backends): Acceleration =>
  together(
    pooledOn(backend, 'MaxPool', ({ isCropped }) => isCropped || backend === 'wasm'),
    pooledOn(backend, 'AvgPool', ({ isCropped }) => isCropped),
    maxPoolGradientOn(backend),
  );

export const pool3d = { cpu: poolOn('cpu'), webgl: poolOn('webgl'), wasm: poolOn('wasm') };

/** Null for a call that no layer of tfjs makes. */
function planOf(x: tf.Tensor5D, attributes: Pooling3d): Plan | null {
  const { filterSize, strides, pad, dataFormat = 'NDHWC' } = attributes;
  if (typeof pad === 'number' || dataFormat !== 'NDHWC' || x.dtype !== 'float32') return null;
  const [batch, depth, height, width, channels] = x.shape;
  const [depthOfWindow, ...window] = triple(filterSize);
  const [stride, ...stridesAcross] = triple(strides);
  return {
    flat: [batch * depth, height, width, channels],
    deep: ({ shape }) => [batch, depth, shape[1] * shape[2], channels],
    across: { filterSize: window, strides: stridesAcross, pad },
    along: { filterSize: [depthOfWindow, 1], strides: [stride, 1], pad },
    isCropped: pad === 'same' && croppedShape(x.shape, { window: triple(filterSize), strides }) !== null,
  };
}
