import * as tf from '@tensorflow/tfjs';
import { ArgumentError } from '../errors/argument-error.js';
import { foreign, isForeign } from '../errors/copies.js';
import { build } from './build.js';
import { type CustomLayer, customLayersOf } from './custom-layers.js';
import { readGraph } from './graph.js';
import { merge } from './merge.js';
import { type Change, replaceLayers } from './parts.js';

/** A model for prediction, and the layers of it that tfjs alone does not know. */
export type FoldedModel = tf.LayersModel & { readonly customLayers: readonly CustomLayer[] };

/**
 * A new model of built-in layers with the same predictions, so that it loads without this package and computes less.
 *
 * 1. Dropout and noise of any kind are taken out, and activations that are linear.
 * 2. A layer that can be said with simpler ones becomes those: weight normalization the layer inside with the kernel
 *    `g v / |v|`, a randomized slope its mean, standout two dense layers and their product, named `<name>_activation`,
 *    `<name>_belief` and `<name>`. Cosine layers stay, their weights of length 1.
 * 3. What is linear along one axis, `y = x A + b` (batch normalization by its moving averages, mean-only batch
 *    normalization, whitening, the factor of classical dropout), goes into the dense layer or convolution before it,
 *    `W A`, `c A + b`, where that has no activation and no other use; else into those after it, `A W`, `b W + c`, where it
 *    has no other use: a convolution with padding only if b is zero, a dense layer after a `flatten` only if A mixes no
 *    features. Several in a row are one. What fits nowhere becomes a layer of its own.
 * 4. What draws at prediction too, such as dropout that is always on, stays. So does a layer of a user's class, also of one
 *    that extends a built-in.
 *
 * Sequential and functional models, shared layers and several inputs and outputs; nested models are folded by themselves.
 * Inputs and their names, the order of the outputs and the names of the layers that stay are those of the model; it is
 * not compiled, and has copies of the weights: the model given is left as it is. Predictions agree to about 1e-5 of their
 * size, where moving averages are not much further from zero than they are wide. Recurrent layers that keep their state
 * start from zero. Constraints are dropped: tfjs would apply them to weights that are only copied.
 *
 * Batch normalization on an axis other than the last is folded by its equation; tfjs computes something else there on the
 * cpu and wasm backends.
 *
 * `customLayers` names the layers that remain and need their package to load.
 *
 * ```ts
 * const folded = fold(model);
 * await folded.save(modelFiles('folded'));
 * ```
 *
 * @throws ArgumentError for what is no model of layers, is not built, or has a layer that its config does not make again:
 *   a method was put on the object, or an object inside of it is of a class that is not registered
 */
export function fold(model: tf.LayersModel): FoldedModel {
  return foldWithChanges(model).model;
}

/** The same, and what became of which layer. */
export function foldWithChanges(model: tf.LayersModel): { model: FoldedModel; changes: Change[] } {
  requireModel(model);
  const changes: Change[] = [];
  const names = new Set(namesIn(model));
  const folded = inScope(() => foldGraph(model, names, changes));
  return {
    model: Object.assign(folded, { customLayers: customLayersOf(folded) }),
    changes: distinct(changes),
  };
}

/** tf.tidy for a result that is no tensor: it would search a model for tensors to keep. */
function inScope<T>(f: () => T): T {
  let result: T | undefined;
  tf.tidy(() => {
    result = f();
  });
  return result as T;
}

/** Of a model, its layers, and what is inside of nested ones. */
function namesIn(layer: tf.layers.Layer): string[] {
  return [layer.name, ...(layer instanceof tf.LayersModel ? layer.layers.flatMap(namesIn) : [])];
}

/** Folds the models inside first; adds to the changes. */
function foldGraph(model: tf.LayersModel, names: ReadonlySet<string>, changes: Change[]): tf.LayersModel {
  const nested: tf.LayersModel[] = [];
  try {
    const foldNested = (inner: tf.LayersModel) => {
      const folded = foldGraph(inner, names, changes);
      nested.push(folded);
      return folded;
    };
    const replaced = replaceLayers(readGraph(model), { names, foldNested });
    const merged = merge(replaced);
    changes.push(...settled(merged.changes));
    return build(merged.graph, model.name);
  } catch (error) {
    for (const inner of nested) inner.dispose();
    throw error;
  }
}

/** Where a layer went into one that itself went into another, names the last. */
function settled(changes: readonly Change[]): Change[] {
  const next = new Map(changes.map((change) => [change.name, change.into]));
  return changes.map((change) => {
    let { into } = change;
    for (
      let last = into && next.get(into.name);
      last && last.name !== into?.name;
      last = next.get(last.name)
    ) {
      into = last;
    }
    return { ...change, into };
  });
}

/** A shared layer is taken out at each of its calls. */
function distinct(changes: readonly Change[]): Change[] {
  return [...new Map(changes.map((change) => [JSON.stringify(change), change])).values()];
}

function requireModel(model: unknown): asserts model is tf.LayersModel {
  const expected = 'a tf.LayersModel';
  if (model instanceof tf.LayersModel) {
    if (model.outputs.length === 0) {
      throw new ArgumentError(
        'fold',
        'model',
        `${expected} that is built`,
        `${model.name}, without an input shape`,
      );
    }
    return;
  }
  if (model instanceof tf.GraphModel) throw new ArgumentError('fold', 'model', expected, 'a tf.GraphModel');
  if (model instanceof tf.layers.Layer) throw new ArgumentError('fold', 'model', expected, 'a layer');
  throw isForeign(model) ? foreign('fold', 'model') : new ArgumentError('fold', 'model', expected, model);
}
