import * as tf from '@tensorflow/tfjs';
import { classNameOf, replacedMethod } from './builtin-layers.js';

/** What tfjs keeps inside of layers and makes again by name. */
interface Inside {
  layer?: tf.layers.Layer | null;
  forwardLayer?: tf.layers.Layer;
  backwardLayer?: tf.layers.Layer;
  cell?: tf.layers.Layer;
  cells?: tf.layers.Layer[];
  layers?: tf.layers.Layer[];
  activation?: Named | null;
  recurrentActivation?: Named | null;
}

interface Named {
  getClassName?(): string;
}

/** The layers inside of one: of a wrapper, a recurrent layer, a model. */
export function layersInside(layer: tf.layers.Layer): tf.layers.Layer[] {
  const { layer: inner, forwardLayer, backwardLayer, cell, cells, layers } = layer as unknown as Inside;
  return [inner, forwardLayer, backwardLayer, cell, ...(cells ?? []), ...(layers ?? [])].filter(
    (found): found is tf.layers.Layer => found instanceof tf.layers.Layer,
  );
}

/**
 * Why a layer's config does not make the layer again: code that a user put on the object, or inside of it an object of a
 * class to which its name does not lead. Null where it does.
 */
export function lostInCopy(layer: tf.layers.Layer): string | null {
  const method = replacedMethod(layer);
  if (method) return `its ${method} was replaced on the layer itself`;
  const { activation, recurrentActivation } = layer as unknown as Inside;
  const functions = [activation, recurrentActivation].filter(
    (found) => isNamed(found) && !isFoundByName(found),
  );
  if (functions.length > 0) return 'its activation is not of the class that is registered under its name';
  for (const inner of layersInside(layer)) {
    if (!isFoundByName(inner)) {
      return `inside of it is ${inner.name}, whose class ${classNameOf(inner)} is not registered under its name`;
    }
    const lost = lostInCopy(inner);
    if (lost) return `of ${inner.name} inside of it, ${lost.replace(/^its /, 'the ')}`;
  }
  return null;
}

function isNamed(found: unknown): found is Named & { getClassName(): string } {
  return typeof (found as Named | null | undefined)?.getClassName === 'function';
}

function isFoundByName(object: Named & { getClassName(): string }): boolean {
  const [found] = tf.serialization.SerializationMap.getMap().classNameMap[object.getClassName()] ?? [];
  return found === object.constructor && !Object.hasOwn(object, 'apply');
}
