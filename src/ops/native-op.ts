import * as tf from '@tensorflow/tfjs';
import { floatOf, integersOf, type MaybeChanging } from '../steps/changing.js';
import {
  type NativeAttribute,
  type NativeBackend,
  type NativeTensor,
  nativeBackend,
  typeOfData,
} from '../tfjs/native-backend.js';
import { isNested, isRecording } from '../tfjs/recording.js';
import { NativeHandles } from './native-handles.js';

/** The numbers of TF_DataType. */
const TYPES = { float32: 1, int32: 3, uint8: 4, int64: 9, bool: 10, uint16: 17 } as const;

/**
 * What tfjs has no name for goes by that of another type from one native op to the next; it cannot be read. Bytes go by
 * that of bool, by which tfjs counts them right.
 */
const NAMED: ReadonlyMap<number, number> = new Map([
  [TYPES.uint8, TYPES.bool],
  [TYPES.int64, TYPES.int32],
  [TYPES.uint16, TYPES.int32],
]);

/** A type by its name, a truth value, a float; other kinds by the name of the kind. */
type Attribute = keyof typeof TYPES | boolean | number | { int: number } | { string: string };

/** Attributes that are the same at each call are best one object, which is translated once. */
export type Attributes = Readonly<Record<string, Attribute>>;

export type Handle = NativeTensor;

/** What a program is written in: TensorFlow's ops, by their names. */
export interface Ops {
  /** An op of one output. */
  op(name: string, attributes: Attributes, ...inputs: Handle[]): Handle;
  /** An op of several. */
  ops(outputs: number, name: string, attributes: Attributes, ...inputs: Handle[]): Handle[];
  scalar(value: MaybeChanging): Handle;
  /** A vector of one value. */
  filled(size: number, value: number): Handle;
  integer(value: number): Handle;
  /** A vector of int32. */
  integers(values: MaybeChanging[]): Handle;
  /** A part of a long program: what it made and does not return is let go of when it ends. */
  tidy<Out extends Handle[]>(part: () => [...Out]): [...Out];
}

/**
 * Runs one of TensorFlow's own ops, which tfjs does not name; null on any backend but the native one. No gradient passes
 * through it.
 */
export function nativeOp(name: string, attributes: Attributes, inputs: () => tf.Tensor[]): tf.Tensor | null {
  if (!nativeBackend()) return null;
  const computed = tf.tidy(
    () => nativeResult(inputs(), ({ op }, ...given) => op(name, attributes, ...given)) ?? undefined,
  );
  return computed ?? null;
}

/** The same for numbers that a gradient is taken by: null also where what is computed is on a tape, which would not see it. */
export const nativeGradientOp: typeof nativeOp = (...op) => (isRecording() ? null : nativeOp(...op));

/**
 * Runs several of TensorFlow's ops, of which tfjs sees nothing but what the program returns: for each op that it runs
 * itself it spends as long as TensorFlow does on a small one. Null on any backend but the native one. No gradient passes
 * through it: null also where one would be lost, of numbers within a gradient that is differentiated in turn.
 *
 * @param program gets the inputs, and returns what it computed; it may not return an input
 */
export function nativeProgram<In extends tf.Tensor[], Out extends Handle[]>(
  inputs: [...In],
  program: (ops: Ops, ...inputs: Handles<In>) => [...Out],
): Tensors<Out> | null {
  const backend = nativeBackend();
  if (!backend || (isNested() && inputs.some(({ dtype }) => dtype === 'float32'))) return null;
  const { binding } = backend;
  const handles = new NativeHandles((id) => binding.deleteTensor(id));
  const constant = (shape: number[], dtype: number, values: Float32Array | Int32Array): Handle =>
    handles.keep({ id: binding.createTensor(shape, dtype, values), shape, dtype });
  const scalars = new Map<MaybeChanging, Handle>();
  const scalar = (value: MaybeChanging): Handle => {
    const known = scalars.get(value) ?? constant([], TYPES.float32, floatOf(value));
    scalars.set(value, known);
    return known;
  };
  const ops: Ops['ops'] = (outputs, name, attributes, ...inputs) => {
    const ids = inputs.map(({ id }) => id);
    return binding
      .executeOp(name, described(attributes, backend), ids, outputs)
      .map((handle) => handles.keep(handle));
  };
  const language: Ops = {
    ops,
    op: (...op) => ops(1, ...op)[0]!,
    scalar,
    filled: (size, value) => constant([size], TYPES.float32, new Float32Array(size).fill(value)),
    integer: (value) => constant([], TYPES.int32, Int32Array.of(value)),
    integers: (values) => constant([values.length], TYPES.int32, integersOf(values)),
    tidy: (part) => {
      const results = handles.tidy(part);
      scalars.clear(); // The part's own are gone.
      return results;
    },
  };
  const run = (): [...Out] => {
    const ids = backend.getInputTensorIds(inputs);
    const given = inputs.map((input, i) => {
      const handle = { id: ids[i]!, shape: input.shape, dtype: TYPES[input.dtype as 'float32'] };
      const stored = input.dtype === 'float32' ? typeOfData(input, backend) : 'float32';
      return stored === 'int32' || stored === 'bool' ? language.op('Cast', TO_FLOAT[stored], handle) : handle;
    });
    return program(language, ...(given as Handles<In>));
  };
  return handles.tidy(run).map((handle) => {
    const dtype = NAMED.get(handle.dtype) ?? handle.dtype;
    return backend.createOutputTensor({ ...handle, dtype });
  }) as Tensors<Out>;
}

/** The same for a program of one result. */
export function nativeResult<In extends tf.Tensor[]>(
  inputs: [...In],
  program: (ops: Ops, ...inputs: Handles<In>) => Handle,
): tf.Tensor | null {
  const results = nativeProgram<In, [Handle]>(inputs, (ops, ...inputs) => [program(ops, ...inputs)]);
  return results?.[0] ?? null;
}

const TO_FLOAT = {
  int32: { SrcT: 'int32', DstT: 'float32', Truncate: false },
  bool: { SrcT: 'bool', DstT: 'float32', Truncate: false },
} as const;

type Handles<In extends tf.Tensor[]> = { [input in keyof In]: Handle };
type Tensors<Out extends Handle[]> = { [output in keyof Out]: tf.Tensor };

const translated = new WeakMap<Attributes, NativeAttribute[]>();

/** Attributes in the form of the binding. */
function described(attributes: Attributes, backend: NativeBackend): NativeAttribute[] {
  const known = translated.get(attributes);
  if (known) return known;
  const list = Object.entries(attributes).map(([name, value]) => ({ name, ...typed(value, backend) }));
  translated.set(attributes, list);
  return list;
}

function typed(value: Attribute, { binding }: NativeBackend): Omit<NativeAttribute, 'name'> {
  if (typeof value === 'boolean') return { type: binding.TF_ATTR_BOOL, value };
  if (typeof value === 'number') return { type: binding.TF_ATTR_FLOAT, value };
  if (typeof value === 'string') return { type: binding.TF_ATTR_TYPE, value: TYPES[value] };
  if ('int' in value) return { type: binding.TF_ATTR_INT, value: value.int };
  return { type: binding.TF_ATTR_STRING, value: value.string };
}
