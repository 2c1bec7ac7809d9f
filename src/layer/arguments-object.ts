import type * as tf from '@tensorflow/tfjs';
import { ArgumentError } from '../errors/argument-error.js';

/** The argument of a factory, an object; who gives a value or a layer alone, as in Keras, is told what to write. */
export function argumentsObject<T extends object | undefined>(layer: string, first: string, args: T): T {
  const given: unknown = args;
  if (given === undefined || given === null) return args;
  if (typeof given === 'object' && !Array.isArray(given) && !isLayer(given)) return args;
  const example = typeof given === 'number' ? `${first}: ${given}` : first;
  const received = isLayer(given) ? `the layer ${given.name}` : given;
  throw new ArgumentError(layer, 'its argument', `an object: write ${layer}({ ${example} })`, received);
}

/** Of any copy of tfjs. */
const isLayer = (value: unknown): value is tf.layers.Layer =>
  typeof value === 'object' && value !== null && 'getClassName' in value;
