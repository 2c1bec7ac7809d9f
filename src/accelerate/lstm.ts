import * as tf from '@tensorflow/tfjs';
import { clearPadding } from '../ops/padding.js';
import type { Acceleration } from './acceleration.js';
import { type Block, blockLstm, blockLstmGradient } from './block-lstm.js';
import { columnSums } from './column-sums.js';
import { before, isStandard, rows, stepsOf, swapTime } from './recurrent.js';
import { type Form, type Recurrence, wholeSequence } from './whole-sequence.js';

const composed: Recurrence = { forward, backward };
const byBlock: Recurrence = {
  forward: (inputs, { all }) => blockLstm(inputs, all),
  backward: (dy, inputs, trace, { all }) => blockLstmGradient(dy, inputs, trace as Block, all),
};

/**
 * LSTM layers a whole sequence at once: one product for all inputs, and a gradient in closed form whose sums over the
 * steps are one product each; on the native backend TensorFlow's op for whole sequences where the gates are sigmoid. tfjs
 * differentiates each of a step's thirty ops.
 */
export const lstm: Acceleration = {
  name: 'lstm',
  ...wholeSequence('LSTM', composed, (cell) =>
    tf.getBackend() === 'tensorflow' && isStandard(cell) ? byBlock : composed,
  ),
};

/** `[steps, batch, ...]`: gates i, f, (unused), o; candidates g; cells c; their activation; states h. */
type Trace = [gates: tf.Tensor, g: tf.Tensor, c: tf.Tensor, a: tf.Tensor, h: tf.Tensor];

/**
 * `z = x W + h U + b` in four parts; `i, f, o = gate(z0, z1, z3)`, `g = act(z2)`, `c = f c + i g`, `h = o act(c)`.
 */
function forward(
  [x, w, u, b]: tf.Tensor[],
  { activation, gates, all }: Form,
): { y: tf.Tensor; trace: Trace } {
  const [, recurrent] = [w, u as tf.Tensor2D];
  const units = recurrent.shape[0];
  const flat = tf.matMul(rows(swapTime(x as tf.Tensor)), w as tf.Tensor2D);
  const { shape } = x as tf.Tensor3D;
  const products = (b ? tf.add(flat, b) : flat).reshape([shape[1], shape[0], 4 * units]);
  const trace: [tf.Tensor[], tf.Tensor[], tf.Tensor[], tf.Tensor[], tf.Tensor[]] = [[], [], [], [], []];
  let [h, c]: [tf.Tensor | null, tf.Tensor | null] = [null, null];
  for (const product of stepsOf(products)) {
    const z = h ? tf.add(product, tf.matMul(h as tf.Tensor2D, recurrent)) : product;
    const s = gates.of(z);
    const [i, f, , o] = tf.split(s, 4, 1) as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
    const g = activation.of(tf.slice(z, [0, 2 * units], [-1, units]));
    const added = tf.mul(i, g);
    c = c ? tf.add(tf.mul(f, c), added) : added;
    const a = activation.of(c);
    h = tf.mul(o, a);
    for (const [k, value] of [s, g, c, a, h].entries()) trace[k]?.push(value);
  }
  const stacked = trace.map((values) => tf.stack(values)) as Trace;
  return { y: all ? swapTime(stacked[4]) : (h as tf.Tensor), trace: stacked };
}

/**
 * From the last step to the first, `dc = dc' + dh o act'`, `dz = [dc g i', dc c_ f', dc i g', dh a o']`,
 * `dh' = dz U^T`, `dc' = dc f`, with the factors of all steps computed at once; then `dx = dz W^T`, `dW = x^T dz`,
 * `dU = h_^T dz`, `db = sum dz`.
 */
function backward(dy: tf.Tensor, inputs: tf.Tensor[], trace: Trace, form: Form): (() => tf.Tensor)[] {
  const [x, w, u, b] = inputs as [tf.Tensor3D, tf.Tensor2D, tf.Tensor2D, tf.Tensor?];
  const [s, g, c, a, h] = trace;
  const [i, f, , o] = tf.split(s, 4, 2) as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
  const slopes = tf.split(form.gates.slope(s), 4, 2) as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
  const factors = stepsOf(
    tf.concat(
      [
        tf.mul(g, slopes[0]),
        tf.mul(before(c), slopes[1]),
        tf.mul(i, form.activation.slope(g)),
        tf.mul(a, slopes[3]),
      ],
      2,
    ),
  );
  const toCell = stepsOf(tf.mul(o, form.activation.slope(a)));
  const forget = stepsOf(f);
  const outer = form.all ? stepsOf(swapTime(dy)) : [];
  const dzs: tf.Tensor[] = [];
  let [dhNext, dcNext]: [tf.Tensor | null, tf.Tensor | null] = [form.all ? null : dy, null];
  for (let t = factors.length - 1; t >= 0; t--) {
    const out = outer[t];
    const dh = out && dhNext ? tf.add(out, dhNext) : ((out ?? dhNext) as tf.Tensor);
    const own = tf.mul(dh, toCell[t] as tf.Tensor);
    const dc: tf.Tensor = dcNext ? tf.add(dcNext, own) : own;
    const dz = tf.mul(tf.concat([dc, dc, dc, dh], 1), factors[t] as tf.Tensor);
    dzs.unshift(dz);
    if (t === 0) break;
    dhNext = tf.matMul(dz as tf.Tensor2D, u, false, true);
    dcNext = tf.mul(dc, forget[t] as tf.Tensor);
  }
  const dz = clearPadding(rows(tf.stack(dzs)));
  const dx = () => {
    const flat = tf.matMul(dz, w, false, true);
    return swapTime(flat.reshape([x.shape[1], x.shape[0], x.shape[2]]));
  };
  return [
    dx,
    () => clearPadding(tf.matMul(rows(swapTime(x)), dz, true, false)),
    () => clearPadding(tf.matMul(rows(before(h)), dz, true, false)),
    ...(b ? [() => columnSums(dz)] : []),
  ];
}
