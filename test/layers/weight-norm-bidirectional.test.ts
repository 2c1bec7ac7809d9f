import * as tf from '@tensorflow/tfjs';
import { fold, weightNorm } from 'evenkeel';
import { describe, expect, it } from 'vitest';

const { lstm, gru, bidirectional } = tf.layers;

type MergeMode = 'concat' | 'sum' | 'ave' | 'mul' | null;
type RNN = ReturnType<typeof lstm>;

const kernel = (seed: number) => tf.initializers.randomNormal({ stddev: 0.4, seed });
const recurrent = (make: typeof lstm | typeof gru, args = {}): RNN =>
  make({ units: 2, kernelInitializer: kernel(1), recurrentInitializer: kernel(2), ...args } as never) as RNN;

/** Both orders of the two wrappers, and the bidirectional layer alone. */
const orders = {
  outside: (layer: RNN, mergeMode: MergeMode) => weightNorm({ layer: plain(layer, mergeMode) }),
  inside: (layer: RNN, mergeMode: MergeMode) => plain(weightNorm({ layer }) as unknown as RNN, mergeMode),
};

function plain(layer: RNN, mergeMode: MergeMode): tf.layers.Layer {
  return bidirectional({ layer, mergeMode: mergeMode as 'concat' });
}

function modelOf(layer: tf.layers.Layer, shape: tf.Shape = [4, 3]): tf.LayersModel {
  const x = tf.input({ shape });
  return tf.model({ inputs: x, outputs: layer.apply(x) as tf.SymbolicTensor });
}

function outputs(model: tf.LayersModel, x: tf.Tensor | tf.Tensor[]): tf.Tensor[] {
  return [model.predict(x)].flat();
}

const input = (seed: number): tf.Tensor => tf.randomNormal([2, 4, 3], 0, 1, 'float32', seed);

function expectEqual(received: tf.Tensor[], expected: tf.Tensor[]): void {
  expect(received.map(({ shape }) => shape)).toEqual(expected.map(({ shape }) => shape));
  received.forEach((y, i) => {
    expect(y).toBeAllClose(expected[i] as tf.Tensor, { rtol: 1e-5, atol: 1e-6 });
  });
}

/** `g v / |v|`, by float64, of each pair of g and v; the bias as it is. */
function composed(weights: tf.Tensor[]): tf.Tensor[] {
  return weights.flatMap((weight, i) => {
    const v = weights[i + 1];
    if (i % 5 === 1 || i % 5 === 3) return [];
    if (i % 5 === 4) return [weight];
    const [rows, g] = [(v as tf.Tensor).arraySync() as number[][], weight.arraySync() as number[]];
    const lengths = g.map((_, j) => Math.hypot(...rows.map((row) => row[j] as number)));
    return [
      tf.tensor2d(rows.map((row) => row.map((w, j) => (w * (g[j] as number)) / (lengths[j] as number)))),
    ];
  });
}

describe.each(Object.entries(orders))('weight norm %s of bidirectional', (order, wrapped) => {
  it.each([
    ['concat', lstm, {}],
    ['sum', gru, { returnSequences: true }],
    ['ave', lstm, { goBackwards: true }],
    ['mul', lstm, { returnState: true }],
    [null, lstm, { returnSequences: true }],
  ] as [MergeMode, typeof lstm, object][])('starts as the layer without it, %s', (mode, make, args) => {
    const [expected, model] = [plain(recurrent(make, args), mode), wrapped(recurrent(make, args), mode)].map(
      (layer) => modelOf(layer),
    ) as [tf.LayersModel, tf.LayersModel];
    const x = input(5);
    expectEqual(outputs(model, x), outputs(expected, x));
  });

  it('has a length and a direction for each kernel of each direction, computes g v / |v|, and is folded to it', () => {
    const model = modelOf(wrapped(recurrent(lstm), 'concat'));
    const weights = model.getWeights();
    expect(weights.map(({ shape }) => shape)).toEqual([...one, ...one]);
    const moved = weights.map((w, i) => tf.randomNormal(w.shape, 0.5, 1, 'float32', i + 1));
    model.setWeights(moved);
    const reference = modelOf(plain(recurrent(lstm), 'concat'));
    reference.setWeights(composed(moved));
    const x = input(6);
    const expected = outputs(reference, x);
    expectEqual(outputs(model, x), expected);
    const folded = fold(model);
    expect(folded.customLayers).toEqual([]);
    expectEqual(outputs(folded, x), expected);
  });

  it('trains: each gradient is that of the composition by plain ops', () => {
    const model = modelOf(wrapped(recurrent(lstm), 'sum'));
    const reference = modelOf(plain(recurrent(lstm), 'sum'));
    const x = input(7);
    const loss = () => tf.sum(tf.square(model.apply(x, { training: true }) as tf.Tensor)) as tf.Scalar;
    const { grads } = tf.variableGrads(loss);
    const kernels = tf.variableGrads(
      () => tf.sum(tf.square(reference.apply(x, { training: true }) as tf.Tensor)) as tf.Scalar,
    ).grads;
    const variables = (of: tf.LayersModel) => of.trainableWeights as unknown as { val: tf.Variable }[];
    const own = variables(model).map(({ val }) => grads[val.name] as tf.Tensor);
    const by = variables(reference).map(({ val }) => kernels[val.name] as tf.Tensor);
    const values = model.getWeights();
    expect(own).toHaveLength(10);
    for (const direction of [0, 1]) {
      for (const k of [0, 1]) {
        const at = direction * 5 + k * 2;
        const [v, byKernel] = [values[at + 1] as tf.Tensor, by[direction * 3 + k] as tf.Tensor];
        // dL/dg = dL/dw . v / |v|
        const byLength = tf.sum(byKernel.mul(v), 0).div(tf.sqrt(tf.sum(tf.square(v), 0)));
        expect(own[at]).toBeAllClose(byLength, { rtol: 1e-4, atol: 1e-5 });
        // At g = |v|: dL/dv = dL/dw - (dL/dg / |v|) v
        const byDirection = byKernel.sub(v.mul(byLength.div(tf.sqrt(tf.sum(tf.square(v), 0)))));
        expect(own[at + 1]).toBeAllClose(byDirection, { rtol: 1e-4, atol: 1e-5 });
      }
      expect(own[direction * 5 + 4]).toBeAllClose(by[direction * 3 + 2] as tf.Tensor, {
        rtol: 1e-4,
        atol: 1e-5,
      });
    }
  });

  it('is saved and loaded, with lengths that are not trained', async () => {
    const inner = recurrent(lstm);
    const layer =
      order === 'outside'
        ? weightNorm({ layer: plain(inner, 'concat'), trainableScale: false })
        : plain(weightNorm({ layer: inner, trainableScale: false }) as unknown as RNN, 'concat');
    const model = modelOf(layer);
    model.setWeights(model.getWeights().map((w, i) => tf.randomNormal(w.shape, 0.5, 1, 'float32', i + 1)));
    expect(model.trainableWeights).toHaveLength(6);
    let saved: tf.io.ModelArtifacts | undefined;
    await model.save(
      tf.io.withSaveHandler(async (artifacts) => {
        saved = artifacts;
        return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
      }),
    );
    const loaded = await tf.loadLayersModel(tf.io.fromMemory(saved as tf.io.ModelArtifacts));
    const x = input(8);
    expectEqual(outputs(loaded, x), outputs(model, x));
    expectEqual(outputs(fold(model), x), outputs(model, x));
  });

  it('takes first states, and keeps states from batch to batch', () => {
    const states = [0, 1, 2, 3].map(() => tf.input({ shape: [2] }));
    const x = tf.input({ shape: [4, 3] });
    const withStates = (layer: tf.layers.Layer) =>
      tf.model({
        inputs: [x, ...states],
        outputs: layer.apply(x, { initialState: states }) as tf.SymbolicTensor,
      });
    const values = [input(9), ...[1, 2, 3, 4].map((seed) => tf.randomNormal([2, 2], 0, 1, 'float32', seed))];
    const given = withStates(wrapped(recurrent(lstm), 'concat'));
    const reference = withStates(plain(recurrent(lstm), 'concat'));
    expectEqual(outputs(given, values), outputs(reference, values));

    const keeping = (layer: tf.layers.Layer) => {
      const y = tf.input({ batchShape: [2, 4, 3] });
      return tf.model({ inputs: y, outputs: layer.apply(y) as tf.SymbolicTensor });
    };
    const a = keeping(wrapped(recurrent(lstm, { stateful: true }), 'concat'));
    const b = keeping(plain(recurrent(lstm, { stateful: true }), 'concat'));
    for (const seed of [1, 2]) expectEqual(outputs(a, input(seed)), outputs(b, input(seed)));
    a.resetStates();
    b.resetStates();
    expectEqual(outputs(a, input(3)), outputs(b, input(3)));
  });
});

/** The shapes of one direction of an LSTM of 2 units on 3 features. */
const one = [[8], [3, 8], [8], [2, 8], [8]];

it('says what to write for a layer in place of arguments, and for weights set on the layer inside', () => {
  const dense = tf.layers.dense({ units: 2, name: 'plain' });
  expect(() => weightNorm(dense as never)).toThrow(
    "weightNorm: its argument must be an object that holds a layer: write weightNorm({ layer }), received 'the layer plain'.",
  );
  const { layer } = weightNorm({ layer: dense });
  expect(() => layer.setWeights([tf.ones([3, 2]), tf.ones([2])])).toThrow(
    'weightNorm: the layer inside has no weights of its own, received setWeights; set g, v and bias by setWeights of the',
  );
});
