import * as tf from '@tensorflow/tfjs';
import { annealedDropout, weightNorm } from 'evenkeel';
import { describe, expect, it } from 'vitest';
import { classNames, expectSamePredictions, functional, scramble, sequential } from './models.js';

const { dense, dropout, batchNormalization: bn, activation, conv2d } = tf.layers;

/** Folds, compares, and names the classes of the layers that are left. */
function folded(model: tf.LayersModel): string[] {
  scramble(model);
  const result = expectSamePredictions(model);
  const names = classNames(result);
  result.dispose();
  return names;
}

describe('fold takes batch normalization into', () => {
  it('the dense layer before it, where that has no activation', () => {
    expect(folded(sequential([4], dense({ units: 3 }), bn(), activation({ activation: 'relu' })))).toEqual([
      'Dense',
      'Activation',
    ]);
  });

  it('the dense layer after it, where the one before has an activation', () => {
    const layers = [dense({ units: 3, activation: 'relu' }), bn(), dense({ units: 2, activation: 'tanh' })];
    expect(folded(sequential([4], ...layers))).toEqual(['Dense', 'Dense']);
  });

  it.each([
    ['without scale', { scale: false }],
    ['without centre', { center: false }],
    ['with neither, and another epsilon', { scale: false, center: false, epsilon: 0.3 }],
  ])('a dense layer without bias, %s', (_, args) => {
    expect(folded(sequential([4], dense({ units: 3, useBias: false }), bn(args)))).toEqual(['Dense']);
    expect(folded(sequential([4], bn(args), dense({ units: 3, useBias: false })))).toEqual(['Dense']);
  });

  it('dense layers on inputs of rank 3', () => {
    expect(folded(sequential([5, 4], dense({ units: 3 }), bn(), dropout({ rate: 0.5 }), bn()))).toEqual([
      'Dense',
    ]);
  });

  it.each([
    ['conv1d', () => tf.layers.conv1d({ filters: 3, kernelSize: 3, padding: 'same', strides: 2 }), [8, 2]],
    ['conv2d', () => conv2d({ filters: 3, kernelSize: 3, padding: 'same', useBias: false }), [6, 6, 2]],
    [
      'conv2dTranspose',
      () => tf.layers.conv2dTranspose({ filters: 3, kernelSize: 3, strides: 2 }),
      [4, 4, 2],
    ],
    ['depthwiseConv2d', () => tf.layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2 }), [6, 6, 2]],
    [
      'separableConv2d',
      () => tf.layers.separableConv2d({ filters: 3, kernelSize: 3, depthMultiplier: 2 }),
      [6, 6, 2],
    ],
  ])('the %s before it', (_, layer, shape) => {
    expect(folded(sequential(shape, layer(), bn()))).toHaveLength(1);
  });

  it.each([
    ['conv1d', () => tf.layers.conv1d({ filters: 3, kernelSize: 3, dilationRate: 2 }), [8, 2]],
    ['conv2d', () => conv2d({ filters: 3, kernelSize: 3, strides: 2, activation: 'relu' }), [7, 7, 2]],
    [
      'depthwiseConv2d',
      () => tf.layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, useBias: false }),
      [6, 6, 2],
    ],
    [
      'separableConv2d',
      () => tf.layers.separableConv2d({ filters: 3, kernelSize: 3, depthMultiplier: 2 }),
      [6, 6, 2],
    ],
  ])('the %s after it, where nothing is padded', (_, layer, shape) => {
    expect(folded(sequential(shape, bn(), layer()))).toHaveLength(1);
  });
});

describe('fold leaves batch normalization', () => {
  it('before a convolution with padding, whose zeros it would shift', () => {
    const padded = () => conv2d({ filters: 3, kernelSize: 3, padding: 'same' });
    expect(folded(sequential([6, 6, 2], bn(), padded()))).toEqual(['BatchNormalization', 'Conv2D']);
  });

  it('between an activation and an output, and across a change of axes', () => {
    expect(folded(sequential([4], dense({ units: 3, activation: 'relu' }), bn()))).toEqual([
      'Dense',
      'BatchNormalization',
    ]);
    const layers = [bn(), tf.layers.permute({ dims: [2, 1] }), dense({ units: 3 })];
    expect(folded(sequential([3, 2], ...layers))).toEqual(['BatchNormalization', 'Permute', 'Dense']);
  });
});

it('fold leaves batch normalization that stays as it was', () => {
  const model = functional([3, 3, 4], (x) => {
    const one = bn({ epsilon: 0.1, scale: false, name: 'one' }).apply(
      tf.layers.reLU().apply(x),
    ) as tf.SymbolicTensor;
    return bn({ axis: 1, name: 'rows' }).apply(tf.layers.reLU().apply(one)) as tf.SymbolicTensor;
  });
  scramble(model);
  const result = expectSamePredictions(model);
  for (const name of ['one', 'rows']) {
    expect(result.getLayer(name).getConfig()).toMatchObject({ ...model.getLayer(name).getConfig() });
    const before = model.getLayer(name).getWeights();
    result
      .getLayer(name)
      .getWeights()
      .forEach((weight, i) => {
        expect(weight).toBeAllClose(before[i] as tf.Tensor, { rtol: 0, atol: 0 });
      });
  }
  result.dispose();
});

describe('fold takes out', () => {
  it('dropout and noise of any kind, and linear activations', () => {
    const layers = [
      dropout({ rate: 0.5 }),
      dense({ units: 3 }),
      tf.layers.gaussianNoise({ stddev: 1 }),
      annealedDropout({ rate: 0.5, steps: 10 }),
      activation({ activation: 'linear' }),
      bn(),
      tf.layers.gaussianDropout({ rate: 0.5 }),
      tf.layers.alphaDropout({ rate: 0.5 }),
    ];
    expect(folded(sequential([4], ...layers))).toEqual(['Dense']);
    expect(
      folded(sequential([5, 4], tf.layers.spatialDropout1d({ rate: 0.5 }), dense({ units: 3 }))),
    ).toEqual(['Dense']);
  });

  it('nothing of a model whose outputs would be its input, or each other', () => {
    expect(folded(sequential([4], dropout({ rate: 0.5, name: 'only' })))).toEqual(['Activation']);
    const model = functional([4], (x) => {
      const y = dense({ units: 3 }).apply(x) as tf.SymbolicTensor;
      const dropped = () => dropout({ rate: 0.5 }).apply(y) as tf.SymbolicTensor;
      return [dropped(), y, dropped()];
    });
    expect(folded(model)).toEqual(['Dense', 'Activation', 'Activation']);
  });
});

describe('fold of graphs', () => {
  const apply = (layer: tf.layers.Layer, ...x: tf.SymbolicTensor[]) =>
    layer.apply(x.length === 1 ? (x[0] as tf.SymbolicTensor) : x) as tf.SymbolicTensor;

  it('leaves a shared dense layer as it is for both of its uses', () => {
    const model = functional([4], (x) => {
      const shared = dense({ units: 4 });
      return apply(bn(), apply(shared, apply(activation({ activation: 'tanh' }), apply(shared, x))));
    });
    expect(folded(model)).toEqual(['Dense', 'Activation', 'BatchNormalization']);
  });

  it('takes a shared batch normalization into each of its neighbours', () => {
    const model = functional([4], (x) => {
      const shared = bn();
      const branch = () => apply(shared, apply(dense({ units: 3 }), x));
      return [branch(), branch()];
    });
    expect(folded(model)).toEqual(['Dense', 'Dense']);
  });

  it('keeps one batch normalization for those uses that have no neighbour', () => {
    const model = functional([4], (x) => {
      const shared = bn();
      const branch = (name: string) => apply(shared, apply(activation({ activation: 'tanh', name }), x));
      return [branch('a'), branch('b'), apply(shared, apply(dense({ units: 4 }), x))];
    });
    expect(folded(model).sort()).toEqual(['Activation', 'Activation', 'BatchNormalization', 'Dense']);
  });

  it('changes no layer for one of its uses', () => {
    const shared = (
      after: (y: tf.SymbolicTensor, i: number) => tf.SymbolicTensor,
      layer: () => tf.layers.Layer,
    ) =>
      functional([4], (x) => {
        const one = layer();
        return [0, 1].map((i) => after(apply(one, apply(activation({ activation: 'tanh' }), x)), i));
      });
    // Another map after one use of a map; a map before one use of a dense layer.
    const first = shared((y, i) => (i === 0 ? apply(bn(), y) : y), bn);
    expect(folded(first).filter((name) => name === 'BatchNormalization')).toHaveLength(2);
    const model = functional([4], (x) => {
      const one = dense({ units: 4 });
      const y = apply(activation({ activation: 'tanh' }), x);
      return [apply(one, apply(bn(), y)), apply(one, y)];
    });
    expect(folded(model)).toEqual(['Activation', 'BatchNormalization', 'Dense']);
    // A map beside another user of the same dense layer.
    const branch = functional([4], (x) => {
      const y = apply(dense({ units: 3 }), x);
      return [apply(bn(), y), apply(activation({ activation: 'tanh' }), y)];
    });
    expect(folded(branch)).toEqual(expect.arrayContaining(['Dense', 'BatchNormalization']));
  });

  it('has two inputs and two outputs in their order', () => {
    const a = tf.input({ shape: [3], name: 'second' });
    const b = tf.input({ shape: [5], name: 'first' });
    const merged = apply(
      tf.layers.concatenate(),
      apply(bn(), apply(dense({ units: 4 }), b)),
      apply(dense({ units: 4 }), apply(bn(), a)),
    );
    const outputs = [
      apply(bn(), apply(dense({ units: 2 }), merged)),
      apply(dense({ units: 6 }), apply(bn(), merged)),
    ];
    const model = tf.model({ inputs: [b, a], outputs, name: 'pair' });
    const result = expectSamePredictions(model);
    expect(result.name).toBe('pair');
    expect(classNames(result)).toEqual(['Dense', 'Dense', 'Concatenate', 'Dense', 'Dense']);
    expect(result.outputNames).toEqual([
      model.outputNames[0]?.replace(/.*/, result.outputNames[0] as string),
      model.outputNames[1],
    ]);
  });

  it('takes a map into all of its users, or into none', () => {
    const residual = (...units: (tf.layers.Layer | null)[]) =>
      functional([4], (x) => {
        const y = apply(bn(), apply(activation({ activation: 'tanh' }), x));
        return units.map((layer) => (layer ? apply(layer, y) : apply(tf.layers.add(), x, y)));
      });
    expect(folded(residual(dense({ units: 2 }), dense({ units: 3 })))).toEqual([
      'Activation',
      'Dense',
      'Dense',
    ]);
    expect(folded(residual(dense({ units: 2 }), null))).toContain('BatchNormalization');
  });

  it('leaves what an output shows', () => {
    const model = functional([4], (x) => {
      const inner = apply(dense({ units: 3 }), x);
      return [inner, apply(bn(), inner)];
    });
    expect(folded(model)).toEqual(['Dense', 'BatchNormalization']);
    const shown = functional([4], (x) => {
      const normed = apply(bn(), x);
      return [normed, apply(dense({ units: 2 }), normed)];
    });
    expect(folded(shown)).toEqual(['BatchNormalization', 'Dense']);
  });

  it('folds a nested model once for all of its uses', () => {
    const nested = sequential([4], dense({ units: 3 }), bn(), dropout({ rate: 0.5 }), dense({ units: 4 }));
    const model = functional([4], (x) => apply(bn(), apply(nested, apply(nested, x))));
    scramble(model);
    const result = expectSamePredictions(model);
    expect(classNames(result)).toEqual([expect.stringMatching(/Model|Functional/), 'BatchNormalization']);
    expect(classNames(result.layers[1] as tf.LayersModel)).toEqual(['Dense', 'Dense']);
    result.dispose();
  });

  it('goes through the layers of a sequential model that starts with another', () => {
    const first = sequential([4], dense({ units: 3 }), bn());
    expect(folded(tf.sequential({ layers: [first, bn(), dense({ units: 2 })] }))).toEqual(['Dense', 'Dense']);
  });

  it('keeps recurrent layers with initial states, and several outputs of one layer', () => {
    const model = functional([5, 4], (x) => {
      const [y, ...states] = tf.layers
        .lstm({ units: 3, returnState: true, returnSequences: true })
        .apply(apply(bn(), x)) as tf.SymbolicTensor[];
      const again = tf.layers.lstm({ units: 3 }).apply(apply(bn(), y as tf.SymbolicTensor), {
        initialState: states,
      }) as tf.SymbolicTensor;
      return [again, apply(dense({ units: 2 }), states[1] as tf.SymbolicTensor)];
    });
    expect(folded(model).filter((name) => name === 'LSTM')).toHaveLength(2);
  });

  it('keeps masks', () => {
    const layers = [
      tf.layers.embedding({ inputDim: 5, outputDim: 4, maskZero: true }),
      dropout({ rate: 0.5 }),
      bn(),
      dense({ units: 3 }),
      tf.layers.lstm({ units: 3 }),
    ];
    const x = tf.input({ shape: [6], dtype: 'int32' });
    const outputs = layers.reduce((y, layer) => apply(layer, y), x);
    expect(folded(tf.model({ inputs: x, outputs }))).toEqual(['Embedding', 'Dense', 'LSTM']);
  });

  it('takes what is inside of timeDistributed', () => {
    const overTime = (layer: tf.layers.Layer) => tf.layers.timeDistributed({ layer });
    const layers = [
      overTime(weightNorm({ layer: dense({ units: 3 }) })),
      overTime(dropout({ rate: 0.5 })),
      overTime(bn()),
      dense({ units: 2 }),
    ];
    const model = sequential([5, 4], ...layers);
    scramble(model);
    const result = expectSamePredictions(model);
    expect(classNames(result)).toEqual(['TimeDistributed', 'Dense']);
    expect(result.customLayers).toEqual([]);
    result.dispose();
  });

  it('is not stopped by depth', () => {
    const layers = Array.from({ length: 300 }, () => [
      dense({ units: 2 }),
      bn(),
      activation({ activation: 'tanh' }),
    ]);
    expect(folded(sequential([2], ...layers.flat()))).toHaveLength(600);
  });
});
