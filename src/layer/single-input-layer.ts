import * as tf from '@tensorflow/tfjs';
import { BaseLayer } from './base-layer.js';
import { type CallArgs, onlyInput } from './call.js';
import type { Fields } from './fields.js';

/** A layer with one input, and by default with an output of the same shape. */
export abstract class SingleInputLayer<F extends Fields> extends BaseLayer<F> {
  /** The output for an input of float32. Called within `tf.tidy`. */
  protected abstract compute(x: tf.Tensor, kwargs: CallArgs): tf.Tensor;

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: CallArgs = {}): tf.Tensor {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      return this.compute(onlyInput(inputs), kwargs);
    });
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape | tf.Shape[] {
    return inputShape;
  }
}
