import * as tf from '@tensorflow/tfjs';
import type { Pooling2d, Pooling3d } from '../../tfjs/kernels.js';
import type { Backends } from '../../tfjs/override-kernel.js';
import { runKernel } from '../../tfjs/run-kernel.js';
import type { Acceleration } from '../acceleration.js';
import { croppedShape } from './crop.js';
import { overrideOn, together } from './on-backends.js';
import { triple } from './sliding-window.js';

type Shape = tf.Tensor4D['shape'];

/** Pooling of three axes as two of two. */
interface Plan {
  /** Images of height and width, and of depth by all pixels of what the first step gives. */
  flat: Shape;
  deep(middle: tf.Tensor4D): Shape;
  across: Pooling2d;
  along: Pooling2d;
  isCropped: boolean;
}

/** An output, where tfjs's own is wrong. */
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
 * Pooling of three axes by that of two: over height and width first, then over depth. tfjs's maxima on wasm start at the
 * smallest positive number, its gradient of maxima takes another entry of a window that is no cube on cpu and the last of
 * equal ones on wasm, and where a stride is above the window `same` puts the windows elsewhere on cpu, wasm and webgl.
 */
const poolOn = (backend: keyof Backends): Acceleration =>
  together(
    pooledOn(backend, 'MaxPool', ({ isCropped }) => isCropped || backend === 'wasm'),
    pooledOn(backend, 'AvgPool', ({ isCropped }) => isCropped),
    maxPoolGradientOn(backend),
  );

export const pool3d = { cpu: poolOn('cpu'), webgl: poolOn('webgl'), wasm: poolOn('wasm') };

/** Null for what has another form than tfjs's layers have. */
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
