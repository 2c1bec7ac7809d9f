/** Maps of every form, in and out of every kernel. */
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mixed, scaled } from './axis-linear.js';
import { classNames, expectSamePredictions, scramble, sequential } from './models.js';

function folded(model: tf.LayersModel): string[] {
  scramble(model);
  const result = expectSamePredictions(model);
  const names = classNames(result);
  result.dispose();
  return names;
}

const { dense, conv1d, conv2d, conv2dTranspose, depthwiseConv2d, separableConv2d } = tf.layers;
const kernelSize = 3;
const last = 'channelsLast' as const;
const first = 'channelsFirst' as const;

describe('a matrix', () => {
  it.each([
    ['dense', () => dense({ units: 3 }), [4], -1],
    ['conv1d', () => conv1d({ filters: 3, kernelSize }), [6, 2], -1],
    ['conv2d', () => conv2d({ filters: 3, kernelSize }), [6, 6, 2], 3],
    ['conv2d, channels first', () => conv2d({ filters: 3, kernelSize, dataFormat: first }), [2, 6, 6], -3],
    ['separableConv2d', () => separableConv2d({ filters: 3, kernelSize }), [6, 6, 2], -1],
    ['conv2dTranspose', () => conv2dTranspose({ filters: 3, kernelSize, strides: 2 }), [4, 4, 2], -1],
    [
      'conv2dTranspose, channels first',
      () => conv2dTranspose({ filters: 3, kernelSize, dataFormat: first }),
      [2, 4, 4],
      1,
    ],
  ])('goes into the %s before it', (_, layer, shape, axis) => {
    expect(folded(sequential(shape, layer(), mixed(axis)))).toHaveLength(1);
    expect(folded(sequential(shape, layer(), scaled(axis)))).toHaveLength(1);
  });

  it.each([
    ['dense', () => dense({ units: 3, activation: 'relu' }), [4], -1, true],
    ['conv1d', () => conv1d({ filters: 3, kernelSize }), [6, 2], -1, true],
    ['conv2d', () => conv2d({ filters: 3, kernelSize, useBias: false }), [6, 6, 2], 3, true],
    [
      'conv2d, channels first',
      () => conv2d({ filters: 3, kernelSize, dataFormat: first }),
      [2, 6, 6],
      1,
      true,
    ],
    [
      'padded conv2d, without shift',
      () => conv2d({ filters: 3, kernelSize, padding: 'same' }),
      [6, 6, 2],
      -1,
      false,
    ],
    [
      'conv2dTranspose, without shift',
      () => conv2dTranspose({ filters: 3, kernelSize }),
      [4, 4, 2],
      -1,
      false,
    ],
  ])('goes into the %s after it', (_, layer, shape, axis, shifting) => {
    expect(folded(sequential(shape, mixed(axis, shifting), layer()))).toHaveLength(1);
    expect(folded(sequential(shape, scaled(axis, shifting), layer()))).toHaveLength(1);
  });

  it('stays beside a kernel that it would change the form of', () => {
    const depthwise = () => depthwiseConv2d({ kernelSize });
    expect(folded(sequential([6, 6, 2], depthwise(), mixed()))).toEqual(['DepthwiseConv2D', 'Dense']);
    expect(folded(sequential([6, 6, 2], mixed(), depthwise()))).toEqual(['Dense', 'DepthwiseConv2D']);
    expect(folded(sequential([6, 6, 2], mixed(), separableConv2d({ filters: 3, kernelSize })))).toHaveLength(
      2,
    );
    const transposed = conv2dTranspose({ filters: 3, kernelSize });
    expect(folded(sequential([4, 4, 2], mixed(), transposed))).toEqual(['Dense', 'Conv2DTranspose']);
  });

  it('stays beside kernels that tfjs gets wrong where channels are first, and predicts what it predicts', () => {
    const args = { filters: 3, kernelSize, dataFormat: first };
    const conv = sequential([2, 5], conv1d({ ...args, filters: 3 }), scaled());
    expect(folded(conv)).toEqual(['Conv1D', 'BatchNormalization']);
    expect(
      folded(sequential([2, 6, 6], scaled(1), separableConv2d({ ...args, useBias: false }))),
    ).toHaveLength(2);
  });

  it('stays beside a kernel of another axis', () => {
    expect(folded(sequential([4, 4], mixed(1), dense({ units: 3 })))).toEqual(['TestAxisLinear', 'Dense']);
    const conv = conv2d({ filters: 3, kernelSize, dataFormat: last });
    expect(folded(sequential([6, 6, 3], conv, mixed(1)))).toEqual(['Conv2D', 'Conv2D']);
  });
});

it('a map inside of timeDistributed is of an axis one further', () => {
  const overTime = (layer: tf.layers.Layer) => tf.layers.timeDistributed({ layer });
  const conv = () => conv2d({ filters: 2, kernelSize: 1, dataFormat: first });
  const spread = sequential([2, 3, 4], tf.layers.reLU(), overTime(mixed(1)), conv());
  expect(folded(spread)).toEqual(['ReLU', 'TimeDistributed', 'Conv2D']);
  expect(folded(sequential([2, 3, 4], tf.layers.reLU(), overTime(mixed(2))))).toEqual(['ReLU', 'Dense']);
});

it('a shift makes a bias, and no shift makes none', () => {
  const biases = (shifting: boolean) => {
    const model = sequential([4], dense({ units: 3, useBias: false }), scaled(-1, shifting));
    scramble(model);
    const result = expectSamePredictions(model);
    const { length } = result.weights;
    result.dispose();
    return length - 1;
  };
  expect([biases(true), biases(false)]).toEqual([1, 0]);
});

describe('a map that fits nowhere becomes a built-in layer', () => {
  const relu = () => tf.layers.reLU();
  it.each([
    ['scale of rank 2', scaled(), [4], 'BatchNormalization'],
    ['scale of rank 4', scaled(), [3, 3, 4], 'BatchNormalization'],
    ['scale of rank 5', scaled(), [2, 2, 2, 4], 'Dense'],
    ['scale of axis 1', scaled(1), [4, 3, 3], 'Conv2D'],
    ['matrix', mixed(), [4], 'Dense'],
    ['matrix of rank 5', mixed(), [2, 2, 2, 4], 'Dense'],
    ['matrix of axis 1', mixed(1, false), [4, 3, 3], 'Conv2D'],
  ])('%s', (_, layer, shape, className) => {
    expect(folded(sequential(shape, relu(), layer, relu()))).toEqual(['ReLU', className, 'ReLU']);
  });

  it('or stays, on an axis that no built-in has', () => {
    const model = sequential([3, 4, 2], relu(), mixed(2), scaled(2));
    scramble(model);
    const result = expectSamePredictions(model);
    expect(classNames(result)).toEqual(['ReLU', 'TestAxisLinear', 'TestAxisLinear']);
    expect(result.customLayers.map(({ className }) => className)).toEqual([
      'TestAxisLinear',
      'TestAxisLinear',
    ]);
    result.dispose();
  });
});

it('any stack of layers predicts the same', () => {
  const layer = fc.oneof(
    fc.constant(() => dense({ units: 3 })),
    fc.constant(() => dense({ units: 4, activation: 'tanh', useBias: false })),
    fc.constant(() => tf.layers.batchNormalization()),
    fc.constant(() => tf.layers.dropout({ rate: 0.5 })),
    fc.constant(() => tf.layers.activation({ activation: 'tanh' })),
    fc.record({ mixing: fc.boolean(), shifting: fc.boolean(), axis: fc.constantFrom(-1, 1) }).map(
      ({ mixing, shifting, axis }) =>
        () =>
          mixing ? mixed(axis, shifting) : scaled(axis, shifting),
    ),
  );
  fc.assert(
    fc.property(fc.array(layer, { minLength: 1, maxLength: 8 }), fc.boolean(), (layers, spatial) => {
      const model = sequential(spatial ? [4, 3, 4] : [4], ...layers.map((make) => make()));
      const names = folded(model);
      expect(names).not.toContain('Dropout');
      expect(names).not.toContain('TestAxisLinear');
      model.dispose();
    }),
    { numRuns: 60, seed: 1 },
  );
});
