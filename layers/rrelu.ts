import * as tf from '@tensorflow/tfjs';
import { ArgumentError } from '../src/errors/argument-error.js';
import { finite, oneOf } from '../src/errors/checks.js';
import type { LayerArgs } from '../src/layer/base-layer.js';
import type { CallArgs } from '../src/layer/call.js';
import { type ArgsOf, optional } from '../src/layer/fields.js';
import type { Foldable, Prediction } from '../src/layer/foldable.js';
import { RandomLayer } from '../src/layer/random-layer.js';
import type { RandomArgs } from '../src/layer/randomness.js';
import { register } from '../src/layer/register.js';
import { meanSlope, rrelu as rectify, slopeOf } from '../src/ops/rrelu.js';

/** The default bounds, by what is drawn: those of PyTorch and of the paper. */
const BOUNDS = { slope: [1 / 8, 1 / 3], divisor: [3, 8] } as const;

const fieldsWith = ([lower, upper]: readonly [number, number]) => ({
  /** Least of the numbers drawn: finite, above 0 for a divisor. Default: 1/8 for a slope, 3 for a divisor. */
  lower: optional(finite, lower),
  /** Greatest of them, not below lower. Default: 1/3 for a slope, 8 for a divisor. */
  upper: optional(finite, upper),
  /** What is drawn: the slope, as in frameworks, or what x is divided by, as in the paper. Default: 'slope'. */
  law: optional(oneOf('slope', 'divisor'), 'slope'),
});
type Fields = ReturnType<typeof fieldsWith>;

export interface RReLUArgs extends LayerArgs, RandomArgs, ArgsOf<Fields> {}

/** The layer of {@link rrelu}. */
export class RReLU extends RandomLayer<Fields> implements Foldable {
  static className = 'EvenkeelRReLU';

  constructor(args?: RReLUArgs) {
    super('rrelu', fieldsWith(BOUNDS[args?.law === 'divisor' ? 'divisor' : 'slope']), args);
    const { lower, upper, law } = this.settings;
    if (lower > upper) {
      const byDefault = args?.upper === undefined ? ', the default' : '';
      throw new ArgumentError(this.kind, 'lower', `at most upper (${upper}${byDefault})`, lower);
    }
    if (law === 'divisor' && lower <= 0) {
      throw new ArgumentError(this.kind, 'lower', "above 0 for the law 'divisor'", lower);
    }
    this.supportsMasking = true;
  }

  protected override compute(x: tf.Tensor, kwargs: CallArgs): tf.Tensor {
    const { lower, upper, law } = this.settings;
    if (!kwargs.training) return tf.leakyRelu(x, meanSlope(lower, upper, law));
    return rectify(x, slopeOf(this.draw(kwargs).uniform(x.shape), lower, upper, law));
  }

  prediction(): Prediction {
    const { lower, upper, law } = this.settings;
    const layer = tf.layers.leakyReLU({ alpha: meanSlope(lower, upper, law), name: this.name });
    return { is: 'layer', layer, weights: [] };
  }
}
register(RReLU);

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
export function rrelu(args?: RReLUArgs): RReLU {
  return new RReLU(args);
}
