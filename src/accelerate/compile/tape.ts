import type * as tf from '@tensorflow/tfjs';
import type { Decision, Undo, Values } from '../../steps/recorder.js';
import type { NativeAttribute, NativeValues } from '../../tfjs/native-backend.js';

/** The batch of a step: inputs, targets, and sample weights where there are any. */
export type Data = readonly tf.Tensor[];

/** Where a tensor comes from that was there before a step. */
export type Source =
  | { from: 'data'; index: number }
  | { from: 'variable'; variable: tf.Variable }
  /** A field of a layer or the optimizer, by its number among those of the model. */
  | { from: 'field'; field: number }
  /** Anything else: what a function of the user keeps. */
  | { from: 'elsewhere'; tensor: tf.TensorInfo };

/** What an op is given. */
export type Ref =
  | { source: number }
  | { constant: number }
  | { op: number; output: number }
  /** The variable of TensorFlow that mirrors one of tfjs. */
  | { mirror: tf.Variable };

export interface Op {
  name: string;
  attributes: NativeAttribute[];
  inputs: Ref[];
  outputs: { shape: readonly number[]; dtype: number }[];
  /** The layer whose call ran it; null outside of layers, as in gradients. */
  layer: string | null;
}

export interface Constant {
  shape: readonly number[];
  dtype: number;
  values: NativeValues;
  /** Reads the values of another step; null for what is the same in each. */
  read: (() => Values) | null;
  layer: string | null;
}

/** One step, as TensorFlow saw it: what it read, computed, returned and left behind. */
export interface Tape {
  sources: (Source & { shape: readonly number[]; dtype: number })[];
  constants: Constant[];
  ops: Op[];
  results: { ref: Ref; kept: boolean }[];
  /** The values that it gave to variables. */
  writes: { variable: tf.Variable; ref: Ref }[];
  /** The tensors that it left in fields. */
  states: { field: number; ref: Ref }[];
  /** What each step does beside, such as to count. */
  advances: (() => Undo)[];
  decisions: { decide: () => Decision; made: Decision }[];
  changes: { owner: object; field: string; within: boolean }[];
  /** How far the optimizer counted. */
  iterations: number;
  /** Calls of the binding, for the report. */
  calls: number;
  /** Why it cannot be run again as it is; null if it can. */
  problem: string | null;
}

/** An op in words. */
export const placeOf = (op: string, layer: string | null): string =>
  layer === null ? op : `${op} in layer ${layer}`;
