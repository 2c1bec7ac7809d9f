/** Layers of this package, what remains of them, and what folding refuses. */
import * as tf from '@tensorflow/tfjs';
import {
  annealedDropout,
  cosineConv1d,
  cosineConv2d,
  cosineDense,
  iterativeWhitening,
  layerNormLSTMCell,
  meanOnlyBatchNorm,
  weightNorm,
} from 'evenkeel';
import { describe, expect, it } from 'vitest';
import { fold, foldWithChanges } from '../../src/inference/fold.js';
import { scaled } from './axis-linear.js';
import {
  classNames,
  expectSamePredictions,
  functional,
  predict,
  randomInputs,
  scramble,
  sequential,
} from './models.js';

const { dense, batchNormalization: bn } = tf.layers;

describe('fold', () => {
  it.each([
    ['dense', () => dense({ units: 3, useBias: false }), [4], ['Dense']],
    ['conv2d', () => tf.layers.conv2d({ filters: 3, kernelSize: 3 }), [6, 6, 2], ['Conv2D']],
    [
      'conv2dTranspose',
      () => tf.layers.conv2dTranspose({ filters: 3, kernelSize: 3 }),
      [4, 4, 2],
      ['BatchNormalization', 'Conv2DTranspose'],
    ],
    [
      'lstm',
      () => tf.layers.lstm({ units: 3, returnSequences: true }),
      [5, 4],
      ['BatchNormalization', 'LSTM', 'BatchNormalization'],
    ],
  ])('takes weightNorm of %s and the normalization around it', (_, layer, shape, expected) => {
    const model = sequential(shape, bn(), weightNorm({ layer: layer() }), bn());
    scramble(model);
    const result = expectSamePredictions(model);
    expect(result.customLayers).toEqual([]);
    expect(classNames(result)).toEqual(expected);
    result.dispose();
  });

  it('takes mean-only normalization and whitening into what stands beside them', () => {
    const channelsFirst = { kernelSize: 3, dataFormat: 'channelsFirst' } as const;
    const model = sequential(
      [2, 7, 7],
      weightNorm({ layer: tf.layers.conv2d({ filters: 3, useBias: false, ...channelsFirst }) }),
      meanOnlyBatchNorm({ axis: 1 }),
      tf.layers.reLU(),
      tf.layers.flatten(),
      iterativeWhitening({ groupSize: 5 }),
      bn(),
      annealedDropout({ rate: 0.5, steps: 2 }),
      dense({ units: 4, activation: 'relu' }),
      meanOnlyBatchNorm(),
      iterativeWhitening({ center: false, scale: false }),
    );
    scramble(model);
    const result = expectSamePredictions(model);
    expect(classNames(result)).toEqual(['Conv2D', 'ReLU', 'Flatten', 'Dense', 'Dense']);
    expect(result.customLayers).toEqual([]);
    result.dispose();
  });

  it('keeps the weights of cosine layers at length 1', () => {
    const model = sequential([4], cosineDense({ units: 3, center: true }));
    scramble(model);
    const result = expectSamePredictions(model);
    const [kernel] = result.getWeights() as [tf.Tensor2D];
    expect(kernel.square().sum(0)).toBeAllClose([1, 1, 1]);
    expect(kernel.mean(0)).toBeAllClose([0, 0, 0]);
    const maps = sequential([8, 8, 2], cosineConv2d({ filters: 3, kernelSize: 3, bias: 'augmented' }), bn());
    scramble(maps);
    expect(classNames(expectSamePredictions(maps))).toEqual(['EvenkeelCosineConv2D', 'BatchNormalization']);
    const steps = sequential([8, 2], cosineConv1d({ filters: 3, kernelSize: 3 }));
    scramble(steps);
    expectSamePredictions(steps).dispose();
  });

  it('leaves recurrent layers, of both directions and with a cell of this package', () => {
    const cell = layerNormLSTMCell({ units: 3 });
    const both = tf.layers.bidirectional({
      layer: tf.layers.gru({ units: 3, returnSequences: true }) as tf.RNN,
    });
    const model = sequential([5, 4], both, bn(), tf.layers.rnn({ cell, name: 'memory' }));
    scramble(model);
    const result = expectSamePredictions(model);
    expect(classNames(result)).toEqual(['Bidirectional', 'BatchNormalization', 'RNN']);
    expect(result.customLayers).toEqual([{ name: 'memory', className: cell.getClassName() }]);
    result.dispose();
  });

  it('gives a model that outlives the one it was made of', () => {
    const model = sequential([4], dense({ units: 3 }), tf.layers.reLU(), bn());
    scramble(model);
    const result = fold(model);
    const x = randomInputs(model);
    const [before] = predict(result, x) as [tf.Tensor];
    scramble(model);
    expect(predict(result, x)[0] as tf.Tensor).toBeAllClose(before, { rtol: 0, atol: 0 });
    model.dispose();
    expect(predict(result, x)[0] as tf.Tensor).toBeAllClose(before, { rtol: 0, atol: 0 });
  });

  it('leaves cosine layers and names them', () => {
    const model = sequential(
      [4],
      dense({ units: 5 }),
      annealedDropout({ rate: 0.5, steps: 10 }),
      cosineDense({ units: 4, bias: 'add', scale: 'learned', center: true, name: 'angles' }),
      bn(),
      cosineDense({ units: 3, name: 'head' }),
    );
    scramble(model);
    const result = expectSamePredictions(model);
    expect(classNames(result)).toEqual([
      'Dense',
      'EvenkeelCosineDense',
      'BatchNormalization',
      'EvenkeelCosineDense',
    ]);
    expect(result.customLayers).toEqual([
      { name: 'angles', className: 'EvenkeelCosineDense' },
      { name: 'head', className: 'EvenkeelCosineDense' },
    ]);
    result.dispose();
  });

  it('names custom layers of nested models and inside of wrappers', () => {
    const nested = sequential([4], cosineDense({ units: 4, name: 'angles' }));
    const layer = cosineDense({ units: 2, name: 'inside' });
    const model = functional(
      [3, 4],
      (x) => tf.layers.timeDistributed({ layer, name: 'steps' }).apply(x) as tf.SymbolicTensor,
    );
    expect(fold(tf.sequential({ layers: [nested] })).customLayers).toEqual([
      { name: 'angles', className: 'EvenkeelCosineDense' },
    ]);
    expect(fold(functional([4], (x) => nested.apply(x) as tf.SymbolicTensor)).customLayers).toEqual([
      { name: 'angles', className: 'EvenkeelCosineDense' },
    ]);
    expect(fold(model).customLayers).toEqual([{ name: 'steps', className: 'EvenkeelCosineDense' }]);
  });

  it('copies weights as they are: constrained, frozen, with regularizers', () => {
    const limited = dense({
      units: 3,
      kernelConstraint: 'unitNorm',
      biasConstraint: tf.constraints.nonNeg(),
      kernelRegularizer: 'l1l2',
    });
    const rnn = tf.layers.gru({ units: 3, recurrentConstraint: 'unitNorm' });
    const model = sequential([5, 4], limited, bn({ gammaConstraint: 'nonNeg' }), tf.layers.reLU(), rnn, bn());
    // As after training, which applies no constraint: past the layers' own setters.
    for (const { val } of model.weights as unknown as { val: tf.Variable }[]) {
      val.assign(
        tf.randomUniform(val.shape, 0.1, 0.9, 'float32', 7).sub(val.name.includes('moving') ? 0 : 0.5),
      );
    }
    // tfjs thaws all weights of a sequential model at its first call.
    predict(model, randomInputs(model));
    const [kernel] = limited.weights;
    (kernel as unknown as { trainable: boolean }).trainable = false;
    expectSamePredictions(model).dispose();
  });

  it('lets no mask through where none went', () => {
    // scaled() says nothing of masks, so that the recurrent layer sees all steps.
    const model = sequential(
      [5, 4],
      tf.layers.masking({ maskValue: 0 }),
      scaled(),
      tf.layers.lstm({ units: 3 }),
    );
    const result = expectSamePredictions(model);
    expect(classNames(result)).toEqual(['Masking', 'TestAxisLinear', 'LSTM']);
    result.dispose();
  });

  it('folds normalization of an axis before the last by its equation', () => {
    const conv = (dataFormat: 'channelsFirst' | 'channelsLast', name: string) =>
      tf.layers.conv2d({ filters: 3, kernelSize: 2, dataFormat, name });
    const channelsFirst = sequential([2, 5, 5], conv('channelsFirst', 'a'), bn({ axis: 1 }));
    const channelsLast = sequential([5, 5, 2], conv('channelsLast', 'b'), bn());
    scramble(channelsFirst);
    channelsLast.setWeights(channelsFirst.getWeights());
    const result = fold(channelsFirst);
    expect(classNames(result)).toEqual(['Conv2D']);
    const [x] = randomInputs(channelsFirst) as [tf.Tensor];
    const [expected] = predict(channelsLast, [x.transpose([0, 2, 3, 1])]) as [tf.Tensor];
    expect(predict(result, [x])[0] as tf.Tensor).toBeAllClose(expected.transpose([0, 3, 1, 2]), {
      rtol: 1e-5,
      atol: 1e-5,
    });
  });

  it('gives a model that saves, and loads without this package', async () => {
    const model = sequential(
      [4],
      weightNorm({ layer: dense({ units: 3 }) }),
      annealedDropout({ rate: 0.5, steps: 3 }),
      bn(),
    );
    scramble(model);
    const result = fold(model);
    const artifacts = await new Promise<tf.io.ModelArtifacts>((resolve) => {
      const handler = tf.io.withSaveHandler(async (saved) => {
        resolve(saved);
        return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
      });
      void result.save(handler);
    });
    expect(JSON.stringify(artifacts.modelTopology)).not.toContain('Evenkeel');
    const loaded = await tf.loadLayersModel(tf.io.fromMemory(artifacts));
    const x = randomInputs(model);
    expect(predict(loaded, x)[0] as tf.Tensor).toBeAllClose(predict(result, x)[0] as tf.Tensor);
  });

  it('says what became of each layer', () => {
    const model = sequential(
      [4],
      weightNorm({ layer: dense({ units: 3, name: 'hidden' }) }),
      tf.layers.dropout({ rate: 0.5, name: 'drop' }),
      bn({ name: 'norm' }),
      bn({ name: 'norm2' }),
      tf.layers.reLU({ name: 'relu' }),
      scaled(),
    );
    const { model: result, changes } = foldWithChanges(model);
    const last = model.layers.at(-1)?.name as string;
    expect(changes).toEqual([
      { name: 'hidden', className: 'EvenkeelWeightNorm', into: { name: 'hidden', className: 'Dense' } },
      { name: 'drop', className: 'Dropout', into: null },
      { name: 'norm', className: 'BatchNormalization', into: { name: 'hidden', className: 'Dense' } },
      { name: 'norm2', className: 'BatchNormalization', into: { name: 'hidden', className: 'Dense' } },
      { name: last, className: 'TestAxisLinear', into: { name: last, className: 'BatchNormalization' } },
    ]);
    expect(result.layers.map(({ name }) => name).slice(1)).toEqual(['hidden', 'relu', last]);
  });
});

it('fold says once what became of a shared layer, and where a layer is in the end', () => {
  const model = functional([4], (x) => {
    const drop = tf.layers.dropout({ rate: 0.5, name: 'drop' });
    const norm = (name: string, y: tf.SymbolicTensor) => bn({ name }).apply(y) as tf.SymbolicTensor;
    const dropped = (y: tf.SymbolicTensor) => drop.apply(y) as tf.SymbolicTensor;
    const active = tf.layers.reLU().apply(dropped(x)) as tf.SymbolicTensor;
    return dense({ units: 2, name: 'head' }).apply(
      norm('b', norm('a', dropped(active))),
    ) as tf.SymbolicTensor;
  });
  const into = { name: 'head', className: 'Dense' };
  expect(foldWithChanges(model).changes).toEqual([
    { name: 'drop', className: 'Dropout', into: null },
    { name: 'b', className: 'BatchNormalization', into },
    { name: 'a', className: 'BatchNormalization', into },
  ]);
});

/** A layer whose config has none of its arguments. */
class Forgetful extends tf.layers.Layer {
  static className = 'TestForgetful';
  private readonly size: number;
  constructor(args: { size?: number }) {
    super({});
    if (args.size === undefined) throw new Error('size is missing');
    this.size = args.size;
  }
  override build(): void {
    this.addWeight('w', [this.size], 'float32', tf.initializers.zeros());
    this.built = true;
  }
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor | tf.Tensor[] {
    return inputs;
  }
}

describe('fold refuses in one line', () => {
  it.each([
    ['nothing', undefined, /^fold: model must be a tf.LayersModel, received undefined\.$/],
    ['a layer', dense({ units: 1 }), /^fold: model must be a tf.LayersModel, received 'a layer'\.$/],
    [
      'a graph model',
      new tf.GraphModel('nowhere'),
      /^fold: model must be a tf.LayersModel, received 'a tf.GraphModel'\.$/,
    ],
    [
      'a model that is not built',
      tf.sequential({ name: 'bare', layers: [] }),
      /^fold: model must be a tf.LayersModel that is built, received 'bare, without an input shape'\.$/,
    ],
    [
      'a model of another copy',
      { getClassName: (): string => 'Model' },
      /^fold: model comes from another copy of @tensorflow\/tfjs/,
    ],
  ])('%s', (_, model, message) => {
    expect(() => fold(model as tf.LayersModel)).toThrow(message);
  });

  it('a layer that cannot be made again, and frees what it had made', () => {
    const nested = sequential([4], dense({ units: 4 }), bn());
    const model = functional([4], (x) => {
      const y = dense({ units: 4 }).apply(nested.apply(x) as tf.SymbolicTensor) as tf.SymbolicTensor;
      return new Forgetful({ size: 2 }).apply(y) as tf.SymbolicTensor;
    });
    const before = tf.memory().numTensors;
    expect(() => fold(model)).toThrow(
      /^fold: model must be of layers that can be made again from their config and weights, received '\w+ of class TestForgetful \(size is missing\)'\.$/,
    );
    expect(tf.memory().numTensors).toBe(before);
  });

  it('a cycle', () => {
    const model = sequential([4], dense({ units: 4 }), tf.layers.reLU());
    const [, first, last] = model.layers as unknown as {
      inboundNodes: { inputTensors: unknown[] }[];
      output: unknown;
    }[];
    (first?.inboundNodes[0] as { inputTensors: unknown[] }).inputTensors = [last?.output];
    expect(() => fold(model)).toThrow(
      /^fold: model must be a graph without a cycle, received 'one at \w+'\.$/,
    );
  });
});
