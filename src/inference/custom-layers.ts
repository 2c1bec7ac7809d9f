import * as tf from '@tensorflow/tfjs';
import { builtinLayer, classNameOf } from '../tfjs/builtin-layers.js';
import { layersInside } from '../tfjs/copyable.js';

/** A layer that loads only where its class is registered. */
export interface CustomLayer {
  readonly name: string;
  readonly className: string;
}

/** The layers of a model that are not built in, those of nested models and inside of wrappers and cells too. */
export function customLayersOf(model: tf.LayersModel): CustomLayer[] {
  return model.layers.flatMap((layer) => customIn(layer, layer.name));
}

function customIn(layer: tf.layers.Layer, name: string): CustomLayer[] {
  if (layer instanceof tf.LayersModel) return customLayersOf(layer);
  if (!builtinLayer(layer)) return [{ name, className: classNameOf(layer) }];
  return distinct(layersInside(layer).flatMap((inner) => customIn(inner, name)));
}

/** A bidirectional layer has its inner one three times: the one given, forward and backward. */
function distinct(found: CustomLayer[]): CustomLayer[] {
  return [...new Map(found.map((custom) => [JSON.stringify(custom), custom])).values()];
}
