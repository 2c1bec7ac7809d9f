import * as tf from '@tensorflow/tfjs';

/** The matrices of one of Newton's steps: P_{k-1}, `-P_{k-1} N / 2`, and what takes both to the next. */
export interface Step {
  root: tf.Tensor3D;
  image: tf.Tensor3D;
  factor: tf.Tensor3D;
}

/** P_T and the steps to it: with `F = (3 I - P (P N)) / 2`, the next P is F P, the next P N is (P N) F. */
export function newton(
  normal: tf.Tensor3D,
  unit: tf.Tensor3D,
  iterations: number,
): { root: tf.Tensor3D; steps: Step[] } {
  const most = unit.mul(1.5);
  const steps: Step[] = [];
  let root = unit;
  let image: tf.Tensor3D = normal.mul(-0.5);
  for (let k = 0; k < iterations; k++) {
    const factor: tf.Tensor3D = tf.matMul(root, image).add(most);
    steps.push({ root, image, factor });
    [root, image] = [tf.matMul(factor, root), tf.matMul(image, factor)];
  }
  return { root, steps };
}

/** From the gradient of P_T to that of N, which comes by the images alone: P_0 is constant. */
export function newtonGradient(steps: Step[], dLast: tf.Tensor3D): tf.Tensor3D {
  let dRoot = dLast;
  let dImage = tf.zerosLike(dLast);
  for (const { root, image, factor } of steps.toReversed()) {
    const dFactor: tf.Tensor3D = tf.matMul(dRoot, root, false, true).add(tf.matMul(image, dImage, true));
    dRoot = tf.matMul(factor, dRoot, true).add(tf.matMul(dFactor, image, false, true));
    dImage = tf.matMul(dImage, factor, false, true).add(tf.matMul(root, dFactor, true));
  }
  return dImage.mul(-0.5);
}

/** The steps as a list of their matrices, to be saved for the gradient. */
export function matricesOf(steps: Step[]): tf.Tensor3D[] {
  return steps.flatMap(({ root, image, factor }) => [root, image, factor]);
}

/** And back. */
export function stepsOf(matrices: tf.Tensor3D[]): Step[] {
  return Array.from({ length: matrices.length / 3 }, (_, k) => {
    return { root: matrices[3 * k]!, image: matrices[3 * k + 1]!, factor: matrices[3 * k + 2]! };
  });
}
