import * as tf from '@tensorflow/tfjs';
import type { Convolution3d } from '../../tfjs/kernels.js';
import type { Backends } from '../../tfjs/override-kernel.js';
import { runKernel } from '../../tfjs/run-kernel.js';
import type { Acceleration } from '../acceleration.js';
import { filterByPlanes, inputByPlanes } from './conv-3d-by-planes.js';
import { crop, croppedShape, uncrop } from './crop.js';
import { overrideOn, together } from './on-backends.js';

type Shape = tf.Tensor5D['shape'];

/**
 * Convolutions over three axes with padding `same` and a stride larger than the window, which tfjs shifts on every backend
 * but the native one.
 */
const croppedOn = (backend: keyof Backends): Acceleration =>
  overrideOn(backend, ['Conv3D'], ({ x, filter }, attributes) => {
    const shape = cropped(x.shape, filter.shape, attributes);
    return shape && tf.tidy(() => runKernel('Conv3D', { x: crop(x, shape), filter }, attributes));
  });

const croppedGradientsOn = (backend: keyof Backends): Acceleration =>
  together(
    overrideOn(backend, ['Conv3DBackpropFilterV2'], ({ x, dy }, attributes) => {
      const shape = cropped(x.shape, attributes.filterShape, attributes);
      if (!shape) return null;
      return tf.tidy(() => runKernel('Conv3DBackpropFilterV2', { x: crop(x, shape), dy }, attributes));
    }),
    overrideOn(backend, ['Conv3DBackpropInputV2'], ({ dy, filter }, attributes) => {
      const inputShape = cropped(attributes.inputShape, filter.shape, attributes);
      if (!inputShape) return null;
      return tf.tidy(() => {
        const dx = runKernel('Conv3DBackpropInputV2', { dy, filter }, { ...attributes, inputShape });
        return uncrop(dx, attributes.inputShape);
      });
    }),
  );

const cropped = (image: Shape, filter: Shape, { strides, pad }: Convolution3d): Shape | null =>
  pad === 'same' ? croppedShape(image, { window: filter, strides }) : null;

export const conv3d = {
  cpu: together(croppedOn('cpu'), croppedGradientsOn('cpu')),
  webgl: together(croppedOn('webgl'), croppedGradientsOn('webgl')),
  /** On wasm the gradients are wrong for every window: they are computed from gradients over two axes. */
  wasm: together(
    croppedOn('wasm'),
    overrideOn('wasm', ['Conv3DBackpropFilterV2'], ({ x, dy }, attributes) =>
      filterByPlanes(x, dy, attributes),
    ),
    overrideOn('wasm', ['Conv3DBackpropInputV2'], ({ dy, filter }, attributes) =>
      inputByPlanes(dy, filter, attributes),
    ),
  ),
};
