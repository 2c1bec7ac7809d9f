import * as tf from '@tensorflow/tfjs';
import { type CallArgs, onlyInput } from '../src/arguments/call.js';
import { positiveInteger, probability, seedNumber } from '../src/arguments/check.js';
import type { LayerArgs } from '../src/arguments/dense.js';
import { register } from '../src/arguments/register.js';
import { maskShape } from '../src/arguments/shape.js';
import type { Foldable, Prediction } from '../src/inference/foldable.js';
import { dropout } from '../src/ops/dropout.js';
import { drawSeed } from '../src/random/seed.js';
import { StepCounter } from '../src/random/step-counter.js';
import { uniform } from '../src/random/uniform.js';

const LAYER = 'annealedDropout';

export interface AnnealedDropoutArgs extends LayerArgs {
  /** The probability to drop at the first training step, from 0 to 1. */
  rate: number;
  /** Training steps after which the rate is 0: a positive integer. */
  steps: number;
  /** Shape of the mask; 1 shares it along a dimension, null is the input's own. Default: the input's shape. */
  noiseShape?: (number | null)[] | null;
  /**
   * An integer from 0 to 2147483647. With the layer's name it fixes every mask: name the layer for masks that do not
   * depend on how many layers were made before. Default: drawn once and kept in the config.
   */
  seed?: number | null;
}

/**
 * Dropout whose rate falls linearly to 0 while training: at training step t, from 0,
 *
 * `y = x r / (1 - p[t])`, `r ~ Bernoulli(1 - p[t])`, `p[t] = max(0, 1 - t / steps) rate`.
 *
 * Input and output of any shape. The layer counts its own training calls, in a saved, untrained weight, so that a loaded
 * model goes on where it was; each step has a mask of its own, the same on every backend. Inference is the identity.
 *
 * Differs from the paper:
 * 1. the input is divided by the current 1 - p[t] while training; the paper scales the weights at prediction.
 *
 * Reference: Rennie, Goel, Thomas, "Annealed dropout training of deep networks", SLT 2014, equation 5.
 *
 * ```ts
 * model.add(annealedDropout({ rate: 0.5, steps: 10 * 469, seed: 1 }));
 * ```
 */
export class AnnealedDropout extends tf.layers.Layer implements Foldable {
  static className = 'EvenkeelAnnealedDropout';

  private readonly rate: number;
  private readonly steps: number;
  private readonly noiseShape: (number | null)[] | null;
  private readonly seed: number;
  private counter!: StepCounter;

  constructor(args: AnnealedDropoutArgs) {
    super(args);
    this.rate = probability(LAYER, 'rate', args.rate);
    this.steps = positiveInteger(LAYER, 'steps', args.steps);
    this.noiseShape = args.noiseShape ?? null;
    this.seed = seedNumber(LAYER, args.seed ?? drawSeed());
    this.supportsMasking = true;
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    this.counter = new StepCounter(
      this.addWeight('step', [], 'int32', tf.initializers.zeros(), undefined, false),
    );
    super.build(inputShape);
  }

  /** The probability to drop at training step t, from 0. */
  rateAt(t: number): number {
    return Math.max(0, 1 - t / this.steps) * this.rate;
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape | tf.Shape[] {
    return inputShape;
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: CallArgs): tf.Tensor {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const x = onlyInput(inputs);
      if (!kwargs?.training) return x.clone();
      const step = this.counter.take();
      const rate = this.rateAt(step);
      if (rate === 0) return x.clone();
      const shape = maskShape(LAYER, this.noiseShape, x.shape);
      return dropout(x, uniform(shape, { seed: this.seed, layer: this.name }, step), rate);
    });
  }

  prediction(): Prediction {
    return { is: 'identity' };
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { rate, steps, noiseShape, seed } = this;
    return { ...super.getConfig(), rate, steps, noiseShape, seed };
  }
}
register(AnnealedDropout);

/** Dropout with a rate that falls to 0 while training; see {@link AnnealedDropout}. */
export function annealedDropout(args: AnnealedDropoutArgs): AnnealedDropout {
  return new AnnealedDropout(args);
}
