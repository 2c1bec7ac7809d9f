/** What becomes of the layers that drop, draw or gate. */
import * as tf from '@tensorflow/tfjs';
import {
  annealedDropout,
  dropout,
  fold,
  rrelu,
  type StandoutDenseArgs,
  standoutDense,
  uniformDropout,
} from 'evenkeel';
import { describe, expect, it } from 'vitest';
import { type DropConnectDenseArgs, dropConnectDense } from '../../layers/drop-connect-dense.js';
import { foldWithChanges } from '../../src/inference/fold.js';
import { reloaded } from '../support/random-layers.js';
import { mixed } from './axis-linear.js';
import {
  classNames,
  expectSamePredictions,
  functional,
  predict,
  randomInputs,
  scramble,
  sequential,
} from './models.js';

const { dense, conv2d, flatten, batchNormalization: bn, timeDistributed } = tf.layers;
const EXACT = { rtol: 0, atol: 0 };

/** Folds, compares, demands built-in layers alone, and names their classes. */
function builtIn(model: tf.LayersModel): string[] {
  scramble(model);
  const result = expectSamePredictions(model);
  expect(result.customLayers).toEqual([]);
  const names = classNames(result);
  result.dispose();
  return names;
}

const apply = (layer: tf.layers.Layer, ...x: tf.SymbolicTensor[]) =>
  layer.apply(x.length === 1 ? (x[0] as tf.SymbolicTensor) : x) as tf.SymbolicTensor;

describe('fold of what does nothing at prediction', () => {
  it.each([
    ['inverted dropout', () => dropout({ rate: 0.4, seed: 1 })],
    ['Gaussian dropout', () => dropout({ rate: 0.4, noise: 'gaussian' })],
    ['classical dropout of rate 0', () => dropout({ rate: 0, scaling: 'classical' })],
    ['annealed dropout', () => annealedDropout({ rate: 0.5, steps: 10 })],
    ['uniform dropout', () => uniformDropout({ beta: 0.1 })],
  ])('takes %s out', (_, layer) => {
    expect(builtIn(sequential([4], layer(), dense({ units: 3 }), layer()))).toEqual(['Dense']);
    expect(builtIn(sequential([2, 4], timeDistributed({ layer: layer() }), dense({ units: 3 })))).toEqual([
      'Dense',
    ]);
    expect(builtIn(sequential([4], layer()))).toEqual(['Activation']);
  });
});

it.each([
  ['slope', (1 / 8 + 1 / 3) / 2],
  ['divisor', 1 / 5.5],
] as const)('fold of rrelu by the law %s is leakyReLU with its mean slope', (law, slope) => {
  const model = sequential([4], dense({ units: 3 }), rrelu({ law, seed: 1, name: 'bent' }));
  scramble(model);
  const result = expectSamePredictions(model);
  expect(classNames(result)).toEqual(['Dense', 'LeakyReLU']);
  expect(result.getLayer('bent').getConfig().alpha).toBe(slope);
});

describe('fold of classical dropout', () => {
  const classical = (rate = 0.3) => dropout({ rate, scaling: 'classical' });

  it('takes it into the dense layer after an activation, and before it where there is none', () => {
    const relu = dense({ units: 3, activation: 'relu' });
    expect(builtIn(sequential([4], relu, classical(), dense({ units: 2 })))).toEqual(['Dense', 'Dense']);
    expect(builtIn(sequential([4], dense({ units: 3 }), classical()))).toEqual(['Dense']);
    expect(builtIn(sequential([4], classical(), bn(), classical(), dense({ units: 2 })))).toEqual(['Dense']);
  });

  it('takes it into a convolution with padding: it leaves zeros zero', () => {
    const conv = () => conv2d({ filters: 3, kernelSize: 3, padding: 'same', activation: 'relu' });
    expect(builtIn(sequential([5, 5, 2], conv(), classical(), conv()))).toEqual(['Conv2D', 'Conv2D']);
  });

  it('takes it through a flattening', () => {
    const layers = () => [conv2d({ filters: 3, kernelSize: 3, activation: 'relu' }), classical()];
    expect(builtIn(sequential([5, 4, 2], ...layers(), flatten(), dense({ units: 2 })))).toEqual([
      'Conv2D',
      'Flatten',
      'Dense',
    ]);
  });

  it.each([
    ['is an output', [classical()], ['BatchNormalization']],
    ['is flattened to an output', [classical(), flatten()], ['BatchNormalization', 'Flatten']],
  ])('leaves batch normalization where it %s', (_, layers, expected) => {
    expect(builtIn(sequential([3, 2], tf.layers.reLU(), ...layers))).toEqual(['ReLU', ...expected]);
  });

  it('of rate 1 gives zeros, in a kernel and alone', () => {
    const model = sequential([4], tf.layers.reLU(), classical(1), dense({ units: 2 }));
    scramble(model);
    const result = expectSamePredictions(model);
    expect(classNames(result)).toEqual(['ReLU', 'Dense']);
    const alone = fold(sequential([4], tf.layers.reLU(), classical(1)));
    expect(predict(alone, [tf.ones([2, 4])])[0] as tf.Tensor).toBeAllClose(tf.zeros([2, 4]), EXACT);
  });

  it('takes the rate that was set last, at each step in time too', () => {
    const layer = classical(0.9);
    layer.rate = 0.25;
    const model = sequential([3, 4], timeDistributed({ layer }), dense({ units: 2, name: 'head' }));
    const kernel = model.getLayer('head').getWeights()[0] as tf.Tensor;
    const result = expectSamePredictions(model);
    expect(result.getLayer('head').getWeights()[0] as tf.Tensor).toBeAllClose(kernel.mul(0.75));
    expect(classNames(result)).toEqual(['Dense']);
  });

  it('stays where the number of features is not known', () => {
    const x = tf.input({ shape: [null, null], name: 'open' });
    const model = tf.model({ inputs: x, outputs: apply(classical(), x) });
    const result = expectSamePredictions(model);
    expect(result.customLayers.map(({ className }) => className)).toEqual(['EvenkeelDropout']);
  });
});

describe('fold through a flattening', () => {
  it('takes a map of any axis that does not mix', () => {
    const spread = (axis: number) =>
      sequential([3, 4, 2], bn({ axis, name: 'n' }), flatten(), dense({ units: 2 }));
    expect(builtIn(spread(-1))).toEqual(['Flatten', 'Dense']);
    // tfjs predicts wrongly here but on the native backend: by the equation instead.
    const model = spread(1);
    scramble(model);
    const transposed = sequential(
      [2, 4, 3],
      bn(),
      tf.layers.permute({ dims: [3, 2, 1] }),
      flatten(),
      dense({ units: 2 }),
    );
    transposed.setWeights(model.getWeights());
    const [x] = randomInputs(transposed) as [tf.Tensor];
    const folded = fold(model);
    expect(classNames(folded)).toEqual(['Flatten', 'Dense']);
    expect(predict(folded, [x.transpose([0, 3, 2, 1])])[0] as tf.Tensor).toBeAllClose(
      predict(transposed, [x])[0] as tf.Tensor,
      { rtol: 1e-5, atol: 1e-5 },
    );
  });

  it('takes it into all that follow, or into none', () => {
    const headedBy = (head: tf.layers.Layer) =>
      functional([3, 2], (x) => {
        const y = apply(flatten(), apply(bn(), x));
        return [apply(dense({ units: 2 }), y), apply(head, y)];
      });
    expect(builtIn(headedBy(dense({ units: 3 })))).toEqual(['Flatten', 'Dense', 'Dense']);
    expect(builtIn(headedBy(tf.layers.reLU()))).toContain('BatchNormalization');
  });

  it('takes none that is used before it, that mixes, or where it exchanges axes or shows', () => {
    const used = functional([3, 2], (x) => {
      const y = apply(bn(), x);
      return [apply(tf.layers.reLU(), y), apply(dense({ units: 2 }), apply(flatten(), y))];
    });
    expect(builtIn(used)).toContain('BatchNormalization');
    const shown = functional([3, 2], (x) => {
      const y = apply(flatten(), apply(bn(), x));
      return [y, apply(dense({ units: 2 }), y)];
    });
    expect(builtIn(shown)).toContain('BatchNormalization');
    const both = functional([3, 2], (x) => {
      const y = apply(bn(), x);
      return [y, apply(dense({ units: 2 }), apply(flatten(), y))];
    });
    expect(builtIn(both)).toContain('BatchNormalization');
    const relu = () => tf.layers.reLU();
    expect(builtIn(sequential([3, 2], relu(), mixed(), flatten(), dense({ units: 2 })))).toEqual([
      'ReLU',
      'Dense',
      'Flatten',
      'Dense',
    ]);
    const turned = flatten({ dataFormat: 'channelsFirst' });
    expect(builtIn(sequential([2, 3, 2], relu(), bn(), turned, dense({ units: 2 })))).toContain(
      'BatchNormalization',
    );
  });
});

describe('fold of standoutDense', () => {
  const args: Omit<StandoutDenseArgs, 'units'>[] = (['tied', 'learned'] as const).flatMap((belief) =>
    (['logit', 'weights'] as const).flatMap((betaOn) =>
      [true, false].map((useBias) => ({ belief, betaOn, useBias, alpha: 0.7, beta: 0.3 })),
    ),
  );

  it.each([...args, {}, { activation: 'relu' as const, seed: 3 }])(
    '%j is two dense layers and a product',
    (given) => {
      const model = sequential([4], standoutDense({ units: 3, activation: 'tanh', ...given, name: 'gated' }));
      scramble(model);
      const result = expectSamePredictions(model);
      expect(result.customLayers).toEqual([]);
      expect(result.layers.slice(1).map((layer) => [layer.name, layer.getClassName()])).toEqual([
        ['gated_activation', 'Dense'],
        ['gated_belief', 'Dense'],
        ['gated', 'Multiply'],
      ]);
      result.dispose();
      // On the last axis of more.
      expect(builtIn(sequential([2, 4], standoutDense({ units: 3, ...given })))).toHaveLength(3);
    },
  );

  it('takes what stands before it into both, and what comes after into what follows', () => {
    const model = sequential(
      [4],
      tf.layers.reLU(),
      bn({ name: 'norm' }),
      standoutDense({ units: 3, activation: 'relu', useBias: false, beta: 1, name: 'gated' }),
      dropout({ rate: 0.5, scaling: 'classical', name: 'half' }),
      dense({ units: 2, name: 'head' }),
    );
    expect(builtIn(model)).toEqual(['ReLU', 'Dense', 'Dense', 'Multiply', 'Dense']);
    const { model: result, changes } = foldWithChanges(model);
    result.dispose();
    const [activation, belief] = ['activation', 'belief'].map((role) => ({
      name: `gated_${role}`,
      className: 'Dense',
    }));
    expect(changes).toEqual([
      {
        name: 'gated',
        className: 'EvenkeelStandoutDense',
        into: { name: 'gated', className: 'Multiply' },
        joins: [activation, belief],
      },
      { name: 'norm', className: 'BatchNormalization', into: activation },
      { name: 'norm', className: 'BatchNormalization', into: belief },
      { name: 'half', className: 'EvenkeelDropout', into: { name: 'head', className: 'Dense' } },
    ]);
  });

  it('shared, has its two dense layers once, and no map goes into them', () => {
    const model = functional([4], (x) => {
      const shared = standoutDense({ units: 4, activation: 'tanh', name: 'gated' });
      return [apply(shared, apply(bn(), apply(shared, x))), apply(shared, x)];
    });
    expect(builtIn(model).sort()).toEqual(['BatchNormalization', 'Dense', 'Dense', 'Multiply']);
  });

  it('is an output among several, beside what takes it, and one of two inputs', () => {
    const [a, b] = [tf.input({ shape: [3], name: 'b' }), tf.input({ shape: [5], name: 'a' })];
    const y = apply(standoutDense({ units: 4 }), b);
    const z = apply(
      standoutDense({ units: 2, belief: 'learned' }),
      apply(tf.layers.concatenate(), a, apply(bn(), y)),
    );
    const model = tf.model({ inputs: [a, b], outputs: [z, y, apply(dense({ units: 2 }), z)] });
    expect(builtIn(model).filter((name) => name === 'Multiply')).toHaveLength(2);
  });

  it('inside of timeDistributed is two of those', () => {
    const layer = standoutDense({ units: 3, activation: 'relu', beta: 0.4, name: 'inside' });
    const model = sequential([2, 4], bn(), timeDistributed({ layer, name: 'steps' }));
    scramble(model);
    const { model: result, changes } = foldWithChanges(model);
    const names = result.layers.map(({ name }) => name);
    expect(names.slice(2)).toEqual(['steps_activation', 'steps_belief', 'steps']);
    expect(changes).toEqual([
      {
        name: 'steps',
        className: 'TimeDistributed(EvenkeelStandoutDense)',
        into: { name: 'steps', className: 'Multiply' },
        joins: [
          { name: 'steps_activation', className: 'TimeDistributed(Dense)' },
          { name: 'steps_belief', className: 'TimeDistributed(Dense)' },
        ],
      },
    ]);
    expect(result.customLayers).toEqual([]);
    result.dispose();
    expectSamePredictions(model).dispose();
  });

  it.each([true, false])(
    'stays where it receives a mask, which a product of two would not pass on: %s',
    (maskZero) => {
      const x = tf.input({ shape: [6], dtype: 'int32' });
      const layers = [
        tf.layers.embedding({ inputDim: 5, outputDim: 4, maskZero }),
        standoutDense({ units: 3, name: 'gated' }),
        timeDistributed({ layer: standoutDense({ units: 3 }), name: 'steps' }),
        tf.layers.lstm({ units: 3 }),
      ];
      const model = tf.model({ inputs: x, outputs: layers.reduce((y, layer) => apply(layer, y), x) });
      scramble(model);
      const result = expectSamePredictions(model);
      const className = 'EvenkeelStandoutDense';
      const both = [
        { name: 'gated', className },
        { name: 'steps', className },
      ];
      expect(result.customLayers).toEqual(maskZero ? both : []);
    },
  );

  it('takes no name that another layer has, inside of nested models or out', async () => {
    const nested = sequential(
      [4],
      standoutDense({ units: 4, name: 'inner' }),
      dense({ units: 4, name: 'outer_belief' }),
    );
    const model = functional([4], (x) => {
      const y = apply(standoutDense({ units: 4, name: 'outer' }), apply(nested, x));
      return apply(
        dense({ units: 2, name: 'inner_activation_1' }),
        apply(dense({ units: 3, name: 'inner_activation' }), apply(tf.layers.reLU(), y)),
      );
    });
    scramble(model);
    const result = expectSamePredictions(model);
    const all = (layers: tf.layers.Layer[]): string[] =>
      layers.flatMap((layer) => (layer instanceof tf.LayersModel ? all(layer.layers) : [layer.name]));
    const names = all(result.layers);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(
      expect.arrayContaining(['inner_activation_2', 'outer_belief_1', 'outer_activation']),
    );
    // Weights are found by name.
    const loaded = await reloaded(result);
    const x = randomInputs(model);
    expect(predict(loaded, x)[0] as tf.Tensor).toBeAllClose(predict(model, x)[0] as tf.Tensor, {
      rtol: 1e-5,
      atol: 1e-5,
    });
    expect(JSON.stringify(result.toJSON(undefined, false))).not.toContain('Evenkeel');
  });
});

describe('fold of dropConnectDense', () => {
  it.each<Omit<DropConnectDenseArgs, 'units'>>([
    { rate: 0.4 },
    { rate: 0.4, activation: 'relu', maskPer: 'batch', useBias: false },
    { rate: 0.4, scaling: 'classical', activation: 'tanh' },
    { rate: 0.4, scaling: 'classical', inference: 'gaussian' },
    { rate: 1, scaling: 'classical' },
    { rate: 0, inference: 'sample', activation: 'relu' },
  ])('%j is dense, and takes what stands beside it', (args) => {
    const layer = () => dropConnectDense({ units: 3, ...args, name: 'thinned' });
    expect(builtIn(sequential([4], bn(), layer(), bn(), dense({ units: 2 })))).toEqual(['Dense', 'Dense']);
    expect(builtIn(sequential([2, 4], timeDistributed({ layer: layer() })))).toEqual(['TimeDistributed']);
  });

  it.each<Omit<DropConnectDenseArgs, 'units'>>([
    { rate: 0.4, inference: 'sample', samples: 3 },
    { rate: 0.4, inference: 'gaussian', activation: 'relu' },
    { rate: 0.4, inference: 'gaussian', activation: 'tanh', samples: 5 },
  ])('%j stays as it is, and is named, in nested models too', (args) => {
    const layer = dropConnectDense({ units: 4, ...args, seed: 1, name: 'thinned' });
    const nested = sequential([4], bn(), layer, bn(), dense({ units: 2 }));
    scramble(nested);
    const expected = [{ name: 'thinned', className: 'EvenkeelDropConnectDense' }];
    const alone = expectSamePredictions(nested);
    expect(classNames(alone)).toEqual(['BatchNormalization', 'EvenkeelDropConnectDense', 'Dense']);
    expect(alone.customLayers).toEqual(expected);
    const inside = expectSamePredictions(functional([4], (x) => apply(nested, x)));
    expect(inside.customLayers).toEqual(expected);
  });
});

describe('fold leaves what draws at prediction', () => {
  const drawing = () => dropout({ rate: 0.5, alwaysOn: true, seed: 1, name: 'uncertain' });
  const uncertain = { name: 'uncertain', className: 'EvenkeelDropout' };

  it('with the draws it would have made itself, and names it', () => {
    const model = sequential([8], bn(), dense({ units: 16 }), drawing());
    scramble(model);
    const x = randomInputs(model);
    predict(model, x);
    const { model: result, changes } = foldWithChanges(model);
    expect(classNames(result)).toEqual(['Dense', 'EvenkeelDropout']);
    expect(result.customLayers).toEqual([uncertain]);
    expect(changes.map(({ name }) => name)).not.toContain('uncertain');
    const draws = [0, 1].map(() => {
      const [expected, received] = [model, result].map((m) => predict(m, x)[0] as tf.Tensor) as [
        tf.Tensor,
        tf.Tensor,
      ];
      const size = expected.abs().max().dataSync()[0] as number;
      expect(received).toBeAllClose(expected, { rtol: 1e-5, atol: 1e-5 * size });
      return String(received.greater(0).dataSync());
    });
    expect(draws[0]).not.toBe(draws[1]);
  });

  it('in nested models and at each step in time', () => {
    const nested = sequential([8], dense({ units: 8 }), drawing());
    expect(fold(functional([8], (x) => apply(nested, x))).customLayers).toEqual([uncertain]);
    const steps = sequential([2, 4], timeDistributed({ layer: drawing(), name: 'steps' }));
    expect(fold(steps).customLayers).toEqual([{ ...uncertain, name: 'steps' }]);
  });
});

it('fold says what became of each layer of the family', () => {
  const model = sequential(
    [4],
    dense({ units: 3, name: 'first' }),
    annealedDropout({ rate: 0.5, steps: 1, name: 'annealed' }),
    rrelu({ name: 'bent' }),
    uniformDropout({ beta: 0.1, name: 'spread' }),
    dropout({ rate: 0.5, scaling: 'classical', name: 'classical' }),
  );
  const { model: result, changes } = foldWithChanges(model);
  expect(changes).toEqual([
    { name: 'bent', className: 'EvenkeelRReLU', into: { name: 'bent', className: 'LeakyReLU' } },
    { name: 'annealed', className: 'EvenkeelAnnealedDropout', into: null },
    { name: 'spread', className: 'EvenkeelUniformDropout', into: null },
    {
      name: 'classical',
      className: 'EvenkeelDropout',
      into: { name: 'classical', className: 'BatchNormalization' },
    },
  ]);
  expect(result.layers.slice(1).map(({ name }) => name)).toEqual(['first', 'bent', 'classical']);
  const alone = foldWithChanges(sequential([4], dropout({ rate: 0.5, name: 'only' })));
  expect(alone.changes).toEqual([
    { name: 'only', className: 'EvenkeelDropout', into: { name: 'only', className: 'Activation' } },
  ]);
});
