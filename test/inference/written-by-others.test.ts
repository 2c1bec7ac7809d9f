import * as tf from '@tensorflow/tfjs';
import { weightNorm } from 'evenkeel';
import { describe, expect, it } from 'vitest';
import { fold } from '../../src/inference/fold.js';
import { classNames, expectSamePredictions, predict, randomInputs, scramble, sequential } from './models.js';

const { dense, conv2d, timeDistributed, batchNormalization } = tf.layers;

/** Keras writes a list of one where tfjs has a number. */
function listed(axis: number, args = {}): tf.layers.Layer {
  return batchNormalization({ ...args, axis: [axis] as unknown as number });
}

function folded(model: tf.LayersModel): string[] {
  scramble(model);
  const result = expectSamePredictions(model);
  const names = classNames(result);
  result.dispose();
  return names;
}

describe("fold takes in batch normalization by Keras's axis, a list of one", () => {
  it.each([
    ['dense', [5], [dense({ units: 3 }), listed(1)], ['Dense']],
    ['conv2d', [6, 6, 2], [conv2d({ filters: 3, kernelSize: 3 }), listed(3), listed(3)], ['Conv2D']],
    ['what follows', [5], [listed(1), dense({ units: 3 })], ['Dense']],
    [
      'under TimeDistributed',
      [4, 5],
      [timeDistributed({ layer: dense({ units: 3 }) }), timeDistributed({ layer: listed(1) })],
      ['TimeDistributed', 'BatchNormalization'],
    ],
    [
      'dense behind TimeDistributed',
      [4, 5],
      [dense({ units: 3 }), timeDistributed({ layer: listed(1) })],
      ['Dense'],
    ],
    [
      'dense behind TimeDistributed, axis from behind',
      [4, 5],
      [dense({ units: 3 }), timeDistributed({ layer: batchNormalization({ axis: -1 }) })],
      ['Dense'],
    ],
  ] as [string, tf.Shape, tf.layers.Layer[], string[]][])('%s', (_, shape, layers, expected) => {
    expect(folded(sequential(shape, ...layers))).toEqual(expected);
  });
});

it.each([
  [
    'separableConv2d with a depth multiplier',
    [6, 6, 2],
    () => tf.layers.separableConv2d({ filters: 3, kernelSize: 2, depthMultiplier: 2 }),
  ],
  [
    'separableConv2d under timeDistributed',
    [2, 5, 5, 2],
    () =>
      timeDistributed({
        layer: tf.layers.separableConv2d({ filters: 3, kernelSize: 2, depthMultiplier: 2 }),
      }),
  ],
] as [string, tf.Shape, () => tf.layers.Layer][])(
  'a folded %s saves what tfjs forgets',
  async (_, shape, layer) => {
    const model = sequential(shape, weightNorm({ layer: layer() }));
    scramble(model);
    const result = fold(model);
    const x = randomInputs(model);
    const artifacts = await new Promise<tf.io.ModelArtifacts>((resolve) => {
      result.save(
        tf.io.withSaveHandler(async (saved) => {
          resolve(saved);
          return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' as const } };
        }),
      );
    });
    const loaded = await tf.loadLayersModel(tf.io.fromMemory(artifacts));
    expect(predict(loaded, x)[0]).toBeAllClose(predict(model, x)[0] as tf.Tensor, { rtol: 1e-5, atol: 1e-5 });
    expectSamePredictions(result).dispose();
    result.dispose();
  },
);
