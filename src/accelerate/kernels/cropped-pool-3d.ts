import * as tf from '@tensorflow/tfjs';
import type { Backends } from '../../tfjs/override-kernel.js';
import type { Acceleration } from '../acceleration.js';
import { crop, croppedShape, uncrop } from './crop.js';
import { overrideOn } from './on-backends.js';
import { triple } from './sliding-window.js';

type Pooling = 'AvgPool3D' | 'AvgPool3DGrad' | 'MaxPool3D' | 'MaxPool3DGrad';

/**
 * Pooling over three axes with padding `same` and a stride larger than the window. The last window may end before the image
 * does, where tfjs, and TensorFlow's pooling, shift the first one by negative padding. What no window covers is cropped
 * first, and has a gradient of zero.
 */
const croppedPooling = (backend: keyof Backends, kernelNames: readonly Pooling[]): Acceleration =>
  overrideOn(backend, kernelNames, (inputs, { filterSize, strides, pad }, original) => {
    const image = 'x' in inputs ? inputs.x : inputs.input;
    const shape = pad === 'same' ? croppedShape(image.shape, { window: triple(filterSize), strides }) : null;
    if (!shape) return null;
    return tf.tidy(() => {
      const cropped = crop(image, shape);
      if ('x' in inputs) return original.tensor({ inputs: { x: cropped } });
      return uncrop(original.tensor({ inputs: { input: cropped } }), image.shape);
    });
  });

/** On cpu, webgl and wasm `pool3d` replaces the other three. */
export const croppedPool3d = {
  cpu: croppedPooling('cpu', ['AvgPool3DGrad']),
  webgl: croppedPooling('webgl', ['AvgPool3DGrad']),
  wasm: croppedPooling('wasm', ['AvgPool3DGrad']),
  native: croppedPooling('tensorflow', ['AvgPool3D', 'AvgPool3DGrad', 'MaxPool3D', 'MaxPool3DGrad']),
};
