/** Cases of tfjs's kernels and gradients, each with its restatement in float64, which shares no code with tfjs. */
import type * as tf from '@tensorflow/tfjs';
import type { Nd } from '../nd.js';

export interface KernelCase {
  /** What is computed, and what is difficult about the case. */
  title: string;
  /** What the op takes, and is differentiated by. */
  inputs: Nd[];
  op: (...inputs: tf.Tensor[]) => tf.Tensor;
  exact: (...inputs: Nd[]) => Nd;
  /**
   * The gradients for a `dy`: by central differences of `exact` where it is left out, given where that has a kink at the
   * case's inputs, null where tfjs has none.
   */
  gradients?: ((dy: number[], ...inputs: Nd[]) => number[][]) | null;
}
