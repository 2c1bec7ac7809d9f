import * as tf from '@tensorflow/tfjs';

/** What is used of tfjs-node's backend, described here because importing that package would demand it of everyone. */
interface NativeBackend {
  binding: { TF_ATTR_TYPE: number; TF_ATTR_BOOL: number };
  executeSingleOutput(name: string, attributes: Attribute[], inputs: tf.Tensor[]): tf.Tensor;
}

interface Attribute {
  name: string;
  type: number;
  value: number | boolean;
}

/** The numbers of TF_DataType. */
const TYPES = { float32: 1, int32: 3 } as const;

/** Runs one of TensorFlow's own ops, which tfjs does not name; null on any backend but the native one. */
export function nativeOp(
  name: string,
  attributes: Record<string, keyof typeof TYPES | boolean>,
  inputs: () => tf.Tensor[],
): tf.Tensor | null {
  if (tf.getBackend() !== 'tensorflow') return null;
  const backend = tf.backend() as unknown as NativeBackend;
  const { TF_ATTR_TYPE, TF_ATTR_BOOL } = backend.binding;
  const described = Object.entries(attributes).map(([name, value]) =>
    typeof value === 'boolean'
      ? { name, type: TF_ATTR_BOOL, value }
      : { name, type: TF_ATTR_TYPE, value: TYPES[value] },
  );
  return tf.tidy(() => backend.executeSingleOutput(name, described, inputs()));
}
