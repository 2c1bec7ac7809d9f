import type * as tf from '@tensorflow/tfjs';
import { ArgumentError } from '../errors/argument-error.js';

/**
 * A count as an int32 weight `[stream, count]`, as models hold it that were saved before counts stood in the config. Such a
 * model needs the weight to load into.
 */
export class CountWeight {
  private readonly variable: tf.Tensor;
  private readonly empty: object;

  /** @param weight made by `addWeight`, of shape [2] */
  constructor(
    private readonly kind: string,
    readonly weight: tf.LayerVariable,
  ) {
    this.variable = weight.read();
    this.empty = this.variable.dataId;
  }

  get isLoaded(): boolean {
    return !this.variable.isDisposed && this.variable.dataId !== this.empty;
  }

  read(): number {
    const [stream, count] = this.variable.dataSync();
    if (count !== undefined && count >= 0) return count;
    const expected = 'a stream and a count of 0 or more (load the checkpoint again)';
    throw new ArgumentError(this.kind, `the weight ${this.weight.originalName}`, expected, [stream, count]);
  }
}
