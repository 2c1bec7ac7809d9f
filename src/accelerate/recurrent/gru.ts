import type { Acceleration } from '../acceleration.js';
import type { Algebra, Shaped } from '../algebra.js';
import { before, folded, rows } from './recurrent.js';
import { type Form, recurrenceOf, wholeSequence } from './whole-sequence.js';

const composed = recurrenceOf({
  forward,
  backpropagate,
  gradients: [toInput, toKernel, toRecurrent, toBias],
});

/**
 * GRU layers a whole sequence at once: one product for all inputs, and a gradient in closed form whose sums over the steps
 * are one product each.
 */
export const gru: Acceleration = wholeSequence('GRU', composed, () => composed);

/** A kernel's columns for the gates, and those for the candidate. */
function partsOf<T extends Shaped>({ slice }: Algebra<T>, kernel: T): [T, T] {
  const [inputs = 0, columns = 0] = kernel.shape;
  const units = columns / 3;
  return [slice(kernel, [0, 0], [inputs, 2 * units]), slice(kernel, [0, 2 * units], [inputs, units])];
}

/**
 * `z, r = gate(x W_zr + h U_zr + b_zr)`, `k = act(x W_k + (r h) U_k + b_k)`, `h = z h + (1 - z) k`.
 *
 * @returns the output; then for all steps the gates z and r, candidates, states
 */
function forward<T extends Shaped>(
  algebra: Algebra<T>,
  [x, ...weights]: T[],
  { activation, gates, all }: Form,
): T[] {
  const { add, sub, mul, matMul, unstack, reshape, swapTime } = algebra;
  const [batch = 0, steps = 0] = x!.shape;
  const [w, u, b] = folded(algebra, [gates, gates, activation], weights);
  const [gateKernel, candidateKernel] = partsOf(algebra, u);
  const units = candidateKernel.shape[0]!;
  const flat = matMul(rows(algebra, swapTime(x!)), w);
  const products = partsOf(algebra, b ? algebra.addBias(flat, b) : flat);
  const [ofGates, ofCandidates] = products.map((part, i) =>
    unstack(reshape(part, [steps, batch, i === 0 ? 2 * units : units])),
  ) as [T[], T[]];
  const trace: T[][] = [[], [], [], []];
  let h = algebra.zeros([batch, units]);
  for (let t = 0; t < steps; t++) {
    const zr = gates.of(algebra, add(ofGates[t]!, matMul(h, gateKernel)));
    const [z, r] = algebra.split(zr, 2, 1) as [T, T];
    const inner = matMul(mul(r, h), candidateKernel);
    const k = activation.of(algebra, add(ofCandidates[t]!, inner));
    h = add(k, mul(z, sub(h, k)));
    for (const [i, value] of [z, r, k, h].entries()) trace[i]?.push(value);
  }
  const stacked = trace.map(algebra.stack);
  return [all ? swapTime(stacked[3]!) : h, ...stacked];
}

/**
 * From the last step to the first, with `g` the state before: `dk = dh (1 - z) act'`, `e = dk U_k^T`,
 * `dzr = [dh (g - k), e g] gate'`, `dg = dh z + e r + dzr U_zr^T`.
 *
 * @returns dzr and dk of all steps as rows
 */
function backpropagate<T extends Shaped>(
  algebra: Algebra<T>,
  dy: T,
  [, , u]: T[],
  [z, r, k, h]: T[],
  { activation, gates, all }: Form,
): T[] {
  const { add, sub, mul, matMul, unstack } = algebra;
  const [gateKernel, candidateKernel] = partsOf(algebra, u!);
  const g = before(algebra, h!);
  const toCandidate = unstack(activation.timesSlope(algebra, algebra.oneMinus(z!), k!));
  const toZ = unstack(gates.timesSlope(algebra, sub(g, k!), z!));
  const toR = unstack(gates.timesSlope(algebra, g, r!));
  const [keep, reset] = [unstack(z!), unstack(r!)];
  const outer = all ? unstack(algebra.swapTime(dy)) : [];
  const ofGates: T[] = [];
  const ofCandidates: T[] = [];
  let next: T | null = all ? null : dy;
  for (let t = keep.length - 1; t >= 0; t--) {
    const out = outer[t];
    const dh = out && next ? add(out, next) : (out ?? next)!;
    const dk = mul(dh, toCandidate[t]!);
    const e = matMul(dk, candidateKernel, false, true);
    const dzr = algebra.concat([mul(dh, toZ[t]!), mul(e, toR[t]!)], 1);
    ofGates.unshift(dzr);
    ofCandidates.unshift(dk);
    if (t === 0) break;
    const around = add(mul(dh, keep[t]!), mul(e, reset[t]!));
    next = add(around, matMul(dzr, gateKernel, false, true));
  }
  return [ofGates, ofCandidates].map((list) => algebra.clear(rows(algebra, algebra.stack(list))));
}

const joined = <T extends Shaped>({ concat }: Algebra<T>, parts: T[]): T => concat(parts, 1);

/** `dx = d W^T`, d for gates and candidate. */
function toInput<T extends Shaped>(algebra: Algebra<T>, d: T[], [x, w]: T[]): T {
  const [batch = 0, steps = 0, features = 0] = x!.shape;
  const flat = algebra.matMul(joined(algebra, d), w!, false, true);
  return algebra.swapTime(algebra.reshape(flat, [steps, batch, features]));
}

/** `dW = x^T d`. */
function toKernel<T extends Shaped>(algebra: Algebra<T>, d: T[], [x]: T[]): T {
  const inputs = rows(algebra, algebra.swapTime(x!));
  return algebra.clear(algebra.matMul(inputs, joined(algebra, d), true));
}

/** `dU = [g^T dzr, (r g)^T dk]`. */
function toRecurrent<T extends Shaped>(algebra: Algebra<T>, [dzr, dk]: T[], _: T[], [, r, , h]: T[]): T {
  const g = before(algebra, h!);
  const toGates = algebra.matMul(rows(algebra, g), dzr!, true);
  const toCandidate = algebra.matMul(rows(algebra, algebra.mul(r!, g)), dk!, true);
  return algebra.clear(joined(algebra, [toGates, toCandidate]));
}

/** `db = sum d`. */
function toBias<T extends Shaped>(algebra: Algebra<T>, d: T[]): T {
  return algebra.sumRows(joined(algebra, d));
}
