import type * as tf from '@tensorflow/tfjs';

/** What is used of tfjs-node's backend: the records of tensors' data, with the numbers of TF_DataType. */
interface NativeBackend {
  tensorMap: { get(dataId: object): { dtype: number } };
}

const TYPES = { float32: 1, int32: 3, bool: 10 } as const;
type Numeric = keyof typeof TYPES;

/**
 * The type of a tensor's data on the native backend. It is not the tensor's own where a cast on another backend shared the
 * data, as that from int32 or bool to float32 does on cpu and webgl: the data moves over as what it was first.
 */
export function typeOfData(x: tf.TensorInfo, backend: unknown): Numeric | null {
  const { dtype } = (backend as NativeBackend).tensorMap.get(x.dataId);
  return (Object.keys(TYPES) as Numeric[]).find((name) => TYPES[name] === dtype) ?? null;
}
