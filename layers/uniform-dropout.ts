import * as tf from '@tensorflow/tfjs';
import { argumentsObject, knownArguments, probability } from '../src/errors/argument-error.js';
import { type CallArgs, onlyInput } from '../src/layer/call.js';
import type { LayerArgs } from '../src/layer/dense.js';
import type { Foldable, Prediction } from '../src/layer/foldable.js';
import { RandomLayer } from '../src/layer/random-layer.js';
import type { RandomArgs } from '../src/layer/randomness.js';
import { register } from '../src/layer/register.js';
import { maskShape, type NoiseShape, noiseShape } from '../src/layer/shape.js';
import { uniformDropout as multiply } from '../src/ops/uniform-dropout.js';

const LAYER = 'uniformDropout';

export interface UniformDropoutArgs extends LayerArgs, RandomArgs {
  /** Half the width of the noise, from 0 to 1. */
  beta: number;
  /** Shape of the noise; 1 shares it along a dimension, null is the input's own. Default: the input's shape. */
  noiseShape?: NoiseShape | null;
}

/**
 * Uout: noise that shifts variances less than dropout does, for nets with batch normalization.
 *
 * Training: `y = x (1 + r)`, `r ~ U(-beta, beta)`; prediction: `y = x`.
 *
 * Input and output of any shape. Of an input of mean 0, the variance at prediction is `3 / (3 + beta^2)` of that in
 * training, where dropout's is 1 - rate: at beta 0.1 that is 0.997, at rate 0.5 it is 0.5. Each training call has numbers
 * of its own; the config counts the calls. The layer draws by its seed and its name, without a name by its seed and its
 * place among such layers of the model.
 *
 * Reference: Li, Chen, Hu, Yang, "Understanding the disharmony between dropout and batch normalization by variance
 * shift", CVPR 2019, section 6.2.
 *
 * ```ts
 * model.add(uniformDropout({ beta: 0.1, seed: 1 }));
 * ```
 */
export class UniformDropout extends RandomLayer implements Foldable {
  static className = 'EvenkeelUniformDropout';

  private readonly beta: number;
  private readonly noiseShape: NoiseShape | null;

  constructor(args: UniformDropoutArgs) {
    super(LAYER, args ?? {});
    this.beta = probability(LAYER, 'beta', args?.beta);
    this.noiseShape = noiseShape(LAYER, args.noiseShape ?? null);
    this.supportsMasking = true;
    knownArguments(this, LAYER, args);
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape | tf.Shape[] {
    return inputShape;
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: CallArgs): tf.Tensor {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const x = onlyInput(inputs);
      if (!kwargs.training) return x.clone();
      const draw = this.draw(kwargs);
      return multiply(x, draw.uniform(maskShape(LAYER, this.noiseShape, x.shape)), this.beta);
    });
  }

  prediction(): Prediction {
    return { is: 'identity' };
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { beta, noiseShape } = this;
    return { ...super.getConfig(), beta, noiseShape };
  }
}
register(UniformDropout);

/** Multiplicative uniform noise in place of dropout; see {@link UniformDropout}. */
export function uniformDropout(args: UniformDropoutArgs): UniformDropout {
  return new UniformDropout(argumentsObject(LAYER, 'beta', args));
}
