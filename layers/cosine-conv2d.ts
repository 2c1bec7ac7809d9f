import * as tf from '@tensorflow/tfjs';
import { oneOf } from '../src/errors/checks.js';
import type { LayerArgs } from '../src/layer/base-layer.js';
import type { CallArgs } from '../src/layer/call.js';
import { convFields, convOutput, windowOf } from '../src/layer/conv.js';
import {
  addCosineWeights,
  biasInside,
  type CosineWeights,
  cosineFields,
  cosineOutput,
  cosinePrediction,
} from '../src/layer/cosine.js';
import { kernelFields } from '../src/layer/dense.js';
import { type ArgsOf, optional } from '../src/layer/fields.js';
import type { Foldable, Prediction } from '../src/layer/foldable.js';
import { register } from '../src/layer/register.js';
import { channels, onlyShape, requireChannels } from '../src/layer/shape.js';
import { SingleInputLayer } from '../src/layer/single-input-layer.js';
import { cosineConv } from '../src/ops/cosine-conv.js';

const fields = {
  ...convFields<number | [number, number]>(2),
  /** Where the channels are in input and output. Default: 'channelsLast'. */
  dataFormat: optional(oneOf('channelsLast', 'channelsFirst'), 'channelsLast'),
  ...kernelFields,
  ...cosineFields,
};

export interface CosineConv2DArgs extends LayerArgs, ArgsOf<typeof fields> {}

/** The layer of {@link cosineConv2d}. */
export class CosineConv2D extends SingleInputLayer<typeof fields> implements Foldable {
  static className = 'EvenkeelCosineConv2D';

  private own!: CosineWeights;

  constructor(args: CosineConv2DArgs) {
    super('cosineConv2d', fields, args);
  }

  private get channelsFirst(): boolean {
    return this.settings.dataFormat === 'channelsFirst';
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const inputs = channels(this.kind, inputShape, { exactly: 4 }, this.channelsFirst ? 1 : -1);
    this.computeOutputShape(inputShape); // refuses one that no window fits into
    const { kernelSize, filters } = this.settings;
    this.own = addCosineWeights([...kernelSize, inputs, filters], this.settings, (name, shape, ...args) =>
      this.addWeight(name, shape, 'float32', ...args),
    );
    super.build(inputShape);
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    const [batch = null, ...sizes] = onlyShape(inputShape);
    const { kind, settings } = this;
    if (this.channelsFirst) return [batch, settings.filters, ...convOutput(kind, sizes.slice(1), settings)];
    return [batch, ...convOutput(kind, sizes.slice(0, -1), settings), settings.filters];
  }

  protected override compute(x: tf.Tensor, _kwargs: CallArgs): tf.Tensor {
    const { own, settings, channelsFirst } = this;
    requireChannels(this.kind, x.shape, channelsFirst ? 1 : -1, own.kernel.shape[2] ?? null);
    const images = (channelsFirst ? tf.transpose(x, [0, 2, 3, 1]) : x) as tf.Tensor4D;
    const kernel = own.kernel.read() as tf.Tensor4D;
    const c = cosineConv(images, kernel, biasInside(own, settings), windowOf(settings), settings);
    const y = cosineOutput(c, own, settings);
    return channelsFirst ? tf.transpose(y, [0, 3, 1, 2]) : y;
  }

  prediction(): Prediction {
    return cosinePrediction(this, this.own, this.settings);
  }
}
register(CosineConv2D);

/**
 * A convolution that takes the cosine between patch and filter in place of their product:
 *
 * `y = f(s c)`, `c = patch.w / (|patch| |w|)` for each place and filter, so that -1 <= c <= 1.
 *
 * Input `[batch, height, width, channels]`, output `[batch, height', width', filters]`, or channels first. Training and
 * inference are the same function. What lies over the edge counts as zeros, in the length of a patch too. It does not
 * change when an image or a filter is multiplied by a positive number; centred, nor when a constant is added to a patch
 * that lies inside. Learning rates are an order of magnitude or two above those of conv2d.
 *
 * A dilated window costs as much as one with its gaps filled, since tfjs has no gradient for it otherwise. Centred, the
 * patches are laid out in memory: kernel height times width as much as the input.
 *
 * Differs from the paper:
 * 1. a zero patch or filter gives 0 (in the paper it is undefined);
 * 2. a bias and a scale can be asked for.
 *
 * Reference: Luo et al., "Cosine Normalization: Using Cosine Similarity Instead of Dot Product in Neural Networks",
 * arXiv 1702.05870.
 *
 * ```ts
 * model.add(cosineConv2d({ filters: 32, kernelSize: 3, padding: 'same', activation: 'relu' }));
 * ```
 */
export function cosineConv2d(args: CosineConv2DArgs): CosineConv2D {
  return new CosineConv2D(args);
}
