import * as tf from '@tensorflow/tfjs';
import type { Acceleration } from '../acceleration.js';
import type { Algebra, Shaped } from '../algebra.js';
import { type Block, blockLstm, blockLstmGradient } from './block-lstm.js';
import { activate, before, folded, isStandard, rows } from './recurrent.js';
import { type Form, type Recurrence, recurrenceOf, wholeSequence } from './whole-sequence.js';

const composed = recurrenceOf({
  forward,
  backpropagate,
  gradients: [toInput, toKernel, toRecurrent, toBias],
});
const byBlock: Recurrence = {
  forward: (inputs, { all }) => blockLstm(inputs, all),
  backward: (dy, inputs, trace, { all }) => blockLstmGradient(dy, inputs, trace as Block, all),
};

/**
 * LSTM layers a whole sequence at once: one product for all inputs, and a gradient in closed form whose sums over the
 * steps are one product each; on the native backend TensorFlow's own ops for it where the gates are sigmoid. tfjs
 * differentiates each of a step's thirty ops.
 */
export const lstm: Acceleration = wholeSequence('LSTM', composed, (cell) =>
  tf.getBackend() === 'tensorflow' && isStandard(cell) ? byBlock : composed,
);

/**
 * `z = x W + h U + b` in four parts; `i, f, o = gate(z0, z1, z3)`, `g = act(z2)`, `c = f c + i g`, `h = o act(c)`.
 *
 * @returns the output; then for all steps the gates i, f, o; candidates g; cells c; their activation; states h
 */
function forward<T extends Shaped>(
  algebra: Algebra<T>,
  [x, ...weights]: T[],
  { activation, gates, all }: Form,
): T[] {
  const { add, mul, matMul, split, slice, stack } = algebra;
  const [batch = 0, steps = 0] = x!.shape;
  const [w, u, b] = folded(algebra, [gates, gates, activation, gates], weights);
  const units = u.shape[0]!;
  const flat = matMul(rows(algebra, algebra.swapTime(x!)), w);
  const products = algebra.reshape(b ? algebra.addBias(flat, b) : flat, [steps, batch, 4 * units]);
  const trace: T[][] = [[], [], [], [], [], [], []];
  let [h, c]: [T | null, T | null] = [null, null];
  for (const product of algebra.unstack(products)) {
    const z: T = h ? add(product, matMul(h, u)) : product;
    const [i, f, , o] = split(gates.of(algebra, z), 4, 1) as [T, T, T, T];
    const g = activation.of(algebra, slice(z, [0, 2 * units], [batch, units]));
    const added = mul(i, g);
    c = c ? add(mul(f, c), added) : added;
    const a = activate(algebra, activation, c);
    h = mul(o, a);
    for (const [k, value] of [i, f, o, g, c, a, h].entries()) trace[k]?.push(value);
  }
  const stacked = trace.map(stack);
  return [all ? algebra.swapTime(stacked[6]!) : h!, ...stacked];
}

/**
 * From the last step to the first, `dc = dc' + dh o act'`, `dz = [dc g i', dc c_ f', dc i g', dh a o']`,
 * `dh' = dz U^T`, `dc' = dc f`, with the factors of all steps computed at once.
 *
 * @returns dz of all steps as rows
 */
function backpropagate<T extends Shaped>(
  algebra: Algebra<T>,
  dy: T,
  [, , u]: T[],
  [i, f, o, g, c, a]: T[],
  { activation, gates, all }: Form,
): T[] {
  const { add, mul, matMul, concat, unstack } = algebra;
  const timesGateSlope = (v: T, gate: T | undefined) => gates.timesSlope(algebra, v, gate!);
  const timesActivationSlope = (v: T | undefined, y: T | undefined) => activation.timesSlope(algebra, v!, y!);
  const factors = unstack(
    concat(
      [
        timesGateSlope(g!, i),
        timesGateSlope(before(algebra, c!), f),
        timesActivationSlope(i, g),
        timesGateSlope(a!, o),
      ],
      2,
    ),
  );
  const toCell = unstack(timesActivationSlope(o, a));
  const forget = unstack(f!);
  const outer = all ? unstack(algebra.swapTime(dy)) : [];
  const dzs: T[] = [];
  let [dhNext, dcNext]: [T | null, T | null] = [all ? null : dy, null];
  for (let t = factors.length - 1; t >= 0; t--) {
    const out = outer[t];
    const dh = out && dhNext ? add(out, dhNext) : (out ?? dhNext)!;
    const own = mul(dh, toCell[t]!);
    const dc: T = dcNext ? add(dcNext, own) : own;
    const dz = mul(concat([dc, dc, dc, dh], 1), factors[t]!);
    dzs.unshift(dz);
    if (t === 0) break;
    dhNext = matMul(dz, u!, false, true);
    dcNext = mul(dc, forget[t]!);
  }
  return [algebra.clear(rows(algebra, algebra.stack(dzs)))];
}

/** `dx = dz W^T`. */
function toInput<T extends Shaped>(algebra: Algebra<T>, [dz]: T[], [x, w]: T[]): T {
  const [batch = 0, steps = 0, features = 0] = x!.shape;
  const flat = algebra.matMul(dz!, w!, false, true);
  return algebra.swapTime(algebra.reshape(flat, [steps, batch, features]));
}

/** `dW = x^T dz`. */
function toKernel<T extends Shaped>(algebra: Algebra<T>, [dz]: T[], [x]: T[]): T {
  return algebra.clear(algebra.matMul(rows(algebra, algebra.swapTime(x!)), dz!, true));
}

/** `dU = h_^T dz`, h_ the states before. */
function toRecurrent<T extends Shaped>(algebra: Algebra<T>, [dz]: T[], _: T[], trace: T[]): T {
  return algebra.clear(algebra.matMul(rows(algebra, before(algebra, trace[6]!)), dz!, true));
}

/** `db = sum dz`. */
function toBias<T extends Shaped>({ sumRows }: Algebra<T>, [dz]: T[]): T {
  return sumRows(dz!);
}
