/** Layers on a batch of size zero: an output of size zero, in its shape, and gradients of zero. */
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { accelerated } from '../support/accelerated.js';

type Layer = tf.layers.Layer;

const LAYERS: Record<string, [make: () => Layer, shape: number[]]> = {
  dense: [() => tf.layers.dense({ units: 3, activation: 'relu' }), [4]],
  'dense over a sequence': [() => tf.layers.dense({ units: 3 }), [2, 4]],
  conv1d: [() => tf.layers.conv1d({ filters: 3, kernelSize: 2 }), [4, 2]],
  conv2d: [() => tf.layers.conv2d({ filters: 3, kernelSize: 2, activation: 'relu' }), [4, 4, 2]],
  'conv2d of one pixel': [() => tf.layers.conv2d({ filters: 3, kernelSize: 1, strides: 2 }), [4, 4, 2]],
  conv3d: [() => tf.layers.conv3d({ filters: 3, kernelSize: 2 }), [3, 3, 3, 2]],
  conv2dTranspose: [() => tf.layers.conv2dTranspose({ filters: 3, kernelSize: 2, strides: 2 }), [4, 4, 2]],
  conv3dTranspose: [() => tf.layers.conv3dTranspose({ filters: 3, kernelSize: 2, strides: 2 }), [2, 2, 2, 2]],
  depthwiseConv2d: [() => tf.layers.depthwiseConv2d({ kernelSize: 2 }), [4, 4, 2]],
  separableConv2d: [() => tf.layers.separableConv2d({ kernelSize: 2, filters: 3 }), [4, 4, 2]],
  averagePooling2d: [
    () => tf.layers.averagePooling2d({ poolSize: 3, strides: 2, padding: 'same' }),
    [4, 4, 2],
  ],
  maxPooling2d: [() => tf.layers.maxPooling2d({ poolSize: 2 }), [4, 4, 2]],
  averagePooling3d: [() => tf.layers.averagePooling3d({ poolSize: 2, padding: 'same' }), [3, 3, 3, 2]],
  maxPooling3d: [() => tf.layers.maxPooling3d({ poolSize: 2 }), [4, 4, 4, 2]],
  globalAveragePooling2d: [() => tf.layers.globalAveragePooling2d({}), [4, 4, 2]],
  globalMaxPooling2d: [() => tf.layers.globalMaxPooling2d({}), [4, 4, 2]],
  batchNormalization: [() => tf.layers.batchNormalization({}), [4, 4, 2]],
  layerNormalization: [() => tf.layers.layerNormalization({}), [4]],
  upSampling2d: [() => tf.layers.upSampling2d({ size: [2, 2] }), [4, 4, 2]],
  lstm: [() => tf.layers.lstm({ units: 3, returnSequences: true }), [4, 2]],
  gru: [() => tf.layers.gru({ units: 3 }), [4, 2]],
  simpleRNN: [() => tf.layers.simpleRNN({ units: 3 }), [4, 2]],
  prelu: [() => tf.layers.prelu(), [4]],
  permute: [() => tf.layers.permute({ dims: [2, 1] }), [4, 2]],
  flatten: [() => tf.layers.flatten(), [4, 2]],
};

const zeros = (t: tf.Tensor): number[] => new Array<number>(t.size).fill(0);

describe('a batch of size zero', () => {
  it.each(Object.keys(LAYERS))('%s', (name) => {
    const [make, shape] = LAYERS[name] as (typeof LAYERS)[string];
    accelerated(() =>
      tf.tidy(() => {
        const layer = make();
        const output = layer.apply(tf.input({ shape })) as tf.SymbolicTensor;
        const x = tf.zeros([0, ...shape]);
        const y = layer.apply(x) as tf.Tensor;
        expect(y.shape).toEqual([0, ...output.shape.slice(1)]);
        const sum = (x: tf.Tensor) => tf.sum(layer.apply(x, { training: true }) as tf.Tensor) as tf.Scalar;
        if (layer.trainableWeights.length > 0) {
          const variables = layer.trainableWeights.map((weight) => weight.read() as tf.Variable);
          const { grads } = tf.variableGrads(() => sum(x), variables);
          for (const gradient of Object.values(grads))
            expect([...gradient.dataSync()]).toEqual(zeros(gradient));
        }
        expect(tf.grad(sum)(x).shape).toEqual(x.shape);
        layer.dispose();
      }),
    );
  });
});
