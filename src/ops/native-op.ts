import * as tf from '@tensorflow/tfjs';

/** What is used of tfjs-node's backend, described here because importing that package would demand it of everyone. */
interface NativeBackend {
  binding: {
    TF_ATTR_TYPE: number;
    TF_ATTR_BOOL: number;
    executeOp(name: string, attributes: Attribute[], inputs: number[], outputs: number): Output[];
  };
  getInputTensorIds(inputs: tf.Tensor[]): number[];
  createOutputTensor(output: Output): tf.Tensor;
}

interface Attribute {
  name: string;
  type: number;
  value: number | boolean;
}

interface Output {
  id: number;
  shape: number[];
  dtype: number;
}

/** The numbers of TF_DataType. */
const TYPES = { float32: 1, int32: 3, uint8: 4, bool: 10, uint16: 17 } as const;

/** What tfjs has no name for goes by that of int32, from one native op to the next; it cannot be read. */
const NAMELESS: readonly number[] = [TYPES.uint8, TYPES.uint16];

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
  return tf.tidy(() => {
    const ids = backend.getInputTensorIds(inputs());
    const [output] = backend.binding.executeOp(name, described, ids, 1) as [Output];
    const dtype = NAMELESS.includes(output.dtype) ? TYPES.int32 : output.dtype;
    return backend.createOutputTensor({ ...output, dtype });
  });
}
