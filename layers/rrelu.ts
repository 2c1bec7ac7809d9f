import * as tf from '@tensorflow/tfjs';
import {
  ArgumentError,
  argumentsObject,
  finite,
  knownArguments,
  oneOf,
} from '../src/errors/argument-error.js';
import { type CallArgs, onlyInput } from '../src/layer/call.js';
import type { LayerArgs } from '../src/layer/dense.js';
import type { Foldable, Prediction } from '../src/layer/foldable.js';
import { RandomLayer } from '../src/layer/random-layer.js';
import type { RandomArgs } from '../src/layer/randomness.js';
import { register } from '../src/layer/register.js';
import { meanSlope, type RReLULaw, rrelu as rectify, slopeOf } from '../src/ops/rrelu.js';

const LAYER = 'rrelu';

/** The bounds of each law: those of PyTorch and of the paper. */
const BOUNDS = { slope: [1 / 8, 1 / 3], divisor: [3, 8] } as const;

export interface RReLUArgs extends LayerArgs, RandomArgs {
  /** Least of the numbers drawn: finite, above 0 for a divisor. Default: 1/8 for a slope, 3 for a divisor. */
  lower?: number;
  /** Greatest of them, not below lower. Default: 1/3 for a slope, 8 for a divisor. */
  upper?: number;
  /** What is drawn: the slope, as in frameworks, or what x is divided by, as in the paper. Default: 'slope'. */
  law?: RReLULaw;
}

/**
 * Randomized leaky ReLU: `y = x` for x > 0, else `a x`, with a slope of its own for each element.
 *
 * Law 'slope': training `a ~ U(lower, upper)`, prediction `a = (lower + upper) / 2`, by default 0.2292.
 *
 * Law 'divisor': training `1 / a ~ U(lower, upper)`, prediction `1 / a = (lower + upper) / 2`, by default 5.5.
 *
 * Input and output of any shape. Each training call has slopes of its own; the config counts the calls. The
 * layer draws by its seed and its name, without a name by its seed and its place among such layers of the model.
 *
 * Differs from the paper:
 * 1. the slope is what is drawn by default, as in other frameworks; the paper's law is 'divisor'.
 *
 * Reference: Xu, Wang, Chen, Li, "Empirical Evaluation of Rectified Activations in Convolutional Network",
 * arXiv 1505.00853, section 2.4.
 *
 * ```ts
 * model.add(rrelu({ seed: 1 }));
 * ```
 */
export class RReLU extends RandomLayer implements Foldable {
  static className = 'EvenkeelRReLU';

  private readonly lower: number;
  private readonly upper: number;
  private readonly law: RReLULaw;

  constructor(given: RReLUArgs = {}) {
    const args = given ?? {};
    super(LAYER, args);
    this.law = oneOf(LAYER, 'law', args.law ?? 'slope', ['slope', 'divisor']);
    const [lower, upper] = BOUNDS[this.law];
    this.lower = finite(LAYER, 'lower', args.lower ?? lower);
    this.upper = finite(LAYER, 'upper', args.upper ?? upper);
    if (this.lower > this.upper) {
      const byDefault = args.upper === undefined ? ', the default' : '';
      throw new ArgumentError(LAYER, 'lower', `at most upper (${this.upper}${byDefault})`, this.lower);
    }
    if (this.law === 'divisor' && this.lower <= 0) {
      throw new ArgumentError(LAYER, 'lower', "above 0 for the law 'divisor'", this.lower);
    }
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
      const { lower, upper, law } = this;
      if (!kwargs.training) return tf.leakyRelu(x, meanSlope(lower, upper, law));
      return rectify(x, slopeOf(this.draw(kwargs).uniform(x.shape), lower, upper, law));
    });
  }

  prediction(): Prediction {
    const { lower, upper, law } = this;
    const layer = tf.layers.leakyReLU({ alpha: meanSlope(lower, upper, law), name: this.name });
    return { is: 'layer', layer, weights: [] };
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { lower, upper, law } = this;
    return { ...super.getConfig(), lower, upper, law };
  }
}
register(RReLU);

/** Randomized leaky ReLU; see {@link RReLU}. */
export function rrelu(args?: RReLUArgs): RReLU {
  return new RReLU(argumentsObject(LAYER, 'lower', args));
}
