import * as tf from '@tensorflow/tfjs';
import { difference } from './close.js';
import { checkLeaks } from './leaks.js';

export interface ContractOptions {
  /** Shape of one example, without the batch. */
  inputShape: number[];
  /** Default: 4. */
  batchSize?: number;
  /** Names of weights, without the layer's name, that no gradient has to reach. Default: none. */
  withoutGradient?: string[];
  /** False where the backend cannot train what the layer is made of: promises 4 and 5 are then of prediction alone. Default: true. */
  training?: boolean;
}

/**
 * What every layer must do, whatever it computes. Throws an Error that names the first promise broken:
 *
 * 1. the output has the shape that `computeOutputShape` gives, and only finite numbers;
 * 2. prediction is deterministic, the same called directly, in a sequential and in a functional model;
 * 3. the config survives JSON: the layer made from it has the same config and, with the same weights, predicts the same;
 * 4. a model with the layer, saved and loaded, predicts the same and goes on training to the same loss;
 * 5. a training step has a finite loss and moves every trainable weight;
 * 6. neither prediction nor training leaks a tensor, and disposing the model frees all of its own.
 *
 * @param make a new layer with the same arguments at each call
 */
export async function layerContract(make: () => tf.layers.Layer, options: ContractOptions): Promise<void> {
  const { inputShape, batchSize = 4, withoutGradient = [], training = true } = options;
  const before = tf.memory().numTensors;
  const x = tf.randomNormal([batchSize, ...inputShape], 0, 1, 'float32', 7);
  const model = sequential(make(), inputShape);
  const layer = model.layers.at(-1)!;
  const predict = (m: tf.LayersModel): Float32Array => tf.tidy(() => valuesOf(m.predict(x) as tf.Tensor));

  const first = tf.tidy(() => {
    const y = model.predict(x) as tf.Tensor;
    const promised = layer.computeOutputShape([batchSize, ...inputShape]) as number[];
    require(String(y.shape) ===
      String(promised), `the output has shape [${y.shape}], promised was [${promised}]`);
    return valuesOf(y);
  });
  require(first.every(Number.isFinite), 'the output has numbers that are not finite');
  same(predict(model), first, 'a second prediction differs from the first');
  same(
    tf.tidy(() => valuesOf(layer.apply(x) as tf.Tensor)),
    first,
    'apply on a tensor differs from the model',
  );

  const input = tf.input({ shape: inputShape });
  const functionalLayer = make();
  const functional = tf.model({ inputs: input, outputs: functionalLayer.apply(input) as tf.SymbolicTensor });
  functionalLayer.setWeights(layer.getWeights());
  same(predict(functional), first, 'in a functional model it predicts something else');
  functional.dispose();

  const json = JSON.stringify(model.toJSON(undefined, false));
  const restored = (await tf.models.modelFromJSON(JSON.parse(json))) as tf.Sequential;
  const configs = [layer, restored.layers.at(-1)!].map((l) =>
    // tfjs reads null where nothing was written: the same, to a constructor.
    JSON.stringify(l.getConfig(), (_, value) => value ?? undefined),
  );
  require(configs[0] ===
    configs[1], `the config changes on a round trip: from ${configs[0]} to ${configs[1]}`);
  restored.setWeights(model.getWeights());
  same(predict(restored), first, 'made again from its config and weights it predicts something else');
  restored.dispose();

  if (training) await trainOnce(model, x); // away from the initial point, where wrong code can look right
  const artifacts = await saved(model);
  const loaded = (await tf.loadLayersModel(tf.io.fromMemory(artifacts))) as tf.Sequential;
  same(predict(loaded), predict(model), 'saved and loaded it predicts something else');
  if (training) {
    loaded.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    const losses = [await trainOnce(model, x), await trainOnce(loaded, x)] as const;
    same([losses[1]], [losses[0]], 'loaded it goes on training with another loss');
  }
  loaded.dispose();

  if (training) await requireEachWeightMoves(model, x, withoutGradient);

  await checkLeaks(async () => {
    if (training) await trainOnce(model, x);
    predict(model);
  }).catch((error: Error) => require(false, error.message));
  model.dispose();
  x.dispose();
  const left = tf.memory().numTensors - before;
  require(left <= 0, `${left} tensors are left when the model is disposed`);
}

async function requireEachWeightMoves(
  model: tf.LayersModel,
  x: tf.Tensor,
  withoutGradient: string[],
): Promise<void> {
  // A layer without weights has to pass the gradient on to the dense one before it.
  const own = model.layers.at(-1)!.trainableWeights;
  const weights = own.length > 0 ? own : model.trainableWeights;
  const old = weights.map((w) => w.read().dataSync().slice());
  await trainOnce(model, x);
  weights.forEach((weight, i) => {
    const name = weight.originalName.split('/').at(-1)!;
    const moved = weight
      .read()
      .dataSync()
      .some((value, j) => value !== old[i]?.[j]);
    if (!withoutGradient.includes(name)) require(moved, `a training step does not move the weight ${name}`);
  });
}

/** The layer behind a dense one at the identity, so that a layer without weights of its own trains too. */
function sequential(layer: tf.layers.Layer, inputShape: number[]): tf.Sequential {
  const model = tf.sequential();
  const units = inputShape.at(-1)!;
  model.add(tf.layers.dense({ units, inputShape, kernelInitializer: 'identity', useBias: false }));
  model.add(layer);
  model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  return model;
}

/** One step of gradient descent on the mean square of output minus 1; returns the loss before it. */
async function trainOnce(model: tf.LayersModel, x: tf.Tensor): Promise<number> {
  const y = tf.tidy(() => tf.onesLike(model.predict(x) as tf.Tensor));
  const loss = (await model.trainOnBatch(x, y)) as number;
  y.dispose();
  require(Number.isFinite(loss), `a training step has the loss ${loss}`);
  return loss;
}

async function saved(model: tf.LayersModel): Promise<tf.io.ModelArtifacts> {
  return await new Promise((resolve, reject) => {
    const handler = tf.io.withSaveHandler(async (artifacts) => {
      resolve(artifacts);
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
    });
    model.save(handler).catch(reject);
  });
}

function valuesOf(y: tf.Tensor): Float32Array {
  return y.dataSync().slice() as Float32Array;
}

function same(actual: ArrayLike<number>, expected: ArrayLike<number>, broken: string): void {
  const { close, message } = difference(actual, expected, { rtol: 1e-6, atol: 1e-7 });
  require(close, `${broken}: ${message}`);
}

function require(kept: boolean, broken: string): asserts kept {
  if (!kept) throw new Error(`layer contract: ${broken}`);
}
