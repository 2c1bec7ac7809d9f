import * as tf from '@tensorflow/tfjs';
import type { Acceleration } from '../acceleration.js';

type Kernel = Parameters<typeof tf.registerKernel>[0];
type Call = Parameters<Kernel['kernelFunc']>[0];

interface Attributes {
  strides: number | number[];
  pad: string | number;
  dilations?: number | number[] | null;
  filterSize?: number | number[];
  filterShape?: number[];
  inputShape?: number[];
}

const POOLING = ['AvgPool3D', 'AvgPool3DGrad', 'MaxPool3D', 'MaxPool3DGrad'];

/** Of tfjs's own kernels the one that `pool3d` leaves as it is. */
const AVERAGES = ['AvgPool3DGrad'];

/** Those whose result is in the shape of the image. */
const BACKWARDS = ['AvgPool3DGrad', 'MaxPool3DGrad'];

/**
 * Pooling over three axes with padding `same` whose stride is above their window. There the last window
 * may end before the image does, for which tfjs, and TensorFlow's pooling, start the first one late, by a padding below 0.
 * What no window reaches is cut off first, and has a gradient of zero.
 */
const reaching =
  (backend: string, kernelNames: string[]): Acceleration['apply'] =>
  (overrides) => {
    for (const name of kernelNames) {
      const before = tf.getKernel(name, backend);
      if (before) overrides.kernel({ ...before, kernelFunc: (call) => reached(name, call, before) });
    }
  };

export const reach3d: Acceleration = {
  apply(overrides) {
    for (const backend of ['cpu', 'webgl']) reaching(backend, AVERAGES)(overrides);
  },
};

export const reach3dOnWasm: Acceleration = {
  backend: 'wasm',
  apply: reaching('wasm', AVERAGES),
};

export const reach3dOnNative: Acceleration = {
  backend: 'tensorflow',
  apply: reaching('tensorflow', POOLING),
};

function reached(name: string, call: Call, before: Kernel): ReturnType<Kernel['kernelFunc']> {
  const attributes = call.attrs as unknown as Attributes;
  const inputs = call.inputs as Record<string, tf.Tensor>;
  const key = inputs.x ? 'x' : 'input';
  const shape = attributes.inputShape ?? (inputs[key] as tf.Tensor).shape;
  const reach = reachOf(shape, attributes, inputs.filter?.shape);
  if (tf.util.arraysEqual(reach, shape)) return before.kernelFunc(call);
  return tf.tidy(() => {
    const image = inputs[key];
    const cut = image && { [key]: tf.slice(image, [0, 0, 0, 0, 0], reach) };
    const result = before.kernelFunc({
      ...call,
      inputs: { ...call.inputs, ...cut },
      attrs: { ...call.attrs, ...(attributes.inputShape && { inputShape: reach }) },
    }) as tf.TensorInfo;
    const t = result instanceof tf.Tensor ? result : tf.engine().makeTensorFromTensorInfo(result);
    if (!BACKWARDS.includes(name)) return t;
    return tf.pad(t, shape.map((size, axis) => [0, size - (reach[axis] as number)]) as [number, number][]);
  });
}

/** The image as far as some window reaches. */
function reachOf(shape: number[], attributes: Attributes, filter?: number[]): number[] {
  const { strides, pad, dilations, filterSize, filterShape = filter } = attributes;
  if (pad !== 'same') return shape;
  const each = (value: number | number[], i: number): number =>
    typeof value === 'number' ? value : (value[i] as number);
  return shape.map((size, axis) => {
    if (axis === 0 || axis === 4) return size;
    const window = each((filterShape ?? filterSize) as number | number[], axis - 1);
    const stride = each(strides, axis - 1);
    const extent = (window - 1) * each(dilations ?? 1, axis - 1) + 1;
    return Math.min(size, (Math.ceil(size / stride) - 1) * stride + extent);
  });
}
