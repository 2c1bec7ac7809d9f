/** What tests of layers with random numbers share. */
import * as tf from '@tensorflow/tfjs';
import type { Nd } from './nd.js';

export const train = (layer: tf.layers.Layer, x: tf.Tensor, noise?: tf.Tensor): tf.Tensor =>
  layer.apply(x, noise ? { training: true, noise } : { training: true }) as tf.Tensor;

export const predict = (layer: tf.layers.Layer, x: tf.Tensor): tf.Tensor => layer.apply(x) as tf.Tensor;

export const shareOfZeros = (y: tf.Tensor): number =>
  y.equal(0).cast('float32').mean().dataSync()[0] as number;

export const momentsOf = (y: tf.Tensor): { mean: number; variance: number } => {
  const { mean, variance } = tf.moments(y);
  return { mean: mean.dataSync()[0] as number, variance: variance.dataSync()[0] as number };
};

/** Numbers of [0, 1) in an uneven order, none of them near a rate that tests use. */
export const noiseNd = (shape: number[]): Nd => {
  const length = shape.reduce((a, b) => a * b, 1);
  return { shape, values: Array.from({ length }, (_, i) => Math.fround((0.137 + i * 0.3719) % 1)) };
};

export const tensorOf = ({ values, shape }: Nd): tf.Tensor => tf.tensor(values, shape);

/** Saved and loaded through memory, as by `model.save` and `tf.loadLayersModel`. */
export async function reloaded(model: tf.LayersModel): Promise<tf.LayersModel> {
  const artifacts = await new Promise<tf.io.ModelArtifacts>((resolve, reject) => {
    const handler = tf.io.withSaveHandler(async (saved) => {
      resolve(saved);
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
    });
    model.save(handler).catch(reject);
  });
  return tf.loadLayersModel(tf.io.fromMemory(artifacts));
}

/** Runs f while any use of the platform's own random numbers throws. */
export function withoutMathRandom<T>(f: () => T): T {
  const random = Math.random;
  Math.random = () => {
    throw new Error('Math.random was called');
  };
  try {
    return f();
  } finally {
    Math.random = random;
  }
}
