import * as tf from '@tensorflow/tfjs';
import type { Binding, NativeBackend, NativeData } from '../../tfjs/native-backend.js';
import { upload } from '../../tfjs/native-data.js';
import type { StepFields } from '../../tfjs/step-fields.js';
import { tensorIdNow } from '../../tfjs/watched-backend.js';
import type { Data, Source } from './tape.js';

/** Where the tensors come from that were there before a step. */
export class Origins {
  private readonly known: Map<object, Source>;
  private readonly firstId = tensorIdNow();

  /** @param values of the fields, as the step begins */
  constructor(data: Data, fields: StepFields, values: readonly unknown[], variables: readonly tf.Variable[]) {
    this.known = new Map<object, Source>([
      ...variables.map((variable) => [variable.dataId, { from: 'variable', variable }] as const),
      ...fields
        .tensors(values)
        .map(({ field, tensor }) => [tensor.dataId, { from: 'field', field }] as const),
      ...data.flatMap((x, index) => (x ? [[x.dataId, { from: 'data', index }] as const] : [])).reverse(),
    ]);
  }

  /** Hands over what may be other tensors at another step: JavaScript would read their values from itself, unseen. */
  upload({ tensorMap }: NativeBackend, binding: Binding): void {
    for (const dataId of this.known.keys()) {
      if (tensorMap.has(dataId)) upload(tensorMap.get(dataId), binding);
    }
  }

  /**
   * The place of a tensor; null for one that the step made.
   *
   * @param isNoted whether its data is TensorFlow's and was noted in this step
   */
  of(tensor: tf.TensorInfo, { values }: NativeData, isNoted: boolean): Source | null {
    const known = this.known.get(tensor.dataId);
    if (known) return known;
    const isMade = values === null ? isNoted : !this.isOlder(tensor);
    return isMade ? null : { from: 'elsewhere', tensor };
  }

  /** Whether a tensor was there before the step; a variable may have got other data since. */
  private isOlder(tensor: tf.TensorInfo): boolean {
    return tensor instanceof tf.Tensor && !(tensor instanceof tf.Variable) && tensor.id <= this.firstId;
  }
}

/** The tensor that is at a place now. */
export function tensorOf(source: Source, data: Data, fields: StepFields): tf.TensorInfo {
  if (source.from === 'data') return data[source.index]!;
  if (source.from === 'variable') return source.variable;
  return source.from === 'field' ? (fields.valueOf(source.field) as tf.Tensor) : source.tensor;
}
