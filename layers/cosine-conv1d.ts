import type * as tf from '@tensorflow/tfjs';
import type { LayerArgs } from '../src/layer/base-layer.js';
import type { CallArgs } from '../src/layer/call.js';
import { type ConvArgs, convFields, convOutput, windowOf } from '../src/layer/conv.js';
import { type CosineArgs, CosineWeights, cosineFields } from '../src/layer/cosine.js';
import { type KernelArgs, kernelFields } from '../src/layer/dense.js';
import type { Foldable, Prediction } from '../src/layer/foldable.js';
import { register } from '../src/layer/register.js';
import { channels, onlyShape, requireChannels } from '../src/layer/shape.js';
import { SingleInputLayer } from '../src/layer/single-input-layer.js';
import { cosineConv } from '../src/ops/cosine-conv.js';

const fields = { ...convFields(1), ...kernelFields, ...cosineFields };

export interface CosineConv1DArgs extends LayerArgs, ConvArgs<1>, KernelArgs, CosineArgs {}

/** The layer of {@link cosineConv1d}. */
export class CosineConv1D extends SingleInputLayer<typeof fields> implements Foldable {
  static className = 'EvenkeelCosineConv1D';

  private parts!: CosineWeights<[number, number, number]>;

  constructor(args: CosineConv1DArgs) {
    super('cosineConv1d', fields, args);
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const inputs = channels(this.kind, inputShape, { exactly: 3 }, -1);
    this.computeOutputShape(inputShape); // refuses an input that is smaller than the window
    const { kernelSize, filters } = this.settings;
    this.parts = new CosineWeights(this.settings, [...kernelSize, inputs, filters], (...weight) =>
      this.weight(...weight),
    );
    super.build(inputShape);
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    const [batch = null, steps = null] = onlyShape(inputShape);
    return [batch, ...convOutput(this.kind, [steps], this.settings), this.settings.filters];
  }

  protected override compute(x: tf.Tensor, _kwargs: CallArgs): tf.Tensor {
    const { parts, settings } = this;
    requireChannels(this.kind, x.shape, -1, parts.kernel.shape[1] ?? null);
    // A sequence is an image of one row.
    const rows: tf.Tensor4D = x.expandDims(1);
    const kernel: tf.Tensor4D = parts.kernel.read().expandDims(0);
    const c = cosineConv(rows, kernel, parts.biasInside(), windowOf(settings), settings);
    return parts.output(c.squeeze([1]));
  }

  prediction(): Prediction {
    return this.parts.prediction(this);
  }
}
register(CosineConv1D);

/**
 * A convolution that takes the cosine between patch and filter in place of their product:
 *
 * `y = f(s c)`, `c = patch.w / (|patch| |w|)` for each place and filter, with -1 <= c <= 1.
 *
 * Input `[batch, steps, channels]`, output `[batch, steps', filters]`. Training and inference are the same function. Padding
 * counts as zeros, in the length of a patch too. The output does not change when a sequence or a filter is multiplied by a
 * positive number; with `center`, nor when a constant is added to a patch without padding. Learning rates are one or two
 * orders of magnitude above those of conv1d.
 *
 * A dilated window costs as much as a window without gaps, since tfjs has no gradient of dilated convolutions. With
 * `center` the patches are laid out in memory, which takes kernel size times the memory of the input.
 *
 * Differs from the paper:
 * 1. a zero patch or filter gives 0 (in the paper it is undefined);
 * 2. there can be a bias and a scale.
 *
 * Reference: Luo et al., "Cosine Normalization: Using Cosine Similarity Instead of Dot Product in Neural Networks",
 * arXiv 1702.05870.
 *
 * ```ts
 * model.add(cosineConv1d({ filters: 32, kernelSize: 3, padding: 'same', activation: 'relu' }));
 * ```
 */
export function cosineConv1d(args: CosineConv1DArgs): CosineConv1D {
  return new CosineConv1D(args);
}
