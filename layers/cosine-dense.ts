import * as tf from '@tensorflow/tfjs';
import { type CallArgs, onLastAxis, onlyInput } from '../src/arguments/call.js';
import { ArgumentError, oneOf, positive, positiveInteger } from '../src/arguments/check.js';
import {
  biasArgs,
  type DenseArgs,
  denseConfig,
  denseFields,
  denseTemplate,
  kernelArgs,
  type OwnDenseArgs,
} from '../src/arguments/dense.js';
import { register } from '../src/arguments/register.js';
import { features, withLast } from '../src/arguments/shape.js';
import { activate } from '../src/ops/activate.js';
import { cosine } from '../src/ops/cosine.js';

const LAYER = 'cosineDense';

export interface CosineDenseArgs extends OwnDenseArgs {
  /** Subtract the mean over the features from each example and from each unit's weights (Pearson). Default: false. */
  center?: boolean;
  /**
   * 'none'; 'augmented', one more coordinate inside the cosine, 1 in x and b in w; or 'add', added after the scale.
   * Default: 'none', as in the paper.
   */
  bias?: 'none' | 'augmented' | 'add';
  /** Factor of the cosine: a number above 0, or 'learned', one for the layer, kept positive. Default: 1. */
  scale?: number | 'learned';
  /** Where a learned scale starts: above 0. Default: 10. */
  scaleInit?: number;
  /** Added to each sum of squares inside the root: above 0. Default: 1e-12. */
  epsilon?: number;
}

/**
 * A dense layer that takes the cosine between input and weights in place of their product:
 *
 * `y = f(s c)`, `c = x.w / (|x| |w|)` for each unit, so that -1 <= c <= 1.
 *
 * Input `[..., features]`, output `[..., units]`. Training and inference are the same function. It does not change when
 * an example or a unit's weights are multiplied by a positive number; centred, nor when a constant is added to them.
 * That holds for lengths from about 1e-4 to 1e18: below, epsilon counts, above, float32 has no square.
 * The steps along w are therefore small: learning rates are an order of magnitude or two above those of dense. Meant
 * for hidden layers: give the head a scale near 10 or make it dense, since ten cosines cannot tell ten classes apart.
 *
 * Differs from the paper:
 * 1. a zero example or weight vector gives 0 (in the paper it is undefined);
 * 2. a bias and a scale can be asked for.
 *
 * Reference: Luo et al., "Cosine Normalization: Using Cosine Similarity Instead of Dot Product in Neural Networks",
 * arXiv 1702.05870.
 *
 * ```ts
 * model.add(cosineDense({ units: 128, activation: 'relu' }));
 * ```
 */
export class CosineDense extends tf.layers.Layer {
  static className = 'EvenkeelCosineDense';

  private readonly units: number;
  private readonly center: boolean;
  private readonly bias: 'none' | 'augmented' | 'add';
  private readonly scale: number | 'learned';
  private readonly scaleInit: number;
  private readonly epsilon: number;
  private readonly template: tf.layers.Layer;
  private kernelWeight!: tf.LayerVariable;
  private biasWeight?: tf.LayerVariable;
  private logScale?: tf.LayerVariable;

  constructor(args: CosineDenseArgs) {
    super(args);
    this.units = positiveInteger(LAYER, 'units', args.units);
    this.center = args.center ?? false;
    this.bias = oneOf(LAYER, 'bias', args.bias ?? 'none', ['none', 'augmented', 'add']);
    this.scale = args.scale ?? 1;
    if (this.scale !== 'learned' && !(this.scale > 0 && Number.isFinite(Math.fround(this.scale)))) {
      throw new ArgumentError(LAYER, 'scale', "a number above 0 or 'learned'", this.scale);
    }
    this.scaleInit = positive(LAYER, 'scaleInit', args.scaleInit ?? 10);
    this.epsilon = positive(LAYER, 'epsilon', args.epsilon ?? 1e-12);
    this.template = denseTemplate(args as DenseArgs);
    this.inputSpec = [{ minNDim: 2 }];
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const inputs = features(LAYER, inputShape);
    const t = denseFields(this.template);
    this.kernelWeight = this.addWeight('kernel', [inputs, this.units], 'float32', ...kernelArgs(t));
    if (this.bias !== 'none') {
      this.biasWeight = this.addWeight('bias', [this.units], 'float32', ...biasArgs(t));
    }
    if (this.scale === 'learned') {
      const start = tf.initializers.constant({ value: Math.log(this.scaleInit) });
      this.logScale = this.addWeight('logScale', [], 'float32', start);
    }
    this.inputSpec = [{ minNDim: 2, axes: { [-1]: inputs } }];
    super.build(inputShape);
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    return withLast(inputShape, this.units);
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: CallArgs): tf.Tensor {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const kernel = this.kernelWeight.read() as tf.Tensor2D;
      const bias = this.biasWeight ? (this.biasWeight.read() as tf.Tensor1D) : null;
      const { center, epsilon } = this;
      let y = onLastAxis(onlyInput(inputs), (x) =>
        cosine(x, kernel, this.bias === 'augmented' ? bias : null, { center, epsilon }),
      );
      if (this.logScale) y = y.mul(tf.exp(this.logScale.read()));
      else if (this.scale !== 1) y = y.mul(this.scale as number);
      if (bias && this.bias === 'add') y = y.add(bias);
      return activate(denseFields(this.template).activation, y);
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { useBias: _, ...config } = denseConfig(this.template);
    const { units, center, bias, scale, scaleInit, epsilon } = this;
    return { ...super.getConfig(), ...config, units, center, bias, scale, scaleInit, epsilon };
  }
}
register(CosineDense);

/** A dense layer with cosine normalization; see {@link CosineDense}. */
export function cosineDense(args: CosineDenseArgs): CosineDense {
  return new CosineDense(args);
}
