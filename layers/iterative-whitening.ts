import * as tf from '@tensorflow/tfjs';
import {
  ArgumentError,
  argumentsObject,
  knownArguments,
  positive,
  positiveInteger,
  probability,
} from '../src/errors/argument-error.js';
import { type CallArgs, onlyInput } from '../src/layer/call.js';
import type { LayerArgs } from '../src/layer/dense.js';
import type { Foldable, Prediction } from '../src/layer/foldable.js';
import { register } from '../src/layer/register.js';
import { features } from '../src/layer/shape.js';
import { blockDiagonal, type Whitened, whiten, whitenBy } from '../src/ops/whitening.js';
import { isFrozen } from '../src/tfjs/frozen.js';

const LAYER = 'iterativeWhitening';

type BatchNormArgs = NonNullable<Parameters<typeof tf.layers.batchNormalization>[0]>;

export interface IterativeWhiteningArgs extends LayerArgs {
  /**
   * Features whitened together: a divisor of the width of the input. Default: the largest one up to 64, so the whole
   * width up to there. A batch should hold several times as many examples (times places).
   */
  groupSize?: number | null;
  /** Newton's steps towards the inverse root: a positive integer. Default: 5. */
  iterations?: number;
  /** Added to the variances: above 0. Default: 1e-5. */
  epsilon?: number;
  /** What the running averages keep of themselves at a training step, from 0 to 1. Default: 0.9. */
  momentum?: number;
  /** Add beta. Default: true. */
  center?: boolean;
  /** Multiply by gamma. Default: true. */
  scale?: boolean;
  /** Default: 'zeros'. */
  betaInitializer?: BatchNormArgs['betaInitializer'];
  /** Default: 'ones'. */
  gammaInitializer?: BatchNormArgs['gammaInitializer'];
  /** Default: none, as for the three below. */
  betaRegularizer?: BatchNormArgs['betaRegularizer'];
  gammaRegularizer?: BatchNormArgs['gammaRegularizer'];
  betaConstraint?: BatchNormArgs['betaConstraint'];
  gammaConstraint?: BatchNormArgs['gammaConstraint'];
}

/**
 * Decorrelated batch normalization by Newton's iteration (IterNorm). With S the covariance of a group of features over
 * the batch and every axis but the last:
 *
 * training: `y = gamma (x - mu[x]) W + beta`, `W ~ (S + epsilon I)^(-1/2)`; inference: the same map with the running
 * averages of mu and W, `a <- momentum a + (1 - momentum) new`.
 *
 * W comes of T steps: `N = S / tr S`, `P_0 = I`, `P_k = (3 P_{k-1} - P_{k-1}^3 N) / 2`, `W = P_T / sqrt(tr S)`. It is
 * symmetric, so that features keep their places. Directions with a tenth and more of a group's variance leave with a
 * variance within 1 % of 1 after 5 steps, lesser ones with less (0.43 for a hundredth): fewer steps decorrelate less.
 *
 * Input `[..., features]`, output of the same shape. Weights: gamma, beta `[features]`, movingMean `[features]`,
 * movingWhitening `[groups, groupSize, groupSize]`; the last two are saved and not trained, and start at 0 and I. A
 * layer whose `trainable` is false, or that of a model around it, works as in inference, in fit too, and its averages
 * stay. One example alone has no covariance: a batch of one, as the last of an epoch may be,
 * is whitened by the running averages, which stay.
 *
 * Differs from the paper:
 * 1. features have their own axis, the last; the paper's is the first of a transposed batch;
 * 2. the steps keep P_k N beside P_k: the same sequence, which stays where it has converged;
 * 3. the groups are 64 wide at most if not told otherwise; the authors' code has one group by default.
 *
 * Reference: Huang et al., "Iterative Normalization: Beyond Standardization towards Efficient Whitening",
 * arXiv 1904.03441; defaults of epsilon, momentum, gamma and beta are those of the authors' code.
 *
 * ```ts
 * model.add(tf.layers.dense({ units: 128, useBias: false }));
 * model.add(iterativeWhitening({ groupSize: 32 }));
 * ```
 */
export class IterativeWhitening extends tf.layers.Layer implements Foldable {
  static className = 'EvenkeelIterativeWhitening';

  private readonly groupSize: number | null;
  private readonly iterations: number;
  private readonly epsilon: number;
  private readonly momentum: number;
  private readonly center: boolean;
  private readonly scale: boolean;
  private readonly template: tf.layers.Layer;
  private gamma?: tf.LayerVariable;
  private beta?: tf.LayerVariable;
  private movingMean!: tf.LayerVariable;
  private movingWhitening!: tf.LayerVariable;

  constructor(args: IterativeWhiteningArgs = {}) {
    super(args);
    this.groupSize = args.groupSize == null ? null : positiveInteger(LAYER, 'groupSize', args.groupSize);
    this.iterations = positiveInteger(LAYER, 'iterations', args.iterations ?? 5);
    this.epsilon = positive(LAYER, 'epsilon', args.epsilon ?? 1e-5);
    this.momentum = probability(LAYER, 'momentum', args.momentum ?? 0.9);
    this.center = args.center ?? true;
    this.scale = args.scale ?? true;
    this.template = template(args);
    this.supportsMasking = true;
    this.inputSpec = [{ minNDim: 2 }];
    knownArguments(this, LAYER, args);
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const width = features(LAYER, inputShape);
    const size = sizeOfGroups(width, this.groupSize);
    const t = affineFields(this.template);
    if (this.scale) {
      const gamma = [t.gammaInitializer, t.gammaRegularizer, true, t.gammaConstraint] as const;
      this.gamma = this.addWeight('gamma', [width], 'float32', ...gamma);
    }
    if (this.center) {
      const beta = [t.betaInitializer, t.betaRegularizer, true, t.betaConstraint] as const;
      this.beta = this.addWeight('beta', [width], 'float32', ...beta);
    }
    const averages = ['float32', tf.initializers.zeros(), undefined, false] as const;
    this.movingMean = this.addWeight('movingMean', [width], ...averages);
    this.movingWhitening = this.addWeight('movingWhitening', [width / size, size, size], ...averages);
    const start = tf.eye(size, size, [width / size]);
    this.movingWhitening.write(start);
    start.dispose();
    this.inputSpec = [{ minNDim: 2, axes: { [-1]: width } }];
    super.build(inputShape);
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape | tf.Shape[] {
    return inputShape;
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: CallArgs): tf.Tensor {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const input = onlyInput(inputs);
      const x = input.reshape([-1, input.shape.at(-1) as number]) as tf.Tensor2D;
      const learns = kwargs?.training && !isFrozen(this) && x.shape[0] > 1;
      const white = learns ? this.whitenBatch(x) : whitenBy(x, ...this.averages());
      const scaled = this.gamma ? white.mul(this.gamma.read()) : white;
      return (this.beta ? scaled.add(this.beta.read()) : scaled).reshape(input.shape);
    });
  }

  private whitenBatch(x: tf.Tensor2D): tf.Tensor2D {
    const { iterations, epsilon } = this;
    const groupSize = this.movingWhitening.shape[1] as number;
    const whitened = whiten(x, { groupSize, iterations, epsilon });
    this.follow(whitened);
    return whitened.y;
  }

  private follow({ mean, whitening }: Whitened): void {
    const { momentum } = this;
    const moved = (average: tf.LayerVariable, value: tf.Tensor): tf.Tensor =>
      average
        .read()
        .mul(momentum)
        .add(value.mul(1 - momentum));
    this.movingMean.write(moved(this.movingMean, mean));
    this.movingWhitening.write(moved(this.movingWhitening, whitening));
  }

  private averages(): [tf.Tensor1D, tf.Tensor3D] {
    return [this.movingMean.read() as tf.Tensor1D, this.movingWhitening.read() as tf.Tensor3D];
  }

  /** At prediction the layer is a product with a matrix of blocks, and a shift. */
  prediction(): Prediction {
    const [mean, whitening] = this.averages();
    const blocks = blockDiagonal(whitening);
    const matrix = (this.gamma ? blocks.mul(this.gamma.read()) : blocks) as tf.Tensor2D;
    const moved = tf.matMul(mean.neg().expandDims(0) as tf.Tensor2D, matrix).flatten();
    const shift = (this.beta ? moved.add(this.beta.read()) : moved) as tf.Tensor1D;
    return { is: 'map', map: { axis: -1, matrix, shift } };
  }

  override getConfig(): tf.serialization.ConfigDict {
    const written = this.template.getConfig();
    const affine = Object.fromEntries(AFFINE.map((name) => [name, written[name] ?? null]));
    const { groupSize, iterations, epsilon, momentum, center, scale } = this;
    return {
      ...super.getConfig(),
      ...affine,
      groupSize,
      iterations,
      epsilon,
      momentum,
      center,
      scale,
    };
  }
}
register(IterativeWhitening);

const LARGEST_GROUP = 64;

function sizeOfGroups(width: number, asked: number | null): number {
  const divisors = Array.from({ length: width }, (_, i) => i + 1).filter((size) => width % size === 0);
  if (asked !== null && !divisors.includes(asked)) {
    const right = `a divisor of the input's ${width} features (${divisors.join(', ')})`;
    throw new ArgumentError(LAYER, 'groupSize', right, asked);
  }
  return asked ?? (divisors.findLast((size) => size <= LARGEST_GROUP) as number);
}

/** The arguments of batch normalization about gamma and beta. */
const AFFINE = [
  'betaInitializer',
  'gammaInitializer',
  'betaRegularizer',
  'gammaRegularizer',
  'betaConstraint',
  'gammaConstraint',
] as const;

interface AffineFields {
  betaInitializer: ReturnType<typeof tf.initializers.zeros>;
  gammaInitializer: ReturnType<typeof tf.initializers.zeros>;
  betaRegularizer?: ReturnType<typeof tf.regularizers.l2>;
  gammaRegularizer?: ReturnType<typeof tf.regularizers.l2>;
  betaConstraint?: ReturnType<typeof tf.constraints.nonNeg>;
  gammaConstraint?: ReturnType<typeof tf.constraints.nonNeg>;
}

/** A batch normalization that is never built: it resolves arguments by name and writes them back into a config. */
function template(args: IterativeWhiteningArgs): tf.layers.Layer {
  const affine = Object.fromEntries(AFFINE.map((name) => [name, args[name]])) as BatchNormArgs;
  return tf.layers.batchNormalization({ ...affine, name: 'template' });
}

function affineFields(template: tf.layers.Layer): AffineFields {
  return template as unknown as AffineFields;
}

/** Batch normalization that decorrelates; see {@link IterativeWhitening}. */
export function iterativeWhitening(args: IterativeWhiteningArgs = {}): IterativeWhitening {
  return new IterativeWhitening(argumentsObject(LAYER, 'groupSize', args));
}
