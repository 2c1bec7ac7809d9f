import type * as tf from '@tensorflow/tfjs';
import { ArgumentError } from '../errors/argument-error.js';

/** The one argument of a factory, an object; who gives a value or a layer alone, as in Keras, is told what to write. */
export function argumentsObject<T extends object | undefined>(layer: string, first: string, args: T): T {
  const given: unknown = args;
  const isLayer = typeof (given as tf.layers.Layer | null)?.getClassName === 'function';
  if (given == null || (typeof given === 'object' && !Array.isArray(given) && !isLayer)) return args;
  const example = typeof given === 'number' ? `${first}: ${given}` : first;
  const received = isLayer ? `the layer ${(given as tf.layers.Layer).name}` : given;
  throw new ArgumentError(layer, 'its argument', `an object: write ${layer}({ ${example} })`, received);
}
