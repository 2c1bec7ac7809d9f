import * as tf from '@tensorflow/tfjs';
import type { WasmBackend } from '../../../tfjs/wasm-backend.js';
import type { Acceleration } from '../../acceleration.js';

type KernelFunc = Parameters<typeof tf.registerKernel>[0]['kernelFunc'];
/** A kernel that reads and writes the backend's memory; null where it leaves a case to the one of tfjs. */
export type HeapKernel<Inputs, Attributes> = (
  inputs: Inputs,
  attributes: Attributes,
  backend: WasmBackend,
) => tf.TensorInfo | tf.TensorInfo[] | null;

type OnWasm = Required<Pick<Acceleration, 'backend' | 'needed' | 'apply'>>;

/** A kernel that the wasm backend lacks. */
export function missingOnWasm<Inputs, Attributes>(
  kernelName: string,
  kernel: HeapKernel<Inputs, Attributes>,
): OnWasm {
  return {
    backend: 'wasm',
    needed: () => tf.getKernel(kernelName, 'wasm') === undefined,
    apply: (overrides) =>
      overrides.kernel({
        kernelName,
        backendName: 'wasm',
        kernelFunc: withFallback(kernel, () => {
          throw new Error(`accelerate: no kernel ${kernelName} on the wasm backend for such inputs`);
        }),
      }),
  };
}

/** Kernels in place of the wasm backend's own. */
export function insteadOnWasm(
  // biome-ignore lint/suspicious/noExplicitAny: each kernel has inputs and attributes of its own
  kernels: Record<string, HeapKernel<any, any>>,
): OnWasm {
  const names = Object.keys(kernels);
  return {
    backend: 'wasm',
    needed: () => names.every((name) => tf.getKernel(name, 'wasm') !== undefined),
    apply: (overrides) => {
      for (const [name, kernel] of Object.entries(kernels)) {
        const before = tf.getKernel(name, 'wasm');
        overrides.kernel({ ...before, kernelFunc: withFallback(kernel, before.kernelFunc) });
      }
    },
  };
}

function withFallback<Inputs, Attributes>(
  kernel: HeapKernel<Inputs, Attributes>,
  before: KernelFunc,
): KernelFunc {
  return (args) => {
    const { inputs, attrs, backend } = args;
    return kernel(inputs as Inputs, attrs as Attributes, backend as WasmBackend) ?? before(args);
  };
}

/** How tfjs tells a kernel the window of a convolution. */
export interface WindowAttributes {
  strides: [number, number] | number;
  dilations?: [number, number] | number;
  pad: Parameters<typeof tf.backend_util.computeConv2DInfo>[4];
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
  dataFormat?: 'NHWC' | 'NCHW';
}
