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

/** The part of tfjs-node's backend that is used. Importing its types would force everyone to install that package. */
export interface NativeBackend {
  readonly binding: {
    readonly TF_ATTR_TYPE: number;
    readonly TF_ATTR_BOOL: number;
    readonly TF_ATTR_INT: number;
    readonly TF_ATTR_FLOAT: number;
    readonly TF_ATTR_STRING: number;
    readonly TF_ATTR_SHAPE: number;
    createTensor(shape: number[], dtype: number, values: Float32Array | Int32Array): number;
    executeOp(name: string, attributes: NativeAttribute[], inputs: number[], outputs: number): NativeTensor[];
    deleteTensor(id: number): void;
  };
  /** The records of tensors' data, with the numbers of TF_DataType. */
  readonly tensorMap: { get(dataId: object): { dtype: number } };
  incRef(dataId: object): void;
  executeSingleOutput(name: string, attributes: NativeAttribute[], inputs: tf.Tensor[]): tf.Tensor;
  disposeData(dataId: object, force?: boolean): boolean;
  getInputTensorIds(inputs: tf.TensorInfo[]): number[];
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
