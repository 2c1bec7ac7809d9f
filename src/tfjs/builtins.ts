import * as tf from '@tensorflow/tfjs';

// biome-ignore lint/suspicious/noExplicitAny: what tfjs does not export has no type
type Class = { new (...args: any[]): any; prototype: any };

/** A class of tfjs by the name that it is saved under: layers and activations are not exported. */
export function builtin(className: string): Class {
  const { classNameMap } = tf.serialization.SerializationMap.getMap();
  const [found] = classNameMap[className] ?? [];
  if (!found) throw new Error(`evenkeel: this version of @tensorflow/tfjs has no class ${className}`);
  return found as unknown as Class;
}
