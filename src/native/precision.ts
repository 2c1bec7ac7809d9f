import type * as tfjs from '@tensorflow/tfjs';
import type { Machine } from './machine.js';
import { roundProducts } from './rounded-products.js';

/** The precision of the inputs of products; everything else is float32 with either. */
export type Precision = 'float32' | 'bfloat16';

export const precisions: readonly Precision[] = ['float32', 'bfloat16'];

/** Read by TensorFlow at the first product of a process, once. */
const VARIABLE = 'TF_SET_ONEDNN_FPMATH_MODE';

/** The part of a processor that multiplies bfloat16 numbers, and the ways in which TensorFlow 2.21 comes to use it. */
export interface Bfloat16Units {
  name: 'AMX' | 'AVX512_BF16' | 'BF16 of Arm';
  /** oneDNN rounds the float32 inputs of products and convolutions itself where `VARIABLE` allows it. */
  roundsItself: boolean;
  /** The inputs can be handed over as bfloat16. */
  takesBfloat16: boolean;
}

/**
 * The units of a processor, by the names that the operating system gives to its features.
 *
 * What oneDNN 3.7 in TensorFlow 2.21 does was found by products of 1 + 2^-12, which bfloat16 cannot hold, and by its own
 * log. The variable applies to `BatchMatMulV2` (of any size and transposition; tfjs multiplies with it), `Conv2D` and both
 * of its gradients; it does not apply to `MatMul`, nor to the products within `BlockLSTMV2` and its gradient, which call
 * another function of oneDNN (gemm). Where it applies, oneDNN rounds on AMX alone (`is_bf32` in its source): on a processor
 * with AVX512_BF16 and no AMX (AMD EPYC 9004) each of these ops is exact with the variable set, as are PyTorch's with
 * its medium precision. The same processor multiplies bfloat16 tensors in about half the time of float32 ones, so there
 * they are handed over as such.
 */
export function bfloat16Units(machine: Machine): Bfloat16Units | undefined {
  const features = machine.processorFeatures();
  if (features.includes('amx_bf16')) return { name: 'AMX', roundsItself: true, takesBfloat16: true };
  if (features.includes('avx512_bf16')) {
    return { name: 'AVX512_BF16', roundsItself: false, takesBfloat16: true };
  }
  if (features.includes('bf16')) return { name: 'BF16 of Arm', roundsItself: true, takesBfloat16: false };
  return undefined;
}

/** The precision that is in effect, and why it is not the one asked for; '' where it is. */
export interface Settled {
  precision: Precision;
  problem: string;
}

let stopRounding: (() => void) | undefined;

/**
 * Loads the native backend and settles its precision. A product tells what is in effect: a variable that the user has
 * set is left as it is, and one set here does not stay for child processes.
 */
export async function withPrecision(
  asked: Precision,
  machine: Machine,
  tf: typeof tfjs,
  load: () => Promise<void>,
): Promise<Settled> {
  const units = bfloat16Units(machine);
  const isOurs = asked === 'bfloat16' && units?.roundsItself === true && machine.env[VARIABLE] === undefined;
  if (isOurs) machine.env[VARIABLE] = 'BF16';
  try {
    await load();
    stopRounding?.();
    stopRounding = undefined;
    if (roundsProducts(tf)) return settled(asked, 'bfloat16', machine);
    if (asked === 'bfloat16' && units?.takesBfloat16) {
      stopRounding = roundProducts(tf);
      if (roundsProducts(tf)) return settled(asked, 'bfloat16', machine);
      stopRounding();
      stopRounding = undefined;
    }
    return settled(asked, 'float32', machine);
  } finally {
    if (isOurs) delete machine.env[VARIABLE];
  }
}

/** Whether products round to bfloat16, tried on one large enough for every way of rounding to apply. */
function roundsProducts(tf: typeof tfjs): boolean {
  const SIZE = 256;
  return tf.tidy(() => {
    const product = tf.matMul(tf.fill([SIZE, SIZE], 1 + 2 ** -12), tf.ones([SIZE, SIZE]));
    return product.dataSync()[0] === SIZE;
  });
}

function settled(asked: Precision, precision: Precision, machine: Machine): Settled {
  if (asked === precision) return { precision, problem: '' };
  return {
    precision,
    problem: `${asked} not in effect: ${asked === 'float32' ? whyRounded(machine) : whyNot(machine)}`,
  };
}

function whyRounded({ env }: Machine): string {
  const value = env[VARIABLE];
  if (value !== undefined) return `${VARIABLE} is "${value}" in the environment; unset it`;
  return 'TensorFlow keeps the bfloat16 that this process began with; use another process';
}

function whyNot(machine: Machine): string {
  const units = bfloat16Units(machine);
  if (!units) return 'the processor has no units for it (AMX, AVX512_BF16 or BF16 of Arm); float32 is used';
  const value = machine.env[VARIABLE];
  if (value !== undefined && value !== 'BF16') {
    return `${VARIABLE} is "${value}" in the environment; unset it`;
  }
  return `TensorFlow does not use the ${units.name} of this processor, or has multiplied in float32 before in this process; ask for it at the first loadBackend`;
}

/** The same for a backend that has no products but float32 ones. */
export function settledWithout(asked: Precision, backend: string): Settled {
  if (asked === 'float32') return { precision: asked, problem: '' };
  return {
    precision: 'float32',
    problem: `${asked} not in effect: the ${backend} backend computes in float32; only the native one has it`,
  };
}
