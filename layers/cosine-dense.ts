import type * as tf from '@tensorflow/tfjs';
import { type CallArgs, onLastAxis } from '../src/layer/call.js';
import { type CosineArgs, CosineWeights, cosineFields } from '../src/layer/cosine.js';
import { type DenseLayerArgs, kernelFields, layerArgs, unitsField } from '../src/layer/dense.js';
import type { Foldable, Prediction } from '../src/layer/foldable.js';
import { register } from '../src/layer/register.js';
import { features, requireChannels, withLast } from '../src/layer/shape.js';
import { SingleInputLayer } from '../src/layer/single-input-layer.js';
import { cosine } from '../src/ops/cosine.js';

const fields = { ...unitsField, ...kernelFields, ...cosineFields };

export interface CosineDenseArgs extends DenseLayerArgs, CosineArgs {}

/** The layer of {@link cosineDense}. */
export class CosineDense extends SingleInputLayer<typeof fields> implements Foldable {
  static className = 'EvenkeelCosineDense';

  private parts!: CosineWeights<[number, number]>;

  constructor(args: CosineDenseArgs) {
    super('cosineDense', fields, args, layerArgs(args));
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const inputs = features(this.kind, inputShape);
    this.parts = new CosineWeights(this.settings, [inputs, this.settings.units], (...weight) =>
      this.weight(...weight),
    );
    super.build(inputShape);
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    return withLast(inputShape, this.settings.units);
  }

  protected override compute(input: tf.Tensor, _kwargs: CallArgs): tf.Tensor {
    const { parts, settings } = this;
    requireChannels(this.kind, input.shape, -1, parts.kernel.shape[0] ?? null);
    const c = onLastAxis(input, (x) => cosine(x, parts.kernel.read(), parts.biasInside(), settings));
    return parts.output(c);
  }

  prediction(): Prediction {
    return this.parts.prediction(this);
  }
}
register(CosineDense);

/**
 * A dense layer that takes the cosine between input and weights in place of their product:
 *
 * `y = f(s c)`, `c = x.w / (|x| |w|)` for each unit, with -1 <= c <= 1.
 *
 * Input `[..., features]`, output `[..., units]`. Training and inference are the same function. The output does not change
 * when an example or the weights of a unit are multiplied by a positive number; with `center`, nor when a constant is
 * added to them. That holds for inputs of any magnitude, and for weights of a length from about 1e-4, below which epsilon
 * matters, to 1e18, above which a square overflows float32.
 *
 * Gradients along w are therefore small: learning rates are one or two orders of magnitude above those of dense. Meant for
 * hidden layers. A softmax of ten cosines can never be sure of a class: give the last layer a scale near 10, or make it
 * dense.
 *
 * Differs from the paper:
 * 1. a zero example or weight vector gives 0 (in the paper it is undefined);
 * 2. there can be a bias and a scale.
 *
 * Reference: Luo et al., "Cosine Normalization: Using Cosine Similarity Instead of Dot Product in Neural Networks",
 * arXiv 1702.05870.
 *
 * ```ts
 * model.add(cosineDense({ units: 128, activation: 'relu' }));
 * ```
 */
export function cosineDense(args: CosineDenseArgs): CosineDense {
  return new CosineDense(args);
}
