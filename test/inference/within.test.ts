import * as tf from '@tensorflow/tfjs';
import { dataInit, dropout, weightNorm } from 'evenkeel';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { expectSamePredictions, predict, randomInputs, scramble } from './models.js';

const WIDTH = 3;
const STEPS = 2;

class Doubled extends tf.layers.Layer {
  static className = 'TestWithinDoubled';
  override call(x: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => tf.mul([x].flat()[0] as tf.Tensor, 2));
  }
}
tf.serialization.registerClass(Doubled);

/** Layers that keep the shape `[batch, 2, 3]`. */
const LAYERS: Record<string, () => tf.layers.Layer> = {
  dense: () => tf.layers.dense({ units: WIDTH }),
  normalized: () =>
    weightNorm({ name: 'same', layer: tf.layers.dense({ units: WIDTH, activation: 'tanh' }) }),
  batchNorm: () => tf.layers.batchNormalization(),
  listed: () => tf.layers.batchNormalization({ axis: [2] as unknown as number }),
  dropped: () => tf.layers.dropout({ rate: 0.5 }),
  classical: () => dropout({ rate: 0.5, scaling: 'classical' }),
  linear: () => tf.layers.activation({ activation: 'linear' }),
  tanh: () => tf.layers.activation({ activation: 'tanh' }),
  overTime: () =>
    tf.layers.timeDistributed({ layer: weightNorm({ layer: tf.layers.dense({ units: WIDTH }) }) }),
  normOverTime: () => tf.layers.timeDistributed({ layer: tf.layers.batchNormalization() }),
  bothWays: () => {
    const gru = tf.layers.gru({ units: WIDTH, returnSequences: true });
    return tf.layers.bidirectional({ layer: weightNorm({ layer: gru }) as never, mergeMode: 'sum' });
  },
  normalizedBothWays: () => {
    const gru = tf.layers.simpleRNN({ units: WIDTH, returnSequences: true });
    return weightNorm({ layer: tf.layers.bidirectional({ layer: gru, mergeMode: 'ave' }) });
  },
  users: () => new Doubled({}),
};

/** A piece of a model: a layer, one that an earlier piece had, a sum with what came before, a model inside. */
type Piece =
  | { is: 'layer'; of: string }
  | { is: 'shared'; at: number }
  | { is: 'sum' }
  | { is: 'model'; of: Piece[] };

const layer = fc.constantFrom(...Object.keys(LAYERS)).map((of): Piece => ({ is: 'layer', of }));
const shared = fc.nat(5).map((at): Piece => ({ is: 'shared', at }));
const sum = fc.constant<Piece>({ is: 'sum' });
const flat = fc.oneof({ arbitrary: layer, weight: 6 }, shared, { arbitrary: sum, weight: 2 });
const pieces = (inside: fc.Arbitrary<Piece>) => fc.array(inside, { minLength: 1, maxLength: 4 });
const nested = pieces(flat).map((of): Piece => ({ is: 'model', of }));
const twiceNested = pieces(fc.oneof({ arbitrary: flat, weight: 3 }, nested)).map(
  (of): Piece => ({ is: 'model', of }),
);
const drawn = pieces(fc.oneof({ arbitrary: flat, weight: 3 }, nested, twiceNested));

function make(of: readonly Piece[], outputs: number[] = []): tf.LayersModel {
  const x = tf.input({ shape: [STEPS, WIDTH] });
  const tensors = [x];
  const layers: tf.layers.Layer[] = [];
  const last = () => tensors.at(-1) as tf.SymbolicTensor;
  const names = new Set<string>();
  for (const piece of of) {
    if (piece.is === 'sum') {
      const [a, b] = [tensors.at(-2), last()];
      if (a) tensors.push(tf.layers.add().apply([a, b]) as tf.SymbolicTensor);
      continue;
    }
    const again = piece.is === 'shared' ? layers[piece.at % Math.max(1, layers.length)] : undefined;
    if (piece.is === 'shared' && !again) continue;
    const made =
      again ??
      (piece.is === 'model'
        ? make(piece.of)
        : (LAYERS[(piece as { of: string }).of] as () => tf.layers.Layer)());
    if (!again && names.has(made.name)) continue; // tfjs takes no two of one name in one model
    names.add(made.name);
    layers.push(made);
    tensors.push(made.apply(last()) as tf.SymbolicTensor);
  }
  // Of a nested model an input alone is no output.
  if (tensors.length === 1) tensors.push(tf.layers.dense({ units: WIDTH }).apply(x) as tf.SymbolicTensor);
  const more = outputs
    .map((i) => tensors[i % tensors.length] as tf.SymbolicTensor)
    .filter((y) => y !== last());
  return tf.model({ inputs: x, outputs: [...new Set([...more, last()])] });
}

async function reloaded(model: tf.LayersModel): Promise<tf.LayersModel> {
  let saved: tf.io.ModelArtifacts | undefined;
  await model.save(
    tf.io.withSaveHandler(async (artifacts) => {
      saved = artifacts;
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
    }),
  );
  // As a file has it.
  const { modelTopology, ...rest } = saved as tf.io.ModelArtifacts;
  return tf.loadLayersModel(
    tf.io.fromMemory({ ...rest, modelTopology: JSON.parse(JSON.stringify(modelTopology)) }),
  );
}

function loads(model: tf.LayersModel): boolean {
  const names = model.weights.map((weight) => (weight as unknown as { originalName: string }).originalName);
  return new Set(names).size === names.length;
}

/** The weight-normalized layers that dataInit starts, each once. */
function starting(model: tf.LayersModel, found = new Set<tf.layers.Layer>()): Set<tf.layers.Layer> {
  for (const one of model.layers) {
    const { start, layer: inner } = one as unknown as { start?: unknown; layer?: { start?: unknown } };
    if (one instanceof tf.LayersModel) starting(one, found);
    else if (start) found.add(one);
    else if (inner?.start) found.add(inner as tf.layers.Layer);
  }
  return found;
}

it('layers within layers within models fold to the same predictions, saved and loaded too', {
  timeout: 120_000,
}, async () => {
  const property = fc.asyncProperty(drawn, fc.array(fc.nat(6), { maxLength: 2 }), async (of, outputs) => {
    const model = make(of, outputs);
    scramble(model);
    const folded = expectSamePredictions(model);
    const x = randomInputs(model);
    const expected = predict(folded, x);
    // tfjs loads no model with two layers of one name within models inside of it.
    if (loads(model)) {
      const loaded = await reloaded(folded);
      predict(loaded, x).forEach((y, i) => {
        expect(y).toBeAllClose(expected[i] as tf.Tensor, { rtol: 1e-5, atol: 1e-5 });
      });
      loaded.dispose();
    }
    const layers = starting(model);
    if (layers.size > 0) {
      const batch = tf.randomNormal([8, STEPS, WIDTH], 0, 1, 'float32', 3);
      expect(dataInit(model, batch)).toHaveLength(layers.size);
    }
    for (const one of [folded, model]) one.dispose();
  });
  await fc.assert(property, { numRuns: 12, seed: 7 });
});
