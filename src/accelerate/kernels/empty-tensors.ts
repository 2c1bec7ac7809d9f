import * as tf from '@tensorflow/tfjs';
import type { Acceleration } from '../acceleration.js';

type Call = Parameters<Parameters<typeof tf.registerKernel>[0]['kernelFunc']>[0];

function transposed(call: Call): tf.Tensor | null {
  const x = call.inputs.x as tf.Tensor;
  const { perm } = call.attrs as unknown as { perm: number[] };
  if (x.size > 0) return null;
  return tf.zeros(
    perm.map((axis) => x.shape[axis] as number),
    x.dtype,
  );
}

function multiplied(call: Call): tf.Tensor | null {
  const { a, b } = call.inputs as unknown as { a: tf.Tensor; b: tf.Tensor };
  const { transposeA, transposeB } = call.attrs as unknown as { transposeA: boolean; transposeB: boolean };
  if (a.size > 0 && b.size > 0) return null;
  const batch = tf.broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const rows = a.shape.at(transposeA ? -1 : -2) as number;
  const columns = b.shape.at(transposeB ? -2 : -1) as number;
  return tf.zeros([...batch, rows, columns]);
}

const KERNELS: Record<string, (call: Call) => tf.Tensor | null> = {
  Transpose: transposed,
  BatchMatMul: multiplied,
};

/**
 * Kernels on tensors without values: those of wasm divide by zero, which ends the call, or answer what their memory held,
 * those of webgl throw.
 */
const emptyOn =
  (backend: 'wasm' | 'webgl'): Acceleration['apply'] =>
  (overrides) => {
    for (const [name, kernel] of Object.entries(KERNELS)) {
      const before = tf.getKernel(name, backend);
      if (!before) continue;
      overrides.kernel({ ...before, kernelFunc: (call) => kernel(call) ?? before.kernelFunc(call) });
    }
  };

export const emptyOnWasm: Acceleration = { backend: 'wasm', apply: emptyOn('wasm') };
export const emptyOnWebgl: Acceleration = { apply: emptyOn('webgl') };
