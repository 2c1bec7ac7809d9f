import type * as tf from '@tensorflow/tfjs';
import { probability } from '../src/errors/checks.js';
import type { LayerArgs } from '../src/layer/base-layer.js';
import type { CallArgs } from '../src/layer/call.js';
import { type ArgsOf, optional, required } from '../src/layer/fields.js';
import type { Foldable, Prediction } from '../src/layer/foldable.js';
import { RandomLayer } from '../src/layer/random-layer.js';
import type { RandomArgs } from '../src/layer/randomness.js';
import { register } from '../src/layer/register.js';
import { maskShape, noiseShape } from '../src/layer/shape.js';
import { uniformDropout as multiply } from '../src/ops/uniform-dropout.js';

const fields = {
  /** Half the width of the noise, from 0 to 1. */
  beta: required(probability),
  /** Shape of the noise; 1 shares it along a dimension, null is the input's own. Default: the input's shape. */
  noiseShape: optional(noiseShape, null),
};

export interface UniformDropoutArgs extends LayerArgs, RandomArgs, ArgsOf<typeof fields> {}

/** The layer of {@link uniformDropout}. */
export class UniformDropout extends RandomLayer<typeof fields> implements Foldable {
  static className = 'EvenkeelUniformDropout';

  constructor(args: UniformDropoutArgs) {
    super('uniformDropout', fields, args);
    this.supportsMasking = true;
  }

  protected override compute(x: tf.Tensor, kwargs: CallArgs): tf.Tensor {
    if (!kwargs.training) return x.clone();
    const { beta, noiseShape } = this.settings;
    return multiply(x, this.draw(kwargs).uniform(maskShape(this.kind, noiseShape, x.shape)), beta);
  }

  prediction(): Prediction {
    return { is: 'identity' };
  }
}
register(UniformDropout);

/**
 * Uout: noise that shifts variances less than dropout does, for nets with batch normalization.
 *
 * Training: `y = x (1 + r)`, `r ~ U(-beta, beta)`; prediction: `y = x`.
 *
 * Input and output of any shape. For an input of mean 0, the variance at prediction is that in training times
 * `3 / (3 + beta^2)`, 0.997 at beta 0.1; for dropout the factor is 1 - rate, 0.5 at rate 0.5.
 *
 * Each training call draws new numbers. They follow from the seed, the layer's name and the
 * number of the call, which the config holds; a layer without a name draws by its place among such layers of the model.
 *
 * Reference: Li, Chen, Hu, Yang, "Understanding the disharmony between dropout and batch normalization by variance
 * shift", CVPR 2019, section 6.2.
 *
 * ```ts
 * model.add(uniformDropout({ beta: 0.1, seed: 1 }));
 * ```
 */
export function uniformDropout(args: UniformDropoutArgs): UniformDropout {
  return new UniformDropout(args);
}
