import * as tf from '@tensorflow/tfjs';
import type { AxisMap, LayerInstead, Prediction } from '../layer/foldable.js';
import { builtinLayer } from '../tfjs/builtin-layers.js';
import { axisOf, isZero } from './axis-map.js';
import { type Blueprint, blueprintOf, classNameOf, unmakeable, weightsOf } from './blueprint.js';
import { branchedOut } from './branches.js';
import { type Graph, isInputLayer, mapParts } from './graph.js';
import type { BranchesPart, LayerPart, Part } from './part.js';
import { isFoldable, predictionOf } from './prediction.js';

/** A layer, as it is told of. */
export interface Named {
  readonly name: string;
  readonly className: string;
}

/** What became of a layer. */
export interface Change extends Named {
  /** The layer that does its work now; null where there is none to be done. */
  readonly into: Named | null;
  /** Where that one joins the outputs of others: those. */
  readonly joins?: readonly Named[];
}

/** What folding a model has to know beside its graph. */
export interface Surroundings {
  /** The names of all layers, of nested models too. */
  readonly names: ReadonlySet<string>;
  foldNested(model: tf.LayersModel): tf.LayersModel;
}

/** Puts in the place of each layer what it does at prediction. */
export function replaceLayers(
  graph: Graph<tf.layers.Layer>,
  surroundings: Surroundings,
): { graph: Graph<Part>; changes: Change[] } {
  const masked = receivingMasks(graph);
  const layers = new Set([...graph.calls.values()].map(({ part }) => part));
  const parts = new Map([...layers].map((layer) => [layer, partOf(layer, masked.has(layer), surroundings)]));
  const changes = [...parts].flatMap(([layer, part]) => changeOf(layer, part));
  return { graph: branchedOut(mapParts(graph, (layer) => parts.get(layer)!)), changes };
}

function partOf(
  layer: tf.layers.Layer,
  masked: boolean,
  { names, foldNested }: Surroundings,
): Part | BranchesPart {
  const { name } = layer;
  const className = classNameOf(layer);
  if (isInputLayer(layer)) return { is: 'input', name, dtype: layer.dtype };
  if (layer instanceof tf.LayersModel) {
    if (computesOtherwise(layer)) throw unmakeable(className, name, 'its call is not that of a model');
    return { is: 'model', name, model: foldNested(layer) };
  }
  const prediction = masked ? underMask(layer) : predictionOf(layer);
  if (prediction?.is === 'identity') return { is: 'identity', name, className };
  if (prediction?.is === 'layer') return layerPart(prediction, name);
  if (prediction?.is === 'branches') {
    const branches = Object.entries(prediction.branches);
    return {
      is: 'branches',
      branches: branches.map(([role, branch]) => layerPart(branch, unique(`${name}_${role}`, names))),
      join: layerPart({ layer: prediction.join, weights: [] }, name),
    };
  }
  const origin = blueprintOf(layer, weightsOf(layer));
  if (prediction?.is === 'map') return { is: 'map', name, className, map: prediction.map, origin };
  return { is: 'layer', name, layer: origin };
}

function layerPart({ layer, weights }: LayerInstead, name: string): LayerPart {
  return { is: 'layer', name, layer: blueprintOf(layer, weights, name) };
}

/** The name, numbered where another layer has it. */
export function unique(name: string, names: ReadonlySet<string>): string {
  let candidate = name;
  for (let n = 1; names.has(candidate); n++) candidate = `${name}_${n}`;
  return candidate;
}

function changeOf(layer: tf.layers.Layer, part: Part | BranchesPart): Change[] {
  const { name } = layer;
  const className = classNameOf(layer);
  if (part.is === 'branches') {
    return [{ name, className, into: namedOf(part.join), joins: part.branches.map(namedOf) }];
  }
  if (part.is !== 'layer' || part.layer.className === className) return [];
  return [{ name, className, into: namedOf(part) }];
}

function namedOf({ name, layer: { className } }: LayerPart): Named {
  return { name, className };
}

/** What a layer that receives masks does at prediction; null for one whose masks would go another way then. */
function underMask(layer: tf.layers.Layer): Prediction | null {
  // It stops them: what does its work by other means would pass them on.
  if (!layer.supportsMasking) return null;
  const prediction = predictionOf(layer);
  // tfjs joins masks to one of an axis too many.
  return prediction?.is === 'branches' ? null : prediction;
}

/** Layers that may receive a mask. */
function receivingMasks(graph: Graph<tf.layers.Layer>): Set<tf.layers.Layer> {
  const masked = new Set<number>();
  const receiving = new Set<tf.layers.Layer>();
  for (const { id, part, inputs } of graph.calls.values()) {
    const receives = inputs.some(({ call }) => masked.has(call));
    if (receives) receiving.add(part);
    if (part.supportsMasking && (receives || makesMask(part))) masked.add(id);
  }
  return receiving;
}

function makesMask(layer: tf.layers.Layer): boolean {
  const builtin = builtinLayer(layer);
  // A user's class may make one.
  if (!builtin) return !isFoldable(layer) && layer.computeMask !== tf.layers.Layer.prototype.computeMask;
  return builtin === 'Masking' || (builtin === 'Embedding' && layer.getConfig().maskZero === true);
}

/** A user's model with a method of its own, which a new model of the same layers would not have. */
function computesOtherwise(model: tf.LayersModel): boolean {
  const { prototype } = model instanceof tf.Sequential ? tf.Sequential : tf.LayersModel;
  return model.call !== prototype.call || model.apply !== prototype.apply;
}

/**
 * A map as a layer, for where it fits into none: batch normalization for a scale, dense for a matrix; on an axis other
 * than the last a convolution over single pixels, since batch normalization is wrong there on some backends. Null where
 * tfjs has no such layer.
 */
export function standing(map: AxisMap, name: string, rank: number): Blueprint | null {
  const axis = axisOf(map, rank);
  const size = map.shift.shape[0];
  const matrix = () => ('scale' in map ? tf.diag(map.scale).as2D(size, size) : map.matrix); // [in, out]
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
