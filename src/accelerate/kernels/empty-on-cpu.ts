import * as tf from '@tensorflow/tfjs';
import type { Acceleration } from '../acceleration.js';

/**
 * Tensors without values that are joined on the cpu backend: tfjs makes of them a list where its other kernels expect an
 * array of numbers, so that the next slice throws.
 */
export const emptyOnCpu: Acceleration = {
  apply(overrides) {
    for (const [kernelName, shapeOf] of Object.entries({ Concat: concatenated, Pack: stacked })) {
      const before = tf.getKernel(kernelName, 'cpu');
      if (!before) continue;
      overrides.kernel({
        ...before,
        kernelFunc: (call) => {
          const tensors = Object.values(call.inputs) as tf.Tensor[];
          if (tensors.some(({ size }) => size > 0)) return before.kernelFunc(call);
          const shapes = tensors.map(({ shape }) => shape);
          const { axis } = call.attrs as unknown as { axis: number };
          return tf.zeros(shapeOf(shapes, axis), tensors[0]?.dtype);
        },
      });
    }
  },
};

function concatenated(shapes: number[][], axis: number): number[] {
  const [along] = tf.util.parseAxisParam(axis, shapes[0] as number[]) as [number];
  return tf.backend_util.computeOutShape(shapes, along);
}

const stacked = (shapes: number[][], axis: number): number[] =>
  (shapes[0] as number[]).toSpliced(axis, 0, shapes.length);
