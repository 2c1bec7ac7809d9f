import * as tf from '@tensorflow/tfjs';

type Layer = tf.layers.Layer;

/**
 * Models whose `trainable` is false. A layer cannot find this out by itself: freezing a model in tfjs sets the flag on the
 * weights of its direct layers, not on the layers or anything nested deeper, and a layer has no reference to its models.
 */
const frozen = new Set<WeakRef<tf.LayersModel>>();
/** Layers and models unfrozen after the model that contains them was frozen. The last assignment wins, as in Keras. */
const unfrozen = new WeakSet<Layer>();
/** The models inside sequential models, which run them. Skipped: their `trainable` is never updated after the build. */
const built = new WeakSet<object>();
/** Weights that `freezeWeights` froze. tfjs never reaches them, so unfreezing them is up to it too. */
const frozenHere = new WeakSet<object>();

recordTrainable();

/** Whether a layer is frozen: by its own `trainable`, that of its weights, or that of a model that contains it. */
export function isFrozen(layer: Layer): boolean {
  const { _trainableWeights: weights } = layer as unknown as { _trainableWeights: { trainable: boolean }[] };
  if (!layer.trainable || (weights.length > 0 && weights.every((weight) => !weight.trainable))) return true;
  return isInFrozenModel(layer);
}

/**
 * Freezes every weight of a model's layers that a frozen model contains, and unfreezes them once none does. tfjs misses two
 * cases: weights in a layer inside a layer (a cell, a wrapped layer), and a frozen model that is the first in a sequential
 * one, whose build unfreezes it.
 */
export function freezeWeights(model: tf.LayersModel): void {
  for (const layer of model.layers) {
    const isIn = isInFrozenModel(layer);
    for (const weight of isIn ? layer.trainableWeights : layer.weights.filter((one) => frozenHere.has(one))) {
      weight.trainable = !isIn;
      if (isIn) frozenHere.add(weight);
      else frozenHere.delete(weight);
    }
  }
}

function isInFrozenModel(layer: Layer): boolean {
  return [...frozen].some((ref) => {
    const model = ref.deref();
    if (!model) frozen.delete(ref);
    return model && !built.has(model) && contains(model, layer);
  });
}

function contains(model: tf.LayersModel, layer: Layer): boolean {
  return model.layers.some((own) => !unfrozen.has(own) && isOrContains(own, layer));
}

function isOrContains(own: Layer, layer: Layer): boolean {
  if (own === layer) return true;
  if (own instanceof tf.LayersModel) return contains(own, layer);
  const { layer: inner } = own as unknown as { layer?: Layer };
  return inner instanceof tf.layers.Layer && isOrContains(inner, layer);
}

function forgetUnfrozen(model: tf.LayersModel): void {
  for (const layer of model.layers) {
    unfrozen.delete(layer);
    if (layer instanceof tf.LayersModel) forgetUnfrozen(layer);
  }
}

function record(layer: Layer, trainable: boolean): void {
  if (trainable) unfrozen.add(layer);
  else unfrozen.delete(layer);
}

/** Extends the setters of `trainable` to record what is frozen and unfrozen. They still do what they did. */
function recordTrainable(): void {
  const ofLayers = Object.getOwnPropertyDescriptor(
    tf.layers.Layer.prototype,
    'trainable',
  ) as PropertyDescriptor;
  Object.defineProperty(tf.layers.Layer.prototype, 'trainable', {
    ...ofLayers,
    set(this: Layer, value: boolean) {
      ofLayers.set?.call(this, value);
      record(this, value);
    },
  });
  const container = Object.getPrototypeOf(tf.LayersModel.prototype);
  const own = Object.getOwnPropertyDescriptor(container, 'trainable') as PropertyDescriptor;
  Object.defineProperty(container, 'trainable', {
    ...own,
    set(this: tf.LayersModel, value: boolean) {
      own.set?.call(this, value);
      record(this, value);
      if (!value) forgetUnfrozen(this);
      for (const ref of frozen) if (ref.deref() === this) frozen.delete(ref);
      if (!value) frozen.add(new WeakRef(this));
    },
  });
  const sequential = tf.Sequential.prototype;
  const { build } = sequential;
  sequential.build = function (...args) {
    build.apply(this, args);
    built.add((this as unknown as { model: tf.LayersModel }).model);
  };
}
