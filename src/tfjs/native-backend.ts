import * as tf from '@tensorflow/tfjs';

/** A tensor of TensorFlow's own. */
export interface NativeTensor {
  readonly id: number;
  readonly shape: number[];
  readonly dtype: number;
}

/** An attribute of one of TensorFlow's ops, in the form of the binding. */
export interface NativeAttribute {
  name: string;
  type: number;
  value: unknown;
}

/** What a tensor is made of: the numbers themselves where JavaScript has them. */
export type NativeValues = Float32Array | Int32Array | Uint8Array | readonly (number | string | boolean)[];

/** TensorFlow's C API, as far as tfjs-node hands it on. */
export interface Binding {
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_SHAPE: number;
  createTensor(shape: number[], dtype: number, values: NativeValues): number;
  executeOp(name: string, attributes: NativeAttribute[], inputs: number[], outputs: number): NativeTensor[];
  deleteTensor(id: number): void;
  tensorDataSync(id: number): NativeValues;
  loadSavedModel(folder: string, tags: string): number;
  /** Inputs and outputs by names of nodes and numbers of their outputs: `x:0,y:0`. */
  runSavedModel(session: number, ids: number[], inputs: string, outputs: string): NativeTensor[];
  deleteSavedModel(session: number): void;
}

/** The data of a tensor, with the number of its TF_DataType. */
export interface NativeData {
  /** -1 while the values are still in JavaScript. */
  id: number;
  readonly shape: number[];
  dtype: number;
  values: NativeValues | null;
  /** How many tensors share it. */
  readonly refCount: number;
}

/** The part of tfjs-node's backend that is used. Importing its types would force everyone to install that package. */
export interface NativeBackend {
  binding: Binding;
  readonly isUsingGpuDevice: boolean;
  readonly tensorMap: { get(dataId: object): NativeData; has(dataId: object): boolean };
  incRef(dataId: object): void;
  executeSingleOutput(name: string, attributes: NativeAttribute[], inputs: tf.Tensor[]): tf.Tensor;
  disposeData(dataId: object, force?: boolean): boolean;
  getInputTensorIds(inputs: readonly tf.TensorInfo[]): number[];
  createOutputTensor(output: NativeTensor): tf.Tensor;
}

/** The native backend if it is the one in use, else null. */
export function nativeBackend(): NativeBackend | null {
  return tf.getBackend() === 'tensorflow' ? (tf.backend() as unknown as NativeBackend) : null;
}

/** The native backend if it was loaded, whichever is in use; else null. */
export function loadedNativeBackend(): NativeBackend | null {
  return tf.findBackend('tensorflow') as unknown as NativeBackend | null;
}

type Stored = 'float32' | 'int32' | 'bool';

/** The numbers of TF_DataType for the types of tfjs. */
const STORED: ReadonlyMap<number, Stored> = new Map([
  [1, 'float32'],
  [3, 'int32'],
  [10, 'bool'],
]);

/**
 * The type of a tensor's data on the native backend. It can differ from the tensor's own: a cast from int32 or bool to
 * float32 on cpu or webgl shares the data, which keeps its first type when it moves here.
 */
export const typeOfData = (x: tf.TensorInfo, { tensorMap }: NativeBackend): Stored | null =>
  STORED.get(tensorMap.get(x.dataId).dtype) ?? null;
