import * as tf from '@tensorflow/tfjs';
import { axisOf, isZero } from './axis-map.js';
import { type Blueprint, blueprintOf, classNameOf, weightsOf } from './blueprint.js';
import type { AxisMap } from './foldable.js';
import { type Graph, mapParts } from './graph.js';
import { predictionOf } from './prediction.js';

/** What stands at a call of the model that is being folded. */
export type Part =
  | { readonly is: 'input'; readonly name: string; readonly dtype: tf.DataType }
  /** A nested model, folded by itself. */
  | { readonly is: 'model'; readonly name: string; readonly model: tf.LayersModel }
  | { readonly is: 'identity'; readonly name: string; readonly className: string }
  | MapPart
  | { readonly is: 'layer'; readonly name: string; readonly layer: Blueprint };

export interface MapPart {
  readonly is: 'map';
  readonly name: string;
  readonly className: string;
  readonly map: AxisMap;
  /** The layer as it was, which stays where the map fits nowhere; null for a map made of several. */
  readonly origin: Blueprint | null;
}

/** What became of a layer. */
export interface Change {
  readonly name: string;
  readonly className: string;
  /** The layer that does its work now; null where there is none to be done. */
  readonly into: { readonly name: string; readonly className: string } | null;
}

/** Puts in the place of each layer what it does at prediction. */
export function replaceLayers(
  graph: Graph<tf.layers.Layer>,
  foldNested: (model: tf.LayersModel) => tf.LayersModel,
): { graph: Graph<Part>; changes: Change[] } {
  const stopping = stopsMasks(graph);
  const layers = new Set([...graph.calls.values()].map(({ part }) => part));
  const parts = new Map([...layers].map((layer) => [layer, partOf(layer, stopping.has(layer), foldNested)]));
  const changes = [...parts].flatMap(([layer, part]) => changeOf(layer, part));
  return { graph: mapParts(graph, (layer) => parts.get(layer) as Part), changes };
}

function partOf(
  layer: tf.layers.Layer,
  stopping: boolean,
  foldNested: (model: tf.LayersModel) => tf.LayersModel,
): Part {
  const { name } = layer;
  const className = classNameOf(layer);
  if (className === 'InputLayer') return { is: 'input', name, dtype: layer.dtype };
  if (layer instanceof tf.LayersModel) return { is: 'model', name, model: foldNested(layer) };
  const prediction = stopping ? null : predictionOf(layer);
  if (prediction?.is === 'identity') return { is: 'identity', name, className };
  if (prediction?.is === 'layer') {
    return { is: 'layer', name, layer: blueprintOf(prediction.layer, prediction.weights, name) };
  }
  const origin = blueprintOf(layer, weightsOf(layer));
  if (prediction?.is === 'map') return { is: 'map', name, className, map: prediction.map, origin };
  return { is: 'layer', name, layer: origin };
}

function changeOf(layer: tf.layers.Layer, part: Part): Change[] {
  const className = classNameOf(layer);
  if (part.is !== 'layer' || part.layer.className === className) return [];
  return [{ name: layer.name, className, into: { name: part.name, className: part.layer.className } }];
}

/** Layers that may receive a mask and do not pass it on: what does their work by other means would pass it on. */
function stopsMasks(graph: Graph<tf.layers.Layer>): Set<tf.layers.Layer> {
  const masked = new Set<number>();
  const stopping = new Set<tf.layers.Layer>();
  for (const { id, part, inputs } of graph.calls.values()) {
    const receives = inputs.some(({ call }) => masked.has(call));
    if (receives && !part.supportsMasking) stopping.add(part);
    const source = ['Masking', 'Embedding'].includes(part.getClassName());
    if (part.supportsMasking && (receives || source)) masked.add(id);
  }
  return stopping;
}

/**
 * A map as a layer, for where it fits into none: batch normalization for a scale, dense for a matrix; on an axis other
 * than the last a convolution over single pixels, since batch normalization is wrong there on some backends. Null where
 * tfjs has no such layer.
 */
export function standing(map: AxisMap, name: string, rank: number): Blueprint | null {
  const axis = axisOf(map, rank);
  const size = map.shift.shape[0];
  const matrix = () => ('scale' in map ? (tf.diag(map.scale) as tf.Tensor2D) : map.matrix); // [in, out]
  if (axis === rank - 1 && 'scale' in map && rank <= 4) {
    // 1 - epsilon and its sum with epsilon have no rounding error.
    const epsilon = 2 ** -10;
    const mean = tf.zerosLike(map.shift);
    const layer = tf.layers.batchNormalization({ epsilon, name });
    return blueprintOf(layer, [map.scale, map.shift, mean, tf.fill([size], 1 - epsilon)]);
  }
  const useBias = !isZero(map.shift);
  const weights = (kernel: tf.Tensor) => (useBias ? [kernel, map.shift] : [kernel]);
  if (axis === rank - 1) {
    return blueprintOf(tf.layers.dense({ units: size, useBias, name }), weights(matrix()));
  }
  // A conv1d forgets its data format when it is saved.
  const conv = { 4: tf.layers.conv2d, 5: tf.layers.conv3d }[rank];
  if (axis !== 1 || !conv) return null;
  const args = { filters: size, kernelSize: 1, dataFormat: 'channelsFirst', useBias, name } as const;
  const ones = Array.from({ length: rank - 2 }, () => 1);
  return blueprintOf(conv(args), weights(matrix().reshape([...ones, size, size])));
}
