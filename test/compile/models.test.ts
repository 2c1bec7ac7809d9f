/** Models of every form: compiled steps have the bits of steps op by op, in all that a model is used for. */
import * as tf from '@tensorflow/tfjs';
import { dropout } from 'evenkeel';
import { accelerate } from 'evenkeel/accelerate';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { nativeBackend } from '../../src/tfjs/native-backend.js';
import {
  classes,
  expectSame,
  normal,
  type Program,
  seeded,
  train,
  used,
  valuesOf,
  weightsOf,
} from '../support/compiled.js';
import { reloaded } from '../support/random-layers.js';

const { layers } = tf;
const dense = (units: number, args: object = {}) => layers.dense({ units, ...args });
const batch = (step: number): [tf.Tensor, tf.Tensor] => [normal([8, 12], step), classes(8, 3)];
const adam = () => tf.train.adam(0.01);

const netOf = (...inner: tf.layers.Layer[]): tf.Sequential =>
  seeded(
    tf.sequential({
      layers: [
        dense(10, { activation: 'relu', inputShape: [12] }),
        ...inner,
        dense(3, { activation: 'softmax' }),
      ],
    }),
  );
const compiledNet = (...inner: tf.layers.Layer[]): tf.Sequential => {
  const model = netOf(...inner);
  model.compile({ optimizer: adam(), loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  return model;
};
/** Trains one net in the plain way, of which only this differs. */
const trained =
  (
    make: () => tf.LayersModel,
    change?: (model: tf.LayersModel, step: number) => unknown,
    steps = 20,
  ): Program =>
  async (watch) => {
    const model = watch(make());
    const losses = await train(model, { steps, batch, change: (step) => change?.(model, step) });
    return { losses, weights: weightsOf(model) };
  };

let warnings: string[] = [];
beforeEach(() => {
  warnings = [];
  vi.spyOn(console, 'warn').mockImplementation((line: string) => warnings.push(line));
});
afterEach(() => vi.restoreAllMocks());

describe('a model', () => {
  it('has several inputs and outputs, with losses and metrics by name', () =>
    expectSame(async (watch) => {
      const [a, b] = [tf.input({ shape: [4] }), tf.input({ shape: [4] })];
      const both = [dense(5, { activation: 'tanh' }).apply(a), dense(5).apply(b)] as tf.SymbolicTensor[];
      const h = layers.concatenate().apply(both);
      const y = dense(3, { activation: 'softmax', name: 'y' }).apply(h) as tf.SymbolicTensor;
      const z = dense(4, { name: 'z' }).apply(h) as tf.SymbolicTensor;
      const model = watch(seeded(tf.model({ inputs: [a, b], outputs: [y, z] })));
      model.compile({
        optimizer: adam(),
        loss: { y: 'categoricalCrossentropy', z: 'meanSquaredError' },
        metrics: { y: 'accuracy', z: 'mse' },
      });
      // One tensor in two places is another step than two tensors.
      const data = (step: number): [tf.Tensor[], tf.Tensor[]] => {
        const [x, other] = [normal([8, 4], step), normal([8, 4], step + 100)];
        return [step % 3 === 0 ? [x, x] : [x, other], [classes(8, 3), step % 3 === 1 ? x : other]];
      };
      const losses = await train(model, { steps: 24, batch: data });
      return { losses, used: used(model, ...data(0)), weights: weightsOf(model) };
    }));

  it('weighs classes in fit and fitDataset, and is evaluated on a data set', () =>
    expectSame(async (watch) => {
      const model = watch(compiledNet());
      const classWeight = { 0: 1, 1: 2, 2: 0.5 };
      const fit = await model.fit(normal([50, 12], 1), classes(50, 3), {
        ...{ batchSize: 8, epochs: 3, shuffle: false, classWeight, validationSplit: 0.2, verbose: 0 },
      });
      const batches = Array.from({ length: 6 }, (_, i) => ({ xs: batch(i)[0], ys: batch(i)[1] }));
      const data = tf.data.array(batches) as tf.data.Dataset<{ xs: tf.Tensor; ys: tf.Tensor }>;
      const args = { epochs: 3, classWeight, validationData: data, verbose: 0 } as const;
      const fitDataset = await model.fitDataset(data, args);
      const evaluated = (await model.evaluateDataset(data, {})) as tf.Scalar[];
      const of = ({ history }: tf.History) => Object.values(history).map((list) => list.map(Number));
      return { fit: of(fit), dataset: of(fitDataset), evaluated: valuesOf(evaluated), w: weightsOf(model) };
    }));

  it('predicts batch by batch', () =>
    expectSame(async (watch) => {
      const model = watch(netOf(layers.batchNormalization()));
      const predicted = [5, 20, 20, 20].flatMap((size) => {
        const x = normal([size, 12], size);
        return valuesOf([
          model.predict(x, { batchSize: 8 }) as tf.Tensor,
          model.predictOnBatch(x) as tf.Tensor,
        ]);
      });
      return { predicted };
    }));

  it('has layers that are frozen, and not any more', () =>
    expectSame(
      trained(
        () => compiledNet(layers.batchNormalization()),
        (model, step) => {
          model.layers[1]!.trainable = step % 12 < 6;
        },
      ),
      { repair: true },
    ));

  it('shares a layer and holds another model', () =>
    expectSame(async (watch) => {
      const inner = tf.sequential({ layers: [dense(6, { inputShape: [6] }), layers.batchNormalization()] });
      inner.add(dropout({ rate: 0.3, seed: 5 }));
      const [a, b] = [tf.input({ shape: [6] }), tf.input({ shape: [6] })];
      const shared = dense(4, { activation: 'relu' });
      const both = [a, b].map((x) => shared.apply(inner.apply(x)) as tf.SymbolicTensor);
      const y = dense(1).apply(layers.add().apply(both)) as tf.SymbolicTensor;
      const model = watch(seeded(tf.model({ inputs: [a, b], outputs: y })));
      model.compile({ optimizer: adam(), loss: 'meanSquaredError' });
      const losses = await train(model, {
        batch: (i) => [[normal([8, 6], i), normal([8, 6], i + 100)], normal([8, 1], i)],
      });
      return { losses, weights: weightsOf(model) };
    }));

  it('takes integers and truth values', () =>
    expectSame(async (watch) => {
      const model = watch(compiledNet());
      const kinds = [(x: tf.Tensor) => x.mul(3).toInt(), (x: tf.Tensor) => x.greater(0)];
      const losses = await train(model, {
        batch: (i) => [kinds[i % 2]!(batch(i)[0]), classes(8, 3).cast(i % 2 ? 'int32' : 'float32')],
      });
      return { losses, weights: weightsOf(model) };
    }));

  it.each(['categoricalHinge', 'kullbackLeiblerDivergence', 'cosineProximity', 'binaryCrossentropy'])(
    'has the loss %s, and metrics',
    async (loss) => {
      await expectSame(
        trained(
          () => {
            const model = netOf();
            const metrics = ['accuracy', 'mse', 'binaryAccuracy', 'precision', 'cosine'];
            model.compile({ optimizer: adam(), loss, metrics });
            return model;
          },
          undefined,
          8,
        ),
      );
    },
  );

  it('has regularizers', () => {
    const kernelRegularizer = tf.regularizers.l1l2({ l1: 0.01, l2: 0.02 });
    return expectSame(trained(() => compiledNet(dense(4, { kernelRegularizer, biasRegularizer: 'l1l2' }))));
  });

  it.each(['maxNorm', 'nonNeg'])('has constraints that are applied, %s', async (kernelConstraint) => {
    const make = () => compiledNet(dense(4, { kernelConstraint, biasConstraint: 'nonNeg' }));
    await expectSame(trained(make), { repair: true });
  });

  it('has a loss and a metric of its user', () =>
    expectSame(
      trained(() => {
        const model = netOf();
        const loss = (t: tf.Tensor, y: tf.Tensor) => {
          const slope = tf.grad((y: tf.Tensor) => y.sub(t).square().mul(y).sum())(y);
          return y.sub(t).square().mean(-1).add(slope.square().mean(-1).mul(0.1));
        };
        const metrics = [(t: tf.Tensor, y: tf.Tensor) => t.sub(y).abs().max(), 'accuracy'];
        model.compile({ optimizer: adam(), loss, metrics: metrics as string[] });
        return model;
      }),
    ));

  it('is differentiated within its own loss, which reads a variable of the user', () =>
    expectSame(async (watch) => {
      const model = watch(netOf(dense(6, { activation: 'tanh' })));
      const [probe, strength] = [normal([8, 12], 77), tf.variable(tf.scalar(0))];
      const loss = (t: tf.Tensor, y: tf.Tensor) => {
        const squares = (x: tf.Tensor) => (model.apply(x, { training: true }) as tf.Tensor).square().sum();
        const penalty = tf.grad(squares)(probe).square().mean(-1).mul(strength);
        return y.sub(t).square().mean(-1).add(penalty);
      };
      model.compile({ optimizer: adam(), loss });
      const change = (step: number) => tf.tidy(() => strength.assign(tf.scalar(step / 10)));
      return { losses: await train(model, { batch, change }), weights: weightsOf(model) };
    }));

  it('takes turns with another: a discriminator, and a generator through it', () =>
    expectSame(async (watch) => {
      const first = dense(8, { activation: 'relu', inputShape: [6] });
      const d = tf.sequential({ layers: [first, dropout({ rate: 0.3, seed: 2 })] });
      d.add(dense(1, { activation: 'sigmoid' }));
      watch(seeded(d)).compile({ optimizer: adam(), loss: 'binaryCrossentropy', metrics: ['accuracy'] });
      const g = watch(seeded(tf.sequential({ layers: [dense(8, { inputShape: [4] }), dense(6)] })));
      d.trainable = false;
      const z = tf.input({ shape: [4] });
      const both = watch(tf.model({ inputs: z, outputs: d.apply(g.apply(z)) as tf.SymbolicTensor }));
      both.compile({ optimizer: adam(), loss: 'binaryCrossentropy' });
      const losses: number[][] = [];
      for (let step = 0; step < 20; step++) {
        const fake = g.predict(normal([4, 4], step)) as tf.Tensor;
        const real = (): [tf.Tensor, tf.Tensor] => [
          tf.concat([fake, normal([4, 6], step)]),
          tf.concat([tf.zeros([4, 1]), tf.ones([4, 1])]),
        ];
        d.trainable = true;
        losses.push(...(await train(d, { steps: 1, batch: real })));
        d.trainable = false;
        losses.push(
          ...(await train(both, { steps: 1, batch: () => [normal([8, 4], step), tf.ones([8, 1])] })),
        );
      }
      return { losses, d: weightsOf(d), g: weightsOf(g) };
    }));

  it('is saved, loaded and trained on', () =>
    expectSame(async (watch) => {
      const compile = (model: tf.LayersModel) =>
        model.compile({ optimizer: adam(), loss: 'categoricalCrossentropy' });
      const model = watch(netOf(layers.batchNormalization(), dropout({ rate: 0.3, seed: 2 })));
      compile(model);
      const losses = await train(model, { batch });
      const loaded = watch(await reloaded(model));
      compile(loaded);
      const more = [...(await train(loaded, { batch })), ...(await train(model, { batch }))];
      return { losses, more, weights: [...weightsOf(model), ...weightsOf(loaded)] };
    }));

  it('gets its weights from elsewhere, and gives them away', () =>
    expectSame(async (watch) => {
      const [model, copy] = [watch(compiledNet()), netOf()];
      const average = copy.getWeights().map((w) => w.clone());
      const change = (step: number) => {
        const [kernel, ...others] = model.getWeights();
        copy.setWeights([kernel!, ...others]);
        for (const [i, w] of average.entries()) average[i] = w.mul(0.9).add(model.getWeights()[i]!.mul(0.1));
        if (step % 5 === 1) model.setWeights(copy.getWeights().map((w) => w.mul(0.9)));
      };
      const losses = await train(model, { batch, change });
      return { losses, average: valuesOf(average), copy: weightsOf(copy), weights: weightsOf(model) };
    }));

  it('goes on where a step failed', () =>
    expectSame(async (watch) => {
      const embedding = layers.embedding({ inputDim: 7, outputDim: 4, inputLength: 3 });
      const model = watch(seeded(tf.sequential({ layers: [embedding, layers.flatten(), dense(3)] })));
      model.compile({ optimizer: adam(), loss: 'meanSquaredError' });
      const words = (i: number) => tf.randomUniform([4, 3], 0, 7, 'int32', i + 1).toFloat();
      let errors = 0;
      const change = async (step: number) => {
        if (step !== 10) return;
        await model.trainOnBatch(words(1).add(5), classes(4, 3)).catch(() => errors++);
      };
      const losses: number[][] = [];
      for (let i = 0; i < 16; i++) {
        await change(i);
        losses.push(...(await train(model, { steps: 1, batch: () => [words(i), classes(4, 3)] })));
      }
      return { losses, errors: [[errors]], weights: weightsOf(model) };
    }));
});

describe.each(['simpleRNN', 'lstm', 'gru'] as const)('%s', (kind) => {
  const args = { units: 5, recurrentInitializer: 'glorotNormal' as const };
  const target = (i: number) => normal([4, 1], i + 50);

  it('keeps its state from batch to batch, until it is reset', () =>
    expectSame(async (watch) => {
      const recurrent = layers[kind]({ ...args, stateful: true, batchInputShape: [4, 3, 2] });
      const model = watch(seeded(tf.sequential({ layers: [recurrent, dense(1)] })));
      model.compile({ optimizer: adam(), loss: 'meanSquaredError' });
      const reset = (step: number) => step % 7 === 0 && model.resetStates();
      const sequence = (i: number) => normal([4, 3, 2], i);
      const losses = await train(model, { batch: (i) => [sequence(i), target(i)], change: reset });
      const predicted = Array.from({ length: 12 }, (_, i) => {
        reset(i);
        return valuesOf(model.predict(sequence(i), { batchSize: 4 }) as tf.Tensor).flat();
      });
      return { losses, predicted, weights: weightsOf(model) };
    }));

  it('is masked, bidirectional, and distributed over time', () =>
    expectSame(async (watch) => {
      const parts = [
        layers.embedding({ inputDim: 7, outputDim: 4, maskZero: true, inputLength: 4 }),
        layers.bidirectional({
          layer: layers[kind]({ ...args, returnSequences: true }) as tf.RNN,
          mergeMode: 'concat',
        }),
        layers.timeDistributed({ layer: dense(3) }),
        layers[kind](args),
        dense(1),
      ];
      const model = watch(seeded(tf.sequential({ layers: parts })));
      model.compile({ optimizer: adam(), loss: 'meanSquaredError' });
      const words = (i: number) => tf.randomUniform([4, 4], 0, 7, 'int32', i + 1).toFloat();
      const losses = await train(model, { steps: 10, batch: (i) => [words(i), target(i)] });
      return { losses, weights: weightsOf(model) };
    }));

  it('draws its own dropout in JavaScript, and is left as it is', async () => {
    const program: Program = async (watch) => {
      const parts = [layers[kind]({ ...args, dropout: 0.3, inputShape: [3, 2] }), dense(1)];
      const model = watch(seeded(tf.sequential({ layers: parts })));
      model.compile({ optimizer: adam(), loss: 'meanSquaredError' });
      const losses = await train(model, { steps: 6, batch: (i) => [normal([4, 3, 2], i), target(i)] });
      return { steps: [[losses.length]] };
    };
    await expectSame(program, { reason: /number that Add in layer .* computes with is another one/ });
    expect(warnings).toHaveLength(1);
  });
});

class OfUser extends layers.Layer {
  static className = 'OfUserOfTest';
  constructor(private readonly compute: (x: tf.Tensor, layer: object) => tf.Tensor) {
    super({});
  }
  override computeOutputShape(shape: tf.Shape) {
    return shape;
  }
  override call(inputs: tf.Tensor | tf.Tensor[]) {
    return tf.tidy(() => this.compute([inputs].flat()[0]!, this));
  }
}

describe('a layer of a user', () => {
  interface Counting {
    n?: number;
    counts?: Map<string, number>;
    last?: tf.Tensor;
  }
  const of = (compute: (x: tf.Tensor, layer: Counting) => tf.Tensor) =>
    trained(() => compiledNet(new OfUser(compute)), undefined, 30);

  it('counts in a field that its first call makes, and is found', () =>
    expectSame(
      of((x, layer) => {
        layer.n = (layer.n ?? 0) + 1;
        return x.mul(layer.n > 10 ? 0.5 : 1);
      }),
      { reason: /n of layer .* changes at each step/ },
    ));

  it('counts in a map, and is found', () =>
    expectSame(
      of((x, layer) => {
        layer.counts ??= new Map();
        layer.counts.set('n', (layer.counts.get('n') ?? 0) + 1);
        return x.mul(layer.counts.get('n')! > 10 ? 0.5 : 1);
      }),
      { reason: /counts of layer .* changes at each step/ },
    ));

  it('keeps a tensor from step to step, and is compiled', () =>
    expectSame(
      of((x, layer) => {
        const last = layer.last;
        layer.last = tf.keep(x.mul(0.5));
        const y = last ? x.add(last) : x.add(0);
        last?.dispose();
        return y;
      }),
    ));
});

it('a rate that is set is seen in prediction and by the masks of tfjs', () =>
  expectSame(async (watch) => {
    const drops = [
      dropout({ rate: 0.3, scaling: 'classical', seed: 1 }),
      layers.dropout({ rate: 0.3, seed: 4 }),
    ];
    const numbers: number[][] = [];
    for (const drop of drops) {
      const model = watch(compiledNet(drop));
      for (let k = 0; k < 3; k++) {
        Object.assign(drop, { rate: 0.1 + k / 5 });
        numbers.push(...(await train(model, { steps: 5, batch })), ...used(model, ...batch(50)));
      }
    }
    return { numbers };
  }));

describe('graphs', () => {
  const graphs = () => {
    const { binding } = nativeBackend()!;
    return (binding as typeof binding & { getNumOfSavedModels(): number }).getNumOfSavedModels();
  };

  it('go with their model, and all of them with restore', async () => {
    const before = graphs();
    accelerate({ compile: true });
    const [a, b] = [compiledNet(), compiledNet()];
    for (const model of [a, b]) {
      await train(model, { steps: 4, batch });
      used(model, ...batch(1));
    }
    expect(graphs()).toBe(before + 6);
    a.dispose();
    expect(graphs()).toBe(before + 3);
    accelerate.restore();
    expect(graphs()).toBe(before);
    b.dispose();
    tf.disposeVariables();
  });
});
