import * as tf from '@tensorflow/tfjs';
import { argumentsObject, knownArguments, positiveInteger } from '../src/errors/argument-error.js';
import { type CallArgs, onLastAxis, onlyInput } from '../src/layer/call.js';
import {
  type CosineArgs,
  type CosineSettings,
  cosinePrediction,
  cosineSettings,
  logScaleInitializer,
  scaledAndShifted,
} from '../src/layer/cosine.js';
import {
  biasArgs,
  type DenseArgs,
  denseConfig,
  denseFields,
  denseTemplate,
  kernelArgs,
  layerArgs,
  type OwnDenseArgs,
} from '../src/layer/dense.js';
import type { Foldable, Prediction } from '../src/layer/foldable.js';
import { register } from '../src/layer/register.js';
import { features, requireChannels, withLast } from '../src/layer/shape.js';
import { activate } from '../src/ops/activate.js';
import { cosine } from '../src/ops/cosine.js';

const LAYER = 'cosineDense';

export interface CosineDenseArgs extends OwnDenseArgs, CosineArgs {}

/**
 * A dense layer that takes the cosine between input and weights in place of their product:
 *
 * `y = f(s c)`, `c = x.w / (|x| |w|)` for each unit, so that -1 <= c <= 1.
 *
 * Input `[..., features]`, output `[..., units]`. Training and inference are the same function. It does not change when
 * an example or a unit's weights are multiplied by a positive number; centred, nor when a constant is added to them.
 * That holds for inputs of any magnitude, and for weights of a length from about 1e-4 to 1e18: below, epsilon counts,
 * above, float32 has no square.
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
export class CosineDense extends tf.layers.Layer implements Foldable {
  static className = 'EvenkeelCosineDense';

  private readonly units: number;
  private readonly settings: CosineSettings;
  private readonly template: tf.layers.Layer;
  kernel!: tf.LayerVariable;
  bias?: tf.LayerVariable;
  logScale?: tf.LayerVariable;

  constructor(args: CosineDenseArgs) {
    super(layerArgs(args));
    this.units = positiveInteger(LAYER, 'units', args?.units);
    this.settings = cosineSettings(LAYER, args);
    this.template = denseTemplate(args as DenseArgs);
    knownArguments(this, LAYER, args);
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const inputs = features(LAYER, inputShape);
    const t = denseFields(this.template);
    this.kernel = this.addWeight('kernel', [inputs, this.units], 'float32', ...kernelArgs(t));
    if (this.settings.bias !== 'none') {
      this.bias = this.addWeight('bias', [this.units], 'float32', ...biasArgs(t));
    }
    const logScale = logScaleInitializer(this.settings);
    if (logScale) this.logScale = this.addWeight('logScale', [], 'float32', logScale);
    super.build(inputShape);
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape {
    return withLast(inputShape, this.units);
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: CallArgs): tf.Tensor {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const x = onlyInput(inputs);
      requireChannels(LAYER, x.shape, -1, this.kernel.shape[0] as number);
      const kernel = this.kernel.read() as tf.Tensor2D;
      const bias = this.bias?.read() as tf.Tensor1D | undefined;
      const inside = this.settings.bias === 'augmented' && bias ? bias : null;
      const c = onLastAxis(x, (x) => cosine(x, kernel, inside, this.settings));
      const y = scaledAndShifted(c, this.settings, this.logScale?.read(), bias);
      return activate(denseFields(this.template).activation, y);
    });
  }

  prediction(): Prediction {
    return cosinePrediction(this, this, this.settings);
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { useBias: _, ...config } = denseConfig(this.template);
    return { ...super.getConfig(), ...config, ...this.settings, units: this.units };
  }
}
register(CosineDense);

/** A dense layer with cosine normalization; see {@link CosineDense}. */
export function cosineDense(args: CosineDenseArgs): CosineDense {
  return new CosineDense(argumentsObject(LAYER, 'units', args));
}
