import * as tf from '@tensorflow/tfjs';
import {
  ArgumentError,
  argumentsObject,
  knownArguments,
  positiveInteger,
  probability,
} from '../src/errors/argument-error.js';
import { type CallArgs, onlyInput } from '../src/layer/call.js';
import type { LayerArgs } from '../src/layer/dense.js';
import type { Foldable, Prediction } from '../src/layer/foldable.js';
import { RandomLayer } from '../src/layer/random-layer.js';
import type { RandomArgs } from '../src/layer/randomness.js';
import { register } from '../src/layer/register.js';
import { maskShape, type NoiseShape, noiseShape } from '../src/layer/shape.js';
import { dropout } from '../src/ops/dropout.js';
import { drawnRate } from '../src/random/bernoulli.js';
import { linear } from '../src/schedules/kinds.js';
import { requireRates } from '../src/schedules/require-schedule.js';
import { type Schedule, type Unit, unitOf } from '../src/schedules/schedule.js';
import type { TimeDriven } from '../src/schedules/time-driven.js';
import { type Time, valueAt } from '../src/schedules/value-at.js';

const LAYER = 'annealedDropout';

export interface AnnealedDropoutArgs extends LayerArgs, RandomArgs {
  /** The probability to drop at the beginning, from 0 to 1; with a schedule, what it is multiplied by. Default there: 1. */
  rate?: number;
  /** Training steps after which the rate is 0: a positive integer. One of steps, epochs and schedule has to be given. */
  steps?: number | null;
  /** Epochs after which the rate is 0: a positive integer. Needs `scheduleDropout()` among the callbacks of `fit`. */
  epochs?: number | null;
  /** Any other course, within 0 to 1. In epochs or the fraction of training it needs `scheduleDropout()` too. */
  schedule?: Schedule | null;
  /** Shape of the mask; 1 shares it along a dimension, null is the input's own. Default: the input's shape. */
  noiseShape?: NoiseShape | null;
}

/** Of the three, the one that was given; the others are null. */
interface Course {
  steps: number | null;
  epochs: number | null;
  schedule: Schedule | null;
}

/**
 * Dropout whose rate falls while training, linearly to 0 or by any other schedule:
 *
 * `y = x r / (1 - p[t])`, `r ~ Bernoulli(1 - p[t])`, `p[t] = rate max(0, 1 - t / steps)` or `rate schedule(t)`.
 *
 * Input and output of any shape. Rates are rounded to a multiple of 2^-16. The layer counts its own training calls, from
 * t = 0, in its config, so that a loaded model goes on where it was; each step has a mask of its own, the
 * same on every backend. What it cannot know, the epoch and the end of training, `scheduleDropout()` tells it. A schedule
 * has the rates itself: leave `rate` out. Inference is the identity.
 *
 * The layer draws by its seed and its name, without a name by its seed and its place among such layers of the model.
 *
 * A layer that is called k times in a step, shared or once for each time step of `timeDistributed`, counts k: multiply
 * `steps` by it, or anneal by `epochs`.
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
export class AnnealedDropout extends RandomLayer implements Foldable, TimeDriven {
  static className = 'EvenkeelAnnealedDropout';

  private readonly rate: number;
  private readonly course: Course;
  private readonly schedule: Schedule;
  private readonly noiseShape: NoiseShape | null;
  private time: Time | null = null;

  constructor(args: AnnealedDropoutArgs) {
    super(LAYER, args ?? {});
    const { steps = null, epochs = null, schedule = null } = args ?? {};
    this.course = { steps, epochs, schedule };
    this.schedule = scheduleOf(this.course);
    this.rate = probability(LAYER, 'rate', (schedule === null ? args.rate : (args.rate ?? 1)) as number);
    this.noiseShape = noiseShape(LAYER, args.noiseShape ?? null);
    this.supportsMasking = true;
    knownArguments(this, LAYER, args);
  }

  /** The probability to drop at training step t, from 0, or at another time where the schedule is not in steps. */
  rateAt(t: number | Time): number {
    return this.rate * valueAt(this.schedule, t);
  }

  get scheduleUnit(): Unit | null {
    return unitOf(this.schedule);
  }

  /** The probability to drop at the next training call. */
  get currentRate(): number {
    return this.rateAt(this.now(this.step));
  }

  /** Tells the time of the next training calls, or that a training is over; `scheduleDropout()` does. Steps it counts itself. */
  setTime(time: Time | null): void {
    this.time = time;
  }

  private now(step: number): Time {
    const unit = this.scheduleUnit;
    const known = unit === 'epochs' ? this.time?.epoch : unit === 'fraction' ? this.time?.fraction : step;
    if (known === undefined) {
      throw new Error(
        `${LAYER}: ${this.name} anneals by the ${unit === 'epochs' ? 'epoch' : 'fraction of training'}, which it was ` +
          'not told; give fit `callbacks: scheduleDropout()`, or call setTime.',
      );
    }
    return { ...this.time, step };
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape | tf.Shape[] {
    return inputShape;
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: CallArgs): tf.Tensor {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const x = onlyInput(inputs);
      if (!kwargs.training) return x.clone();
      const shape = maskShape(LAYER, this.noiseShape, x.shape);
      this.now(0); // Told the time before the draw: what fails is no step.
      const draw = this.draw(kwargs);
      const rate = drawnRate(this.rateAt(this.now(draw.step)));
      if (rate === 0) return x.clone();
      if (rate === 1) return tf.zerosLike(x);
      return dropout(x, draw.bernoulli(shape, rate), 1 / (1 - rate));
    });
  }

  prediction(): Prediction {
    return { is: 'identity' };
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { rate, noiseShape } = this;
    const course = this.course as unknown as tf.serialization.ConfigDict;
    return { ...super.getConfig(), ...course, rate, noiseShape };
  }
}
register(AnnealedDropout);

/** What the rate is multiplied by. */
function scheduleOf({ steps, epochs, schedule }: Course): Schedule {
  const given = Object.entries({ steps, epochs, schedule }).filter(([, value]) => value !== null);
  if (given.length !== 1) {
    const received = given.map(([name]) => name).join(' and ') || 'none of them';
    throw new ArgumentError(LAYER, 'one of steps, epochs and schedule', 'given', received);
  }
  if (steps !== null) return linear({ from: 1, to: 0, steps: positiveInteger(LAYER, 'steps', steps) });
  if (epochs !== null) return linear({ from: 1, to: 0, epochs: positiveInteger(LAYER, 'epochs', epochs) });
  return requireRates(LAYER, 'schedule', schedule);
}

/** Dropout with a rate that falls while training; see {@link AnnealedDropout}. */
export function annealedDropout(args: AnnealedDropoutArgs): AnnealedDropout {
  return new AnnealedDropout(argumentsObject(LAYER, 'rate', args));
}
