import * as tf from '@tensorflow/tfjs';
import { runKernel } from '../../tfjs/run-kernel.js';
import { everywhere, type Kernel } from './every-backend.js';
import { cutShape } from './unseen.js';

interface Attributes {
  filterSize: number | [number, number, number];
  strides: number | [number, number, number];
  pad: 'same' | 'valid' | number;
  dataFormat?: string;
}

interface Plan {
  x: tf.Tensor5D;
  /** Images of height and width, and of depth by all pixels. */
  flat: [number, number, number, number];
  deep: (flat: tf.Tensor) => [number, number, number, number];
  across: object;
  along: object;
  isCut: boolean;
}

/**
 * Pooling of three axes by that of two: over height and width first, then over depth. tfjs's maxima on wasm start at the
 * smallest positive number, its gradient of maxima takes another entry of a window that is no cube on cpu and the last of
 * equal ones on wasm, and where a stride is above the window `same` looks at other places on cpu, wasm and webgl.
 */
export const { onAll: pool3d, onWasm: pool3dOnWasm } = everywhere({
  MaxPool3D: pooled('MaxPool', ({ isCut }) => isCut || tf.getBackend() === 'wasm'),
  AvgPool3D: pooled('AvgPool', ({ isCut }) => isCut),
  MaxPool3DGrad: (call, before) => {
    const { dy, input } = call.inputs as { dy: tf.Tensor5D; input: tf.Tensor5D };
    const plan = planOf(input, call.attrs);
    if (!plan) return before(call);
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
  },
});

/** Both steps, where the one of tfjs is wrong. */
function pooled(name: string, isWrong: (plan: Plan) => boolean): Kernel {
  return (call, before) => {
    const plan = planOf((call.inputs as { x: tf.Tensor5D }).x, call.attrs);
    if (!plan || !isWrong(plan)) return before(call);
    const { x, flat, deep, across, along } = plan;
    return tf.tidy(() => {
      const middle = runKernel(name, { x: x.reshape(flat) }, across);
      const y = runKernel(name, { x: middle.reshape(deep(middle)) }, along);
      const [height, width] = middle.shape.slice(1) as [number, number];
      return y.reshape([x.shape[0], y.shape[1] as number, height, width, x.shape[4]]);
    });
  };
}

/** Null for what has another form than tfjs's layers have. */
function planOf(x: tf.Tensor5D, attributes: unknown): Plan | null {
  const { filterSize, strides, pad, dataFormat = 'NDHWC' } = attributes as Attributes;
  if (typeof pad === 'number' || dataFormat !== 'NDHWC' || x.dtype !== 'float32') return null;
  const [batch, depth, height, width, channels] = x.shape;
  const [depthOf, ...windowOf] = triple(filterSize);
  const [stride, ...stridesOf] = triple(strides);
  return {
    x,
    flat: [batch * depth, height, width, channels],
    deep: ({ shape }) => [batch, depth, (shape[1] as number) * (shape[2] as number), channels],
    across: { filterSize: windowOf, strides: stridesOf, pad },
    along: { filterSize: [depthOf, 1], strides: [stride, 1], pad },
    isCut: pad === 'same' && cutShape(x.shape, { window: triple(filterSize), strides }) !== null,
  };
}

const triple = (of: number | [number, number, number]): [number, number, number] =>
  typeof of === 'number' ? [of, of, of] : of;
