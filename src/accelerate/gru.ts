import * as tf from '@tensorflow/tfjs';
import { clearPadding } from '../ops/padding.js';
import type { Acceleration } from './acceleration.js';
import { columnSums } from './column-sums.js';
import { before, rows, stepsOf, swapTime } from './recurrent.js';
import { type Form, type Recurrence, wholeSequence } from './whole-sequence.js';

const composed: Recurrence = { forward, backward };

/**
 * GRU layers a whole sequence at once: one product for all inputs, and a gradient in closed form whose sums over the steps
 * are one product each.
 */
export const gru: Acceleration = { name: 'gru', ...wholeSequence('GRU', composed, () => composed) };

/** `[steps, batch, ...]`: gates z and r in one, candidates, states. */
type Trace = [gates: tf.Tensor, candidates: tf.Tensor, h: tf.Tensor];

/** The recurrent kernel's part for the gates, and that for the candidate. */
function partsOf(u: tf.Tensor2D): [tf.Tensor2D, tf.Tensor2D] {
  const units = u.shape[0];
  return [tf.slice(u, [0, 0], [units, 2 * units]), tf.slice(u, [0, 2 * units], [units, units])];
}

/**
 * `z, r = gate(x W_zr + h U_zr + b_zr)`, `k = act(x W_k + (r h) U_k + b_k)`, `h = z h + (1 - z) k`.
 */
function forward(
  [x, w, u, b]: tf.Tensor[],
  { activation, gates, all }: Form,
): { y: tf.Tensor; trace: Trace } {
  const [gateKernel, candidateKernel] = partsOf(u as tf.Tensor2D);
  const [batch, steps] = (x as tf.Tensor3D).shape;
  const units = candidateKernel.shape[0];
  const flat = tf.matMul(rows(swapTime(x as tf.Tensor)), w as tf.Tensor2D);
  const products = (b ? tf.add(flat, b) : flat).reshape([steps, batch, 3 * units]);
  const trace: [tf.Tensor[], tf.Tensor[], tf.Tensor[]] = [[], [], []];
  let h: tf.Tensor = tf.zeros([batch, units]);
  for (const product of stepsOf(products)) {
    const ofGates = tf.slice(product, [0, 0], [-1, 2 * units]);
    const zr = gates.of(tf.add(ofGates, tf.matMul(h as tf.Tensor2D, gateKernel)));
    const [z, r] = tf.split(zr, 2, 1) as [tf.Tensor2D, tf.Tensor2D];
    const inner = tf.matMul(tf.mul(r, h) as tf.Tensor2D, candidateKernel);
    const k = activation.of(tf.add(tf.slice(product, [0, 2 * units], [-1, units]), inner));
    h = tf.add(k, tf.mul(z, tf.sub(h, k)));
    for (const [i, value] of [zr, k, h].entries()) trace[i]?.push(value);
  }
  const stacked = trace.map((values) => tf.stack(values)) as Trace;
  return { y: all ? swapTime(stacked[2]) : h, trace: stacked };
}

/**
 * From the last step to the first, with `g` the state before: `dk = dh (1 - z) act'`, `e = dk U_k^T`,
 * `dzr = [dh (g - k), e g] gate'`, `dg = dh z + e r + dzr U_zr^T`; then the sums over the steps, one product each.
 */
function backward(dy: tf.Tensor, inputs: tf.Tensor[], trace: Trace, form: Form): (() => tf.Tensor)[] {
  const [x, w, u, b] = inputs as [tf.Tensor3D, tf.Tensor2D, tf.Tensor2D, tf.Tensor?];
  const [gateKernel, candidateKernel] = partsOf(u);
  const [zr, k, h] = trace;
  const [z, r] = tf.split(zr, 2, 2) as [tf.Tensor, tf.Tensor];
  const g = before(h);
  const [slopeZ, slopeR] = tf.split(form.gates.slope(zr), 2, 2) as [tf.Tensor, tf.Tensor];
  const toCandidate = stepsOf(tf.mul(tf.sub(1, z), form.activation.slope(k)));
  const toZ = stepsOf(tf.mul(tf.sub(g, k), slopeZ));
  const toR = stepsOf(tf.mul(g, slopeR));
  const [keep, reset] = [stepsOf(z), stepsOf(r)];
  const outer = form.all ? stepsOf(swapTime(dy)) : [];
  const gates: tf.Tensor[] = [];
  const candidates: tf.Tensor[] = [];
  let next: tf.Tensor | null = form.all ? null : dy;
  for (let t = keep.length - 1; t >= 0; t--) {
    const out = outer[t];
    const dh = out && next ? tf.add(out, next) : ((out ?? next) as tf.Tensor);
    const dk = tf.mul(dh, toCandidate[t] as tf.Tensor);
    const e = tf.matMul(dk as tf.Tensor2D, candidateKernel, false, true);
    const dzr = tf.concat([tf.mul(dh, toZ[t] as tf.Tensor), tf.mul(e, toR[t] as tf.Tensor)], 1);
    gates.unshift(dzr);
    candidates.unshift(dk);
    if (t === 0) break;
    const through = tf.matMul(dzr as tf.Tensor2D, gateKernel, false, true);
    next = tf.addN([tf.mul(dh, keep[t] as tf.Tensor), tf.mul(e, reset[t] as tf.Tensor), through]);
  }
  const [ofGates, ofCandidates] = [gates, candidates].map((list) => clearPadding(rows(tf.stack(list)))) as [
    tf.Tensor2D,
    tf.Tensor2D,
  ];
  const d = tf.concat([ofGates, ofCandidates], 1) as tf.Tensor2D;
  const dx = () => swapTime(tf.matMul(d, w, false, true).reshape([x.shape[1], x.shape[0], x.shape[2]]));
  const du = () =>
    tf.concat(
      [tf.matMul(rows(g), ofGates, true, false), tf.matMul(rows(tf.mul(r, g)), ofCandidates, true, false)],
      1,
    );
  return [
    dx,
    () => clearPadding(tf.matMul(rows(swapTime(x)), d, true, false)),
    () => clearPadding(du()),
    ...(b ? [() => columnSums(d)] : []),
  ];
}
