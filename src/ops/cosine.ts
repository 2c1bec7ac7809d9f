import * as tf from '@tensorflow/tfjs';
import { withGradient } from './gradient.js';
import { normGuard } from './guard.js';
import { clearPadding } from './padding.js';

export interface CosineOptions {
  /** Subtract from each example and from each unit's weights their mean over the features (Pearson). Default: false. */
  center?: boolean;
  /** Added to each sum of squares inside the root. Default: 1e-12. */
  epsilon?: number;
}

/**
 * Cosine of the angle between each example and each unit's incoming weights.
 *
 * Forward: `c = x.w / (|x| |w|)`; with a bias it is one more coordinate, 1 in x and b in w:
 * `c = (x.w + b) / (sqrt(|x|^2 + 1) sqrt(|w|^2 + b^2))`.
 *
 * Backward, with `d = dc / (|x| |w|)` and `p = dc c`: `dx = d w^T - x sum_units(p) / |x|^2`,
 * `dw = x^T d - w sum_batch(p) / |w|^2`, `db = sum_batch(d) - b sum_batch(p) / |w|^2`. dx is orthogonal to x, dw to w.
 * Centred, x and w stand for what is left of them without their means, and dx and dw have mean 0 by themselves.
 *
 * A zero (centred: constant) example or weight vector gives 0 with a finite gradient.
 *
 * Source: Luo et al., "Cosine Normalization", arXiv 1702.05870, equations 1 to 3.
 *
 * @param x `[batch, features]`
 * @param kernel `[features, units]`
 * @param bias `[units]`, or null for none
 * @returns `[batch, units]`, within [-1, 1]
 */
export function cosine(
  x: tf.Tensor2D,
  kernel: tf.Tensor2D,
  bias: tf.Tensor1D | null = null,
  { center = false, epsilon = 1e-12 }: CosineOptions = {},
): tf.Tensor2D {
  const guard = normGuard(epsilon);
  const lessItsMean = (t: tf.Tensor2D, features: 0 | 1): tf.Tensor2D =>
    clearPadding(tf.sub(t, tf.mean(t, features, true)));
  // Twice, since the first mean of a constant is off by a rounding error, and a cosine has no scale to see it as small.
  const centred = (t: tf.Tensor2D, features: 0 | 1): tf.Tensor2D =>
    center ? lessItsMean(lessItsMean(t, features), features) : t;

  // One gradient for the whole op: composed of single ops it saves four full-size tensors and takes half as long again.
  const op = withGradient<tf.Tensor[], tf.Tensor2D>(([x, kernel, bias], save) => {
    const xc = centred(x as tf.Tensor2D, 1);
    const wc = centred(kernel as tf.Tensor2D, 0);
    const x2 = tf.sum(tf.square(xc), 1, true).add(guard + (bias ? 1 : 0)); // [batch, 1]
    const w2 = tf.sum(tf.square(wc), 0, true).add(bias ? tf.square(bias).add(guard) : guard); // [1, units]
    const ix = tf.rsqrt(x2);
    const iw = tf.rsqrt(w2);
    const dot = tf.matMul(xc, wc);
    const value = (bias ? dot.add(bias) : dot).mul(ix).mul(iw) as tf.Tensor2D; // [batch, units]
    save([xc, wc, ix, iw, value, ...(bias ? [bias] : [])]);
    return { value, gradient };
  });
  const gradient = (dc: tf.Tensor2D, saved: tf.Tensor[]): tf.Tensor[] => {
    const [xc, wc, ix, iw, c, bias] = saved as [
      tf.Tensor2D,
      tf.Tensor2D,
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
      tf.Tensor?,
    ];
    const d = dc.mul(ix).mul(iw) as tf.Tensor2D; // [batch, units]
    const p = dc.mul(c); // [batch, units]
    const pullX = tf.sum(p, 1, true).mul(tf.square(ix)); // [batch, 1]
    const pullW = tf.sum(p, 0, true).mul(tf.square(iw)); // [1, units]
    const dx = tf.matMul(d, wc, false, true).sub(xc.mul(pullX)) as tf.Tensor2D;
    const dw = tf.matMul(xc, d, true).sub(wc.mul(pullW)) as tf.Tensor2D;
    const db = bias ? [tf.sum(d, 0).sub(bias.mul(pullW.flatten()))] : [];
    return [dx, dw, ...db];
  };
  return bias ? op(x, kernel, bias) : op(x, kernel);
}
