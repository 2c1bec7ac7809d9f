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

/** The default bounds: of PyTorch for the slope, of the paper for the divisor. */
const BOUNDS = { slope: [1 / 8, 1 / 3], divisor: [3, 8] } as const;

const fieldsWith = ([lower, upper]: readonly [number, number]) => ({
  /** Lower bound of the numbers drawn: finite, above 0 for a divisor. Default: 1/8 for a slope, 3 for a divisor. */
  lower: optional(finite, lower),
  /** Upper bound of the numbers drawn: finite, not below `lower`. Default: 1/3 for a slope, 8 for a divisor. */
  upper: optional(finite, upper),
  /** What is uniformly distributed: the slope, or the divisor of x, as in the paper. Default: 'slope'. */
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
 * Randomized leaky ReLU: `y = x` for x > 0, else `a x`, with another slope for each element.
 *
 * With `law: 'slope'`, the default: training `a ~ U(lower, upper)`, prediction `a = (lower + upper) / 2`, which is
 * 0.2292 for the default bounds.
 *
 * With `law: 'divisor'`: training `1 / a ~ U(lower, upper)`, prediction `1 / a = (lower + upper) / 2`, which is 5.5 for
 * the default bounds.
 *
 * Input and output of any shape.
 *
 * Each training call draws new numbers. They follow from the seed, the layer's name and the
 * number of the call, which the config holds; a layer without a name draws by its place among such layers of the model.
 *
 * Differs from the paper:
 * 1. by default the slope is drawn, as in other frameworks; the paper draws the divisor.
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
