import * as tf from '@tensorflow/tfjs';
import { isRecording } from './recording.js';

/** What is used of tfjs-node's backend, described here because importing that package would demand it of everyone. */
interface NativeBackend {
  binding: {
    TF_ATTR_TYPE: number;
    TF_ATTR_BOOL: number;
    TF_ATTR_INT: number;
    TF_ATTR_FLOAT: number;
    TF_ATTR_STRING: number;
    executeOp(name: string, attributes: object[], inputs: number[], outputs: number): Output[];
  };
  getInputTensorIds(inputs: tf.Tensor[]): number[];
  createOutputTensor(output: Output): tf.Tensor;
}

interface Output {
  id: number;
  shape: number[];
  dtype: number;
}

/** The numbers of TF_DataType. */
const TYPES = { float32: 1, int32: 3, uint8: 4, int64: 9, bool: 10, uint16: 17 } as const;

/** What tfjs has no name for goes by that of int32, from one native op to the next; it cannot be read. */
const NAMELESS: readonly number[] = [TYPES.uint8, TYPES.int64, TYPES.uint16];

/** A type by its name, a truth value, a float; other kinds by the name of the kind. */
type Attribute = keyof typeof TYPES | boolean | number | { int: number } | { string: string };

/**
 * Runs one of TensorFlow's own ops, which tfjs does not name; null on any backend but the native one. No gradient passes
 * through it.
 */
export function nativeOp(
  name: string,
  attributes: Record<string, Attribute>,
  inputs: () => tf.Tensor[],
): tf.Tensor | null {
  const outputs = nativeOps(name, attributes, inputs, 1);
  return outputs && (outputs[0] as tf.Tensor);
}

/** The same within a gradient: null also where a second derivative is asked for, which would not see it. */
export const nativeGradientOp: typeof nativeOp = (...op) => (isRecording() ? null : nativeOp(...op));

/** The same for an op of several outputs. */
export function nativeOps(
  name: string,
  attributes: Record<string, Attribute>,
  inputs: () => tf.Tensor[],
  outputs: number,
): tf.Tensor[] | null {
  if (tf.getBackend() !== 'tensorflow') return null;
  const backend = tf.backend() as unknown as NativeBackend;
  const described = Object.entries(attributes).map(([name, value]) => ({ name, ...typed(value, backend) }));
  return tf.tidy(() => {
    const ids = backend.getInputTensorIds(inputs());
    return backend.binding.executeOp(name, described, ids, outputs).map((output) => {
      const dtype = NAMELESS.includes(output.dtype) ? TYPES.int32 : output.dtype;
      return backend.createOutputTensor({ ...output, dtype });
    });
  });
}

function typed(value: Attribute, { binding }: NativeBackend): { type: number; value: unknown } {
  if (typeof value === 'boolean') return { type: binding.TF_ATTR_BOOL, value };
  if (typeof value === 'number') return { type: binding.TF_ATTR_FLOAT, value };
  if (typeof value === 'string') return { type: binding.TF_ATTR_TYPE, value: TYPES[value] };
  if ('int' in value) return { type: binding.TF_ATTR_INT, value: value.int };
  return { type: binding.TF_ATTR_STRING, value: value.string };
}
