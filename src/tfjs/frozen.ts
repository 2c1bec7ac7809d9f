import * as tf from '@tensorflow/tfjs';

type Layer = tf.layers.Layer;

/**
 * Models whose `trainable` is false. tfjs clears it on the weights of a model's own layers, and tells neither the layers
 * nor what is nested deeper; nor does a layer know the models that it is in.
 */
const frozen = new Set<WeakRef<tf.LayersModel>>();
/** Layers and models that were thawed after a model around them was frozen: the last word counts, as in Keras. */
const thawed = new WeakSet<Layer>();
/** What a sequential model computes with: it keeps the `trainable` of the time when it was built. */
const built = new WeakSet<object>();
/** Weights that are frozen here and not by tfjs, which would not thaw them. */
const cleared = new WeakSet<object>();

watch();

/** Whether a layer is not to be trained: by its own `trainable`, that of its weights, or that of a model around it. */
export function isFrozen(layer: Layer): boolean {
  const { _trainableWeights: weights } = layer as unknown as { _trainableWeights: { trainable: boolean }[] };
  if (!layer.trainable || (weights.length > 0 && weights.every((weight) => !weight.trainable))) return true;
  return isInFrozenModel(layer);
}

/**
 * Freezes the weights of a model's layers that are in a frozen model too. tfjs leaves out those that a layer has in another
 * one, a cell or what is wrapped; and a sequential model, when it is built, thaws a model that was added first.
 */
export function freezeWeights(model: tf.LayersModel): void {
  for (const layer of model.layers) {
    const isIn = isInFrozenModel(layer);
    for (const weight of isIn ? layer.trainableWeights : layer.weights.filter((one) => cleared.has(one))) {
      weight.trainable = !isIn;
      if (isIn) cleared.add(weight);
      else cleared.delete(weight);
    }
  }
}

function isInFrozenModel(layer: Layer): boolean {
  return [...frozen].some((ref) => {
    const model = ref.deref();
    if (!model) frozen.delete(ref);
    return model && !built.has(model) && holds(model, layer);
  });
}

function holds(model: tf.LayersModel, layer: Layer): boolean {
  return model.layers.some((own) => !thawed.has(own) && isOrHolds(own, layer));
}

function isOrHolds(own: Layer, layer: Layer): boolean {
  if (own === layer) return true;
  if (own instanceof tf.LayersModel) return holds(own, layer);
  const { layer: inner } = own as unknown as { layer?: Layer };
  return inner instanceof tf.layers.Layer && isOrHolds(inner, layer);
}

function forgetThawed(model: tf.LayersModel): void {
  for (const layer of model.layers) {
    thawed.delete(layer);
    if (layer instanceof tf.LayersModel) forgetThawed(layer);
  }
}

function note(layer: Layer, trainable: boolean): void {
  if (trainable) thawed.add(layer);
  else thawed.delete(layer);
}

/** Notes which models are frozen, and what is thawed, from now on; `trainable` does what it did. */
function watch(): void {
  const ofLayers = Object.getOwnPropertyDescriptor(
    tf.layers.Layer.prototype,
    'trainable',
  ) as PropertyDescriptor;
  Object.defineProperty(tf.layers.Layer.prototype, 'trainable', {
    ...ofLayers,
    set(this: Layer, value: boolean) {
      ofLayers.set?.call(this, value);
      note(this, value);
    },
  });
  const container = Object.getPrototypeOf(tf.LayersModel.prototype);
  const own = Object.getOwnPropertyDescriptor(container, 'trainable') as PropertyDescriptor;
  Object.defineProperty(container, 'trainable', {
    ...own,
    set(this: tf.LayersModel, value: boolean) {
      own.set?.call(this, value);
      note(this, value);
      if (!value) forgetThawed(this);
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
