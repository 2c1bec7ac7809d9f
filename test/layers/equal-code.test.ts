/** The same code run twice in one process gives the same numbers, with layers that have a seed and no name. */
import * as tf from '@tensorflow/tfjs';
import { annealedDropout, dropConnectDense, dropout, rrelu, standoutDense, uniformDropout } from 'evenkeel';
import { afterEach, describe, expect, it } from 'vitest';
import { reloaded } from '../support/random-layers.js';

const seed = 1;
/** Each layer with random numbers, without a name. */
const LAYERS: Record<string, () => tf.layers.Layer> = {
  dropout: () => dropout({ rate: 0.5, seed }),
  'gaussian dropout': () => dropout({ rate: 0.5, noise: 'gaussian', seed }),
  annealedDropout: () => annealedDropout({ rate: 0.5, steps: 10, seed }),
  uniformDropout: () => uniformDropout({ beta: 0.5, seed }),
  rrelu: () => rrelu({ seed }),
  standoutDense: () => standoutDense({ units: 4, seed, kernelInitializer: 'ones' }),
  dropConnectDense: () => dropConnectDense({ units: 4, rate: 0.5, seed, kernelInitializer: 'ones' }),
};

const half = () => dropout({ rate: 0.5, seed });
const dense = (units: number) => tf.layers.dense({ units, kernelInitializer: 'ones' });
const chained = (layers: tf.layers.Layer[], x: tf.SymbolicTensor) =>
  layers.reduce((x, layer) => layer.apply(x) as tf.SymbolicTensor, x);
const input = () => tf.input({ shape: [4] });
const model = (inputs: tf.SymbolicTensor | tf.SymbolicTensor[], outputs: tf.SymbolicTensor) =>
  tf.model({ inputs, outputs });

const block = () =>
  tf.sequential({
    layers: [tf.layers.dense({ units: 4, inputShape: [4], kernelInitializer: 'ones' }), half(), half()],
  });

const MODELS: Record<string, () => tf.LayersModel> = {
  ...Object.fromEntries(
    Object.entries(LAYERS).map(([name, make]) => [
      `${name}, twice in a row`,
      () =>
        tf.sequential({
          layers: [tf.layers.dense({ units: 4, inputShape: [4] }), make(), make(), dense(1)],
        }),
    ]),
  ),
  'one block nested twice': () => {
    const x = input();
    return model(x, chained([block(), block(), dense(1)], x));
  },
  'a block in a block': () => {
    const x = input();
    const outer = tf.sequential({ layers: [block(), half()] });
    return model(x, chained([half(), outer, dense(1)], x));
  },
  'two towers of two inputs': () => {
    const [a, b] = [input(), input()];
    const joined = tf.layers
      .concatenate()
      .apply([chained([dense(4), half()], a), chained([dense(4), half()], b)]);
    return model([a, b], chained([dense(1)], joined as tf.SymbolicTensor));
  },
  'parallel branches': () => {
    const x = input();
    const joined = tf.layers
      .add()
      .apply([half().apply(x), half().apply(x), half().apply(x)] as tf.SymbolicTensor[]);
    return model(x, chained([dense(1)], joined as tf.SymbolicTensor));
  },
  'a shared layer': () => {
    const x = input();
    const shared = half();
    return model(x, chained([shared, half(), shared, dense(1)], x));
  },
  timeDistributed: () => {
    const x = input();
    const inside = [half(), half()].map((layer) => tf.layers.timeDistributed({ layer }));
    return model(
      x,
      chained([tf.layers.reshape({ targetShape: [2, 2] }), ...inside, tf.layers.flatten(), dense(1)], x),
    );
  },
};

const x = tf.randomNormal([3, 4], 0, 1, 'float32', 7);
const y = tf.ones([3, 1]);

function compiled(model: tf.LayersModel): tf.LayersModel {
  // Start from the same weights: a seed of a layer is none of its initializers.
  model.setWeights(model.getWeights().map((w) => tf.ones(w.shape).mul(0.5)));
  model.compile({ optimizer: tf.train.sgd(0.01), loss: 'meanSquaredError' });
  return model;
}

async function losses(model: tf.LayersModel, steps: number): Promise<number[]> {
  const found: number[] = [];
  for (let t = 0; t < steps; t++) {
    found.push(
      (await model.trainOnBatch(
        model.inputs.map(() => x),
        y,
      )) as number,
    );
  }
  return found;
}

describe('equal code', () => {
  const made: tf.LayersModel[] = [];
  const fresh = (make: () => tf.LayersModel) => {
    const model = compiled(make());
    made.push(model);
    return model;
  };
  afterEach(() => {
    for (const model of made.splice(0)) model.dispose();
  });

  it.each(Object.entries(MODELS))('gives equal losses: %s', async (_, make) => {
    const first = await losses(fresh(make), 3);
    expect(new Set(first).size).toBe(3);
    expect(await losses(fresh(make), 3)).toEqual(first);
  });

  it.each(Object.entries(MODELS))('has masks of its own for each layer: %s', (_, make) => {
    const masks = masksOf(fresh(make));
    expect(new Set(masks.values()).size).toBe(masks.size);
  });

  it('goes on to the bit when saved in the midst, or before the first step', async () => {
    const make = MODELS['a block in a block'] as () => tf.LayersModel;
    const whole = await losses(fresh(make), 4);
    const begun = fresh(make);
    for (const steps of [0, 2]) {
      await losses(begun, steps);
      const loaded = await reloaded(begun);
      made.push(loaded);
      loaded.compile({ optimizer: tf.train.sgd(0.01), loss: 'meanSquaredError' });
      expect(await losses(loaded, 4 - steps)).toEqual(whole.slice(steps));
    }
  });

  it('however a layer is called by itself before', async () => {
    const make = () => {
      const layers = [half(), half(), half()];
      for (const layer of layers) layer.apply(x, { training: true });
      const input = tf.input({ shape: [4] });
      return model(input, chained([...layers, dense(1)], input));
    };
    const [a, b] = [fresh(make), fresh(make)];
    expect(await losses(a, 2)).toEqual(await losses(b, 2));
    const masks = masksOf(a);
    expect(new Set(masks.values()).size).toBe(3);
  });

  it("holds for layers that a loop of one's own calls one by one under a gradient", () => {
    const run = () => {
      const layers = [half(), half()];
      const masks: string[] = [];
      tf.grad((x) => {
        const outputs = layers.map((layer) => layer.apply(x, { training: true }) as tf.Tensor);
        masks.push(...outputs.map((y) => String(y.dataSync())));
        return tf.addN(outputs);
      })(tf.ones([1, 64])).dispose();
      return masks;
    };
    const first = run();
    expect(new Set(first).size).toBe(2);
    expect(run()).toEqual(first);
  });

  it('a name is what is drawn by where it is given', () => {
    const drawn = (name: string) =>
      String(
        (dropout({ rate: 0.5, seed, name }).apply(tf.ones([64]), { training: true }) as tf.Tensor).dataSync(),
      );
    expect(drawn('a')).toBe(drawn('a'));
    expect(drawn('a')).not.toBe(drawn('b'));
  });
});

/** After a training step, what each layer with random numbers makes of ones: they have all counted as many calls. */
function masksOf(model: tf.LayersModel): Map<tf.layers.Layer, string> {
  const layers = drawing(model);
  const probe = tf.ones([1, 64]);
  const stream = (layer: tf.layers.Layer) => {
    const { seed, place } = layer.getConfig();
    const twin = dropout({ rate: 0.5, seed: seed as number, place: place as number });
    return String((twin.apply(probe, { training: true }) as tf.Tensor).dataSync());
  };
  tf.tidy(
    () =>
      void model.apply(
        model.inputs.map(() => x),
        { training: true },
      ),
  );
  return new Map(layers.map((layer) => [layer, stream(layer)]));
}

function drawing(model: tf.LayersModel): tf.layers.Layer[] {
  return model.layers.flatMap((layer) => {
    if (layer instanceof tf.LayersModel) return drawing(layer);
    const drawn = (layer as unknown as { layer?: tf.layers.Layer }).layer ?? layer;
    return 'step' in drawn ? [drawn] : [];
  });
}
