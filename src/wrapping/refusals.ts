import * as tf from '@tensorflow/tfjs';
import { ArgumentError } from '../errors/argument-error.js';

/** In Keras the layer is the argument itself. */
export function requireObject(wrapper: string, args: unknown): void {
  if (!(args instanceof tf.layers.Layer)) return;
  const right = `an object that holds a layer: write ${wrapper}({ layer })`;
  throw new ArgumentError(wrapper, 'its argument', right, `the layer ${args.name}`);
}

/** Of the layer inside, which has no weights: it reads its kernels from g and v. */
export function refuseWeights(wrapper: string, layer: tf.layers.Layer): void {
  const setWeights = (): never => {
    throw new Error(
      `${wrapper}: the layer inside has no weights of its own, received setWeights; set g, v and bias by setWeights of the ` +
        'weight-normalized layer, or wrap a layer that has its weights.',
    );
  };
  Object.assign(layer, { setWeights });
}
