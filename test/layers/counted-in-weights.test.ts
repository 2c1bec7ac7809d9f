/** Models saved when layers counted their training calls in a weight `step`: they load, draw on, and are saved without it. */
import * as tf from '@tensorflow/tfjs';
import { type Dropout, dropout, fold } from 'evenkeel';
import { checkLeaks } from 'evenkeel/testing';
import { describe, expect, it } from 'vitest';
import { reloaded } from '../support/random-layers.js';
import fixture from './fixtures/counted-in-weights.json' with { type: 'json' };

const x = tf.fill([2, 6], -1);
const ROUNDED = { rtol: 1e-6, atol: 2e-6 };

function load(): Promise<tf.LayersModel> {
  const { modelTopology, weightSpecs } = structuredClone(fixture) as unknown as tf.io.ModelArtifacts;
  const bytes = Uint8Array.from(atob(fixture.weightData), (c) => c.charCodeAt(0));
  return tf.loadLayersModel(
    tf.io.fromMemory({ modelTopology, weightSpecs, weightData: bytes.buffer } as never),
  );
}

/** Every layer with random numbers, by its name. */
function drawing(model: tf.LayersModel): Map<string, tf.layers.Layer & { step: number }> {
  const found = model.layers.flatMap((layer): [string, tf.layers.Layer & { step: number }][] => {
    if (layer instanceof tf.LayersModel) return [...drawing(layer)];
    const drawn = (layer as unknown as { layer?: Dropout }).layer ?? (layer as Dropout);
    return 'step' in drawn ? [[drawn.name, drawn]] : [];
  });
  return new Map(found);
}

function expectNextMasks(model: tf.LayersModel): void {
  const layers = drawing(model);
  expect([...layers.keys()].sort()).toEqual(Object.keys(fixture.next).sort());
  for (const [name, expected] of Object.entries(fixture.next)) {
    for (const numbers of expected) {
      const y = layers.get(name)?.apply(x, { training: true }) as tf.Tensor;
      expect(y.flatten()).toBeAllClose(numbers, ROUNDED);
    }
  }
  const predicted = model.getLayer('always').apply(x) as tf.Tensor;
  expect(predicted.flatten()).toBeAllClose(fixture.nextPrediction, ROUNDED);
}

const steps = (model: tf.LayersModel) => model.weights.filter(({ dtype }) => dtype === 'int32').length;

/** Of training calls: that of the layer inside of timeDistributed has three at each step. */
const counts = (model: tf.LayersModel) => new Set([...drawing(model).values()].map(({ step }) => step));

describe('a model saved with counts among its weights', () => {
  it('draws on where it was', async () => {
    const model = await load();
    expectNextMasks(model);
    model.dispose();
  });

  it('saved and loaded has them in its config, and none among its weights', async () => {
    const model = await load();
    expect(steps(model)).toBe(0);
    expect(counts(model)).toEqual(new Set([3, 9]));
    const again = await reloaded(model);
    expect(again.countParams()).toBe(model.countParams());
    expectNextMasks(again);
    for (const m of [model, again]) m.dispose();
  });

  it('is the same model made from its topology, given all of its weights', async () => {
    const model = (await tf.models.modelFromJSON(
      structuredClone(fixture.modelTopology) as never,
    )) as tf.LayersModel;
    // Until the counts are there, they are waited for.
    expect(steps(model)).toBe(12);
    expect(model.getLayer('named').getConfig().step).toBeUndefined();
    const bytes = Uint8Array.from(atob(fixture.weightData), (c) => c.charCodeAt(0));
    const weights = tf.io.decodeWeights(bytes.buffer, fixture.weightSpecs as never);
    model.loadWeights(weights);
    expectNextMasks(model);
    tf.dispose(weights);
    model.dispose();
  });

  it('folds, with the count of what draws at prediction', async () => {
    const model = await load();
    const folded = fold(model);
    const predicted = folded.getLayer('always').apply(x) as tf.Tensor;
    expect(predicted.flatten()).toBeAllClose(fixture.nextPrediction, ROUNDED);
    for (const m of [model, folded]) m.dispose();
  });

  it('trains at once, from 0 where nothing was loaded, and leaks nothing', async () => {
    const model = (await tf.models.modelFromJSON(
      structuredClone(fixture.modelTopology) as never,
    )) as tf.LayersModel;
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    const y = tf.ones([2, 3, 2]);
    expect(await model.trainOnBatch(x, y)).toBeGreaterThan(0);
    expect(counts(model)).toEqual(new Set([1, 3]));
    expect(steps(model)).toBe(0);
    model.dispose();
    await checkLeaks(async () => {
      const loaded = await load();
      loaded.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
      await loaded.trainOnBatch(x, y);
      loaded.dispose();
    });
    await checkLeaks(async () => (await load()).dispose());
  });

  it('refuses a count that is none', () => {
    const layer = dropoutFrom({ rate: 0.5, name: 'a', seed: 1 });
    layer.build([null, 2]);
    layer.setWeights([tf.tensor1d([0, -1], 'int32')]);
    expect(() => layer.apply(tf.ones([1, 2]), { training: true })).toThrow(
      'dropout: the weight step must be a stream and a count of 0 or more (load the checkpoint again), received [0,-1].',
    );
  });
});

/** From a config of before. */
function dropoutFrom(config: tf.serialization.ConfigDict): Dropout {
  const layerClass = dropout({ rate: 0 }).constructor as tf.serialization.SerializableConstructor<Dropout>;
  return layerClass.fromConfig(layerClass, config);
}
