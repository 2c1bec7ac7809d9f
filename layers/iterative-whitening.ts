import * as tf from '@tensorflow/tfjs';
import { ArgumentError } from '../src/errors/argument-error.js';
import { flag, orNull, positive, positiveInteger, probability } from '../src/errors/checks.js';
import type { LayerArgs } from '../src/layer/base-layer.js';
import type { CallArgs } from '../src/layer/call.js';
import { type ArgsOf, constraint, initializer, optional, regularizer } from '../src/layer/fields.js';
import type { Foldable, Prediction } from '../src/layer/foldable.js';
import { register } from '../src/layer/register.js';
import { features } from '../src/layer/shape.js';
import { SingleInputLayer } from '../src/layer/single-input-layer.js';
import { weightArgs } from '../src/layer/weights.js';
import { blockDiagonal } from '../src/ops/feature-groups.js';
import { type Whitened, whiten, whitenBy } from '../src/ops/whitening.js';
import { isFrozen } from '../src/tfjs/frozen.js';
import type { Weight } from '../src/tfjs/weights.js';

const fields = {
  /**
   * Number of features that are whitened together: a divisor of the width of the input. Default: the largest divisor up
   * to 64. A batch should hold several times as many examples (or examples times places).
   */
  groupSize: optional(orNull(positiveInteger), null),
  /** Number of Newton's steps towards the inverse root: a positive integer. Default: 5. */
  iterations: optional(positiveInteger, 5),
  /** Added to the variances: above 0. Default: 1e-5. */
  epsilon: optional(positive, 1e-5),
  /** Momentum of the running averages, from 0 to 1: `a <- momentum a + (1 - momentum) new`. Default: 0.9. */
  momentum: optional(probability, 0.9),
  /** Add beta. Default: true. */
  center: optional(flag, true),
  /** Multiply by gamma. Default: true. */
  scale: optional(flag, true),
  /** Default: 'zeros'. */
  betaInitializer: initializer('zeros'),
  /** Default: 'ones'. */
  gammaInitializer: initializer('ones'),
  /** Default: none. */
  betaRegularizer: regularizer(),
  /** Default: none. */
  gammaRegularizer: regularizer(),
  /** Default: none. */
  betaConstraint: constraint(),
  /** Default: none. */
  gammaConstraint: constraint(),
};

export interface IterativeWhiteningArgs extends LayerArgs, ArgsOf<typeof fields> {}

/** The layer of {@link iterativeWhitening}. */
export class IterativeWhitening extends SingleInputLayer<typeof fields> implements Foldable {
  static className = 'EvenkeelIterativeWhitening';

  private gamma: Weight<tf.Rank.R1> | null = null;
  private beta: Weight<tf.Rank.R1> | null = null;
  private movingMean!: Weight<tf.Rank.R1>;
  private movingWhitening!: Weight<tf.Rank.R3>;

  constructor(args?: IterativeWhiteningArgs) {
    super('iterativeWhitening', fields, args);
    this.supportsMasking = true;
    this.inputSpec = [{ minNDim: 2 }];
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const width = features(this.kind, inputShape);
    const s = this.settings;
    const size = sizeOfGroups(this.kind, width, s.groupSize);
    if (s.scale) {
      const gamma = weightArgs(s.gammaInitializer, s.gammaRegularizer, s.gammaConstraint);
      this.gamma = this.weight('gamma', [width], ...gamma);
    }
    if (s.center) {
      const beta = weightArgs(s.betaInitializer, s.betaRegularizer, s.betaConstraint);
      this.beta = this.weight('beta', [width], ...beta);
    }
    const averages = [tf.initializers.zeros(), undefined, false] as const;
    this.movingMean = this.weight('movingMean', [width], ...averages);
    this.movingWhitening = this.weight('movingWhitening', [width / size, size, size], ...averages);
    const start = tf.eye(size, size, [width / size]);
    this.movingWhitening.write(start);
    start.dispose();
    this.inputSpec = [{ minNDim: 2, axes: { [-1]: width } }];
    super.build(inputShape);
  }

  protected override compute(input: tf.Tensor, kwargs: CallArgs): tf.Tensor {
    const x: tf.Tensor2D = input.reshape([-1, input.shape.at(-1) ?? 0]);
    const learns = kwargs.training && !isFrozen(this) && x.shape[0] > 1;
    const white = learns ? this.whitenBatch(x) : whitenBy(x, ...this.averages());
    const scaled = this.gamma ? white.mul(this.gamma.read()) : white;
    return (this.beta ? scaled.add(this.beta.read()) : scaled).reshape(input.shape);
  }

  private whitenBatch(x: tf.Tensor2D): tf.Tensor2D {
    const { iterations, epsilon } = this.settings;
    const groupSize = this.movingWhitening.read().shape[1];
    const whitened = whiten(x, { groupSize, iterations, epsilon });
    this.follow(whitened);
    return whitened.y;
  }

  private follow({ mean, whitening }: Whitened): void {
    const { momentum } = this.settings;
    const moved = (average: tf.LayerVariable, value: tf.Tensor): tf.Tensor =>
      average
        .read()
        .mul(momentum)
        .add(value.mul(1 - momentum));
    this.movingMean.write(moved(this.movingMean, mean));
    this.movingWhitening.write(moved(this.movingWhitening, whitening));
  }

  private averages(): [tf.Tensor1D, tf.Tensor3D] {
    return [this.movingMean.read(), this.movingWhitening.read()];
  }

  /** At prediction the layer is a product with a matrix of blocks, and a shift. */
  prediction(): Prediction {
    const [mean, whitening] = this.averages();
    const blocks = blockDiagonal(whitening);
    const matrix: tf.Tensor2D = this.gamma ? blocks.mul(this.gamma.read()) : blocks;
    const moved = tf.matMul(mean.neg().expandDims(0), matrix).flatten();
    const shift: tf.Tensor1D = this.beta ? moved.add(this.beta.read()) : moved;
    return { is: 'map', map: { axis: -1, matrix, shift } };
  }
}
register(IterativeWhitening);

const LARGEST_GROUP = 64;

function sizeOfGroups(kind: string, width: number, asked: number | null): number {
  const divisors = Array.from({ length: width }, (_, i) => i + 1).filter((size) => width % size === 0);
  if (asked !== null && !divisors.includes(asked)) {
    const right = `a divisor of the input's ${width} features (${divisors.join(', ')})`;
    throw new ArgumentError(kind, 'groupSize', right, asked);
  }
  return asked ?? divisors.findLast((size) => size <= LARGEST_GROUP) ?? 1;
}

/**
 * Decorrelated batch normalization by Newton's iteration (IterNorm). With S the covariance of a group of features over
 * the batch and every axis but the last:
 *
 * training: `y = gamma (x - mu[x]) W + beta`, `W ~ (S + epsilon I)^(-1/2)`; inference: the same map with the running
 * averages of mu and W, `a <- momentum a + (1 - momentum) new`.
 *
 * W is computed in T steps: `N = S / tr S`, `P_0 = I`, `P_k = (3 P_{k-1} - P_{k-1}^3 N) / 2`, `W = P_T / sqrt(tr S)`. W
 * is symmetric: each output belongs to the feature of its index. After 5 steps, a direction with at least a tenth of its
 * group's variance has a variance within 1 % of 1; one with a hundredth has 0.43. Fewer steps decorrelate less.
 *
 * Input `[..., features]`, output of the same shape. Weights: gamma, beta `[features]`, movingMean `[features]`,
 * movingWhitening `[groups, groupSize, groupSize]`; the last two are saved and not trained, and start at 0 and I. A layer
 * that is frozen, by its `trainable` or that of a model around it, computes in fit what it does in inference, and its
 * averages do not change. A single example has no covariance: a batch of one, as the last of an epoch may be, is whitened
 * by the running averages, which do not change either.
 *
 * Differs from the paper:
 * 1. features have their own axis, the last; the paper's is the first of a transposed batch;
 * 2. the steps compute P_k N beside P_k: the same sequence, stable after it has converged;
 * 3. a group has at most 64 features by default; the authors' code has one group by default.
 *
 * Reference: Huang et al., "Iterative Normalization: Beyond Standardization towards Efficient Whitening",
 * arXiv 1904.03441; defaults of epsilon, momentum, gamma and beta are those of the authors' code.
 *
 * ```ts
 * model.add(tf.layers.dense({ units: 128, useBias: false }));
 * model.add(iterativeWhitening({ groupSize: 32 }));
 * ```
 */
export function iterativeWhitening(args?: IterativeWhiteningArgs): IterativeWhitening {
  return new IterativeWhitening(args);
}
