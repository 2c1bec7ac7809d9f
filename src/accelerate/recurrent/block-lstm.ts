import type * as tf from '@tensorflow/tfjs';
import { BIAS, FILL, FLOAT, INDEXED, SHAPED, SLICE, TRANSPOSE } from '../../ops/native-attributes.js';
import { type Handle, nativeProgram, nativeResult, type Ops } from '../../ops/native-op.js';

/** What `BlockLSTMV2` computes and its gradient needs: i, c, f, o, the candidates, tanh c, h; `[steps, batch, units]`. */
export type Block<T = tf.Tensor> = [i: T, c: T, f: T, o: T, candidates: T, a: T, h: T];

const CELL = { ...FLOAT, use_peephole: false } as const;
const SEQUENCE = { ...CELL, cell_clip: 0 } as const;
const LENGTH = { SrcT: 'int32', DstT: 'int64' } as const;
const SPLIT = { ...FLOAT, num_split: { int: 4 } } as const;
const BY_TRANSPOSED = { ...FLOAT, adj_x: false, adj_y: true } as const;
const TRANSPOSED_BY = { ...FLOAT, adj_x: true, adj_y: false } as const;

/**
 * A whole sequence through an LSTM of sigmoid gates and tanh by one op; native backend only.
 *
 * @param x `[batch, steps, features]`
 * @returns the states, `[batch, steps, units]` or the last ones, and what the gradient needs
 */
export function blockLstm([x, w, u, b]: tf.Tensor[], all: boolean): { y: tf.Tensor; trace: Block } {
  const [batch = 0, steps = 0] = x!.shape;
  const units = u!.shape[0]!;
  const inputs = [x, w, u, b].filter((input) => input !== undefined);
  const [y, ...trace] = nativeProgram(inputs, (ops, ...given) => {
    const { op, integer, integers, scalar, filled } = ops;
    const [x, w, u, b] = given as [Handle, Handle, Handle, Handle?];
    const length = op('Cast', LENGTH, integer(steps));
    const state = op('Fill', FILL, integers([batch, units]), scalar(0));
    const weights = op('ConcatV2', { ...INDEXED, N: { int: 2 } }, w, u, integer(0));
    const peephole = filled(units, 0);
    const block = ops.ops(
      7,
      'BlockLSTMV2',
      SEQUENCE,
      ...[length, op('Transpose', TRANSPOSE, x, integers([1, 0, 2])), state, state, weights],
      ...[peephole, peephole, peephole, b ?? filled(4 * units, 0)],
    ) as Block<Handle>;
    const h = block[6];
    const last = () => op('Slice', SLICE, h, integers([steps - 1, 0, 0]), integers([1, batch, units]));
    return [
      all
        ? op('Transpose', TRANSPOSE, h, integers([1, 0, 2]))
        : op('Reshape', SHAPED, last(), integers([batch, units])),
      ...block,
    ];
  }) as [tf.Tensor, ...Block];
  return { y, trace };
}

/**
 * The gradients by x, W, U and b, from the last step to the first by TensorFlow's op for the gates of one step, which
 * takes half the time of its op for the whole sequence; then the sums over the steps, one product each.
 */
export function blockLstmGradient(
  dy: tf.Tensor,
  [x, w, u, b]: tf.Tensor[],
  block: Block,
  all: boolean,
): (() => tf.Tensor)[] {
  const [steps = 0, batch = 0, units = 0] = block[0].shape;
  const features = x!.shape[2]!;
  const dz = nativeResult([dy, u!, ...block], (ops, dy, u, ...block) =>
    gateGradients(ops, [dy, u], block, all),
  )!;
  const dx = () =>
    nativeResult([dz, w!], (ops, dz, w) => {
      const { op, integers } = ops;
      const flat = op('BatchMatMulV2', BY_TRANSPOSED, dz, swapped(ops, w));
      const timeFirst = op('Reshape', SHAPED, flat, integers([steps, batch, features]));
      return op('Transpose', TRANSPOSE, timeFirst, integers([1, 0, 2]));
    })!;
  const dw = () =>
    nativeResult([x!, dz], (ops, x, dz) => {
      const { op, integers } = ops;
      const timeFirst = op('Transpose', TRANSPOSE, x, integers([1, 0, 2]));
      const rows = op('Reshape', SHAPED, timeFirst, integers([-1, features]));
      return swapped(ops, op('BatchMatMulV2', TRANSPOSED_BY, rows, dz));
    })!;
  const du = () =>
    nativeResult([block[6], dz], (ops, h, dz) => {
      const { op, integers } = ops;
      const rows = op('Reshape', SHAPED, h, integers([-1, units]));
      const size = (steps - 1) * batch;
      const before = op('Slice', SLICE, rows, integers([0, 0]), integers([size, units]));
      const after = op('Slice', SLICE, dz, integers([batch, 0]), integers([size, 4 * units]));
      return swapped(ops, op('BatchMatMulV2', TRANSPOSED_BY, before, after));
    })!;
  const db = () => nativeResult([dz], (ops, dz) => swapped(ops, ops.op('BiasAddGrad', BIAS, dz)))!;
  return [dx, dw, du, ...(b ? [db] : [])];
}

/** The gradients by what goes into the gates, `[steps batch, 4 units]`, in that op's order: i, candidates, f, o. */
function gateGradients(ops: Ops, [dy, u]: [Handle, Handle], block: Block<Handle>, all: boolean): Handle {
  const { op, integers, scalar, filled } = ops;
  const [steps = 0, batch = 0, units = 0] = block[0].shape;
  const stepsOf = (t: Handle) =>
    ops.ops(steps, 'Unpack', { ...FLOAT, num: { int: steps }, axis: { int: 0 } }, t);
  const [i, c, f, o, candidates, a] = block.slice(0, 6).map(stepsOf) as Block<Handle[]>;
  const outer = all ? stepsOf(op('Transpose', TRANSPOSE, dy, integers([1, 0, 2]))) : [];
  const recurrent = swapped(ops, u);
  const zeros = op('Fill', FILL, integers([batch, units]), scalar(0));
  // The op looks at the shapes of these only.
  const x = op('Fill', FILL, integers([batch, 0]), scalar(0));
  const peephole = filled(units, 0);
  const bias = filled(4 * units, 0);
  const gates: Handle[] = [];
  let dc = zeros;
  let next: Handle | null = all ? null : dy;
  for (let t = steps - 1; t >= 0; t--) {
    const out = outer[t];
    const dh = out && next ? op('AddV2', FLOAT, out, next) : (out ?? next)!;
    const [dcBefore, dz] = ops.ops(
      5,
      'LSTMBlockCellGrad',
      CELL,
      ...[x, c[t - 1] ?? zeros, zeros, u, peephole, peephole, peephole, bias],
      ...[i, c, f, o, candidates, a].map((values) => values[t]!),
      ...[dc, dh],
    ) as [Handle, Handle];
    gates.unshift(dz);
    dc = dcBefore;
    if (t > 0) next = op('BatchMatMulV2', BY_TRANSPOSED, dz, recurrent);
  }
  const stacked = op('Pack', { ...FLOAT, N: { int: steps }, axis: { int: 0 } }, ...gates);
  return op('Reshape', SHAPED, stacked, integers([-1, 4 * units]));
}

/** The last axis in the order of the other op: the second of its four parts changed with the third. */
function swapped({ op, ops, integer }: Ops, t: Handle): Handle {
  const axis = t.shape.length - 1;
  const [first, second, third, last] = ops(4, 'Split', SPLIT, integer(axis), t);
  return op('ConcatV2', { ...INDEXED, N: { int: 4 } }, first!, third!, second!, last!, integer(axis));
}
