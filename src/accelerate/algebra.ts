import * as tf from '@tensorflow/tfjs';
import {
  BIAS,
  DROP,
  FILL,
  FLOAT,
  INDEXED,
  KEEP,
  SHAPED,
  SLICE,
  TRANSPOSE,
} from '../ops/native-attributes.js';
import { type Handle, nativeProgram, type Ops } from '../ops/native-op.js';
import { clearPadding } from '../ops/padding.js';
import { reluGradientInOps, reluGradientInTensors } from '../ops/relu-gradient.js';
import { isRecording } from '../tfjs/recording.js';

export interface Shaped {
  readonly shape: number[];
}

/**
 * The operations that a recurrence is written in, once for both tensors of tfjs and programs of TensorFlow's ops. Each does
 * what the op of its name does in tfjs.
 */
export interface Algebra<T extends Shaped> {
  add(a: T, b: T): T;
  sub(a: T, b: T): T;
  mul(a: T, b: T): T;
  div(a: T, b: T): T;
  log(x: T): T;
  /** 1 where two are equal, else 0; it has no gradient. */
  equal(a: T, b: T): T;
  tanh(x: T): T;
  sigmoid(x: T): T;
  relu(x: T): T;
  /** `v` times the derivative of the activation, which is computed from its value y. */
  tanhGradient(v: T, y: T): T;
  sigmoidGradient(v: T, y: T): T;
  reluGradient(v: T, y: T): T;
  /** `v` where y is between two numbers, else 0. */
  clipGradient(v: T, y: T, least: number, most: number): T;
  oneMinus(x: T): T;
  scale(x: T, factor: number): T;
  shift(x: T, term: number): T;
  clip(x: T, least: number, most: number): T;
  matMul(a: T, b: T, transposeA?: boolean, transposeB?: boolean): T;
  /** A bias added to each row. */
  addBias(rows: T, bias: T): T;
  /** The gradient of `addBias` by the bias. */
  sumRows(rows: T): T;
  sumLast(x: T, keepDims: boolean): T;
  zeros(shape: number[]): T;
  filled(size: number, value: number): T;
  reshape(x: T, shape: number[]): T;
  /** The first two axes of three exchanged. */
  swapTime(x: T): T;
  slice(x: T, begin: number[], size: number[]): T;
  concat(parts: T[], axis: number): T;
  split(x: T, parts: number, axis: number): T[];
  stack(parts: T[]): T;
  unstack(x: T): T[];
  /** {@link clearPadding}. */
  clear(x: T): T;
}

/**
 * Computes by a program of TensorFlow's ops on the native backend; elsewhere, and where a gradient is taken of what is
 * computed, by ops of tfjs.
 */
export function compute(
  inputs: tf.Tensor[],
  f: <T extends Shaped>(algebra: Algebra<T>, inputs: T[]) => T[],
): tf.Tensor[] {
  const native = isRecording() ? null : nativeProgram(inputs, (ops, ...handles) => f(inOps(ops), handles));
  return native ?? tf.tidy(() => f(inTensors, inputs));
}

const inTensors: Algebra<tf.Tensor> = {
  add: tf.add,
  sub: tf.sub,
  mul: tf.mul,
  div: tf.div,
  log: tf.log,
  equal: (a, b) => tf.cast(tf.equal(a, b), 'float32'),
  tanh: tf.tanh,
  sigmoid: tf.sigmoid,
  relu: tf.relu,
  tanhGradient: (v, y) => tf.mul(v, tf.sub(1, tf.square(y))),
  sigmoidGradient: (v, y) => tf.mul(v, tf.mul(y, tf.sub(1, y))),
  reluGradient: reluGradientInTensors,
  clipGradient: (v, y, least, most) =>
    tf.mul(v, tf.cast(tf.greater(tf.mul(tf.sub(y, least), tf.sub(most, y)), 0), 'float32')),
  oneMinus: (x) => tf.sub(1, x),
  scale: tf.mul,
  shift: tf.add,
  clip: tf.clipByValue,
  matMul: (a, b, transposeA = false, transposeB = false) => tf.matMul(a, b, transposeA, transposeB),
  addBias: tf.add,
  sumRows: (rows) => tf.sum(rows, 0),
  sumLast: (x, keepDims) => tf.sum(x, -1, keepDims),
  zeros: (shape) => tf.zeros(shape),
  filled: (size, value) => tf.fill([size], value),
  reshape: (x, shape) => tf.reshape(x, shape),
  swapTime: (x) => tf.transpose(x, [1, 0, 2]),
  slice: (x, begin, size) => tf.slice(x, begin, size),
  concat: (parts, axis) => tf.concat(parts, axis),
  split: (x, parts, axis) => tf.split(x, parts, axis),
  stack: (parts) => tf.stack(parts),
  unstack,
  clear: clearPadding,
};

/** By slices of rows on wasm: its own op for it, and for a split, is fifty times as slow. */
function unstack(x: tf.Tensor): tf.Tensor[] {
  if (tf.getBackend() !== 'wasm') return tf.unstack(x);
  const [steps = 0, batch = 0, features = 0] = x.shape;
  const rows = tf.reshape(x, [-1, features]);
  return Array.from({ length: steps }, (_, t) => tf.slice(rows, [t * batch, 0], [batch, features]));
}

const FROM_BOOL = { SrcT: 'bool', DstT: 'float32', Truncate: false } as const;

const inOps = ({ op, ops, scalar, filled, integer, integers }: Ops): Algebra<Handle> => ({
  add: (a, b) => op('AddV2', FLOAT, a, b),
  sub: (a, b) => op('Sub', FLOAT, a, b),
  mul: (a, b) => op('Mul', FLOAT, a, b),
  div: (a, b) => op('RealDiv', FLOAT, a, b),
  log: (x) => op('Log', FLOAT, x),
  equal: (a, b) => op('Cast', FROM_BOOL, op('Equal', FLOAT, a, b)),
  tanh: (x) => op('Tanh', FLOAT, x),
  sigmoid: (x) => op('Sigmoid', FLOAT, x),
  relu: (x) => op('Relu', FLOAT, x),
  tanhGradient: (v, y) => op('TanhGrad', FLOAT, y, v),
  sigmoidGradient: (v, y) => op('SigmoidGrad', FLOAT, y, v),
  reluGradient: (v, y) => reluGradientInOps({ op }, v, y),
  clipGradient: (v, y, least, most) => {
    const sixth = op('Mul', FLOAT, op('Sub', FLOAT, y, scalar(least)), scalar(6 / (most - least)));
    return op('Relu6Grad', FLOAT, v, sixth);
  },
  oneMinus: (x) => op('Sub', FLOAT, scalar(1), x),
  scale: (x, factor) => op('Mul', FLOAT, x, scalar(factor)),
  shift: (x, term) => op('AddV2', FLOAT, x, scalar(term)),
  clip: (x, least, most) => op('ClipByValue', FLOAT, x, scalar(least), scalar(most)),
  matMul: (a, b, transposeA = false, transposeB = false) =>
    op('BatchMatMulV2', { ...FLOAT, adj_x: transposeA, adj_y: transposeB }, a, b),
  addBias: (rows, bias) => op('BiasAdd', BIAS, rows, bias),
  sumRows: (rows) => op('BiasAddGrad', BIAS, rows),
  sumLast: (x, keepDims) => op('Sum', keepDims ? KEEP : DROP, x, integers([-1])),
  zeros: (shape) => op('Fill', FILL, integers(shape), scalar(0)),
  filled,
  reshape: (x, shape) => op('Reshape', SHAPED, x, integers(shape)),
  swapTime: (x) => op('Transpose', TRANSPOSE, x, integers([1, 0, 2])),
  slice: (x, begin, size) => op('Slice', SLICE, x, integers(begin), integers(size)),
  concat: (parts, axis) => op('ConcatV2', { ...INDEXED, N: { int: parts.length } }, ...parts, integer(axis)),
  split: (x, parts, axis) => ops(parts, 'Split', { ...FLOAT, num_split: { int: parts } }, integer(axis), x),
  stack: (parts) => op('Pack', { ...FLOAT, N: { int: parts.length }, axis: { int: 0 } }, ...parts),
  unstack: (x) => {
    const steps = x.shape[0]!;
    return ops(steps, 'Unpack', { ...FLOAT, num: { int: steps }, axis: { int: 0 } }, x);
  },
  clear: (x) => x,
});
