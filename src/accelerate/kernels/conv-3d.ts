import * as tf from '@tensorflow/tfjs';
import { runKernel } from '../../tfjs/run-kernel.js';
import type { Acceleration } from '../acceleration.js';
import { filterByPlanes, inputByPlanes, type Moves3d, type Shape5 } from './conv-3d-by-planes.js';
import { everywhere, type Kernel } from './every-backend.js';
import { cut, cutShape, uncut } from './unseen.js';

interface Attributes extends Moves3d {
  filterShape: Shape5;
  inputShape: Shape5;
}

type Inputs = Record<'x' | 'filter' | 'dy', tf.Tensor5D>;

/**
 * Convolutions of three axes with padding `same` and a stride above the window, outputs and gradients: tfjs looks at other
 * places on every backend but TensorFlow's.
 */
const seenAlone: Record<string, Kernel> = {
  Conv3D: (call, before) => {
    const [{ x, filter }, attributes] = read(call);
    const shape = cutOf(x.shape, filter.shape, attributes);
    if (!shape) return before(call);
    return tf.tidy(() => runKernel('Conv3D', { x: cut(x, shape), filter }, attributes));
  },
  Conv3DBackpropFilterV2: (call, before) => {
    const [{ x, dy }, attributes] = read(call);
    const shape = cutOf(x.shape, attributes.filterShape, attributes);
    if (!shape) return before(call);
    return tf.tidy(() => runKernel('Conv3DBackpropFilterV2', { x: cut(x, shape), dy }, attributes));
  },
  Conv3DBackpropInputV2: (call, before) => {
    const [{ dy, filter }, attributes] = read(call);
    const { inputShape } = attributes;
    const shape = cutOf(inputShape, filter.shape, attributes);
    if (!shape) return before(call);
    return tf.tidy(() => {
      const dx = runKernel('Conv3DBackpropInputV2', { dy, filter }, { ...attributes, inputShape: shape });
      return uncut(dx, inputShape);
    });
  },
};

export const conv3d: Acceleration = everywhere(seenAlone).onAll;

/** On wasm, whose gradients are wrong for every window, these are sums of gradients of two axes. */
export const conv3dOnWasm: Acceleration = everywhere({
  Conv3D: seenAlone.Conv3D as Kernel,
  Conv3DBackpropFilterV2: (call) => {
    const [{ x, dy }, attributes] = read(call);
    return filterByPlanes(x, dy, attributes);
  },
  Conv3DBackpropInputV2: (call) => {
    const [{ dy, filter }, attributes] = read(call);
    return inputByPlanes(dy, filter, attributes);
  },
}).onWasm;

type Call = Parameters<Kernel>[0];

const read = ({ inputs, attrs }: Call) => [inputs as Inputs, attrs as unknown as Attributes] as const;

const cutOf = (image: number[], filter: number[], { strides, pad }: Attributes): number[] | null =>
  pad === 'same' ? cutShape(image, { window: filter, strides }) : null;

/** The gradient of a transposed convolution of three axes, which tfjs lacks on every backend. */
export const conv3dTransposeGradient: Acceleration = {
  needed: () => tf.getGradient('Conv3DBackpropInputV2') === undefined,
  apply(overrides) {
    overrides.gradient({
      kernelName: 'Conv3DBackpropInputV2',
      inputsToSave: ['dy', 'filter'],
      gradFunc: (ddx, saved, attributes) => {
        const [dy, filter] = saved as [tf.Tensor5D, tf.Tensor5D];
        const { strides, pad } = attributes as unknown as Attributes;
        return {
          dy: () => tf.conv3d(ddx as tf.Tensor5D, filter, strides, pad as 'same'),
          filter: () =>
            runKernel(
              'Conv3DBackpropFilterV2',
              { x: ddx as tf.Tensor5D, dy },
              { strides, pad, filterShape: filter.shape },
            ),
        };
      },
    });
  },
};
