import * as tf from '@tensorflow/tfjs';
import { ArgumentError } from '../src/errors/argument-error.js';
import { orNull, positiveInteger, probability } from '../src/errors/checks.js';
import type { LayerArgs } from '../src/layer/base-layer.js';
import type { CallArgs } from '../src/layer/call.js';
import { type ArgsOf, optional, type ValuesOf } from '../src/layer/fields.js';
import type { Foldable, Prediction } from '../src/layer/foldable.js';
import { RandomLayer } from '../src/layer/random-layer.js';
import type { RandomArgs } from '../src/layer/randomness.js';
import { register } from '../src/layer/register.js';
import { maskShape, noiseShape } from '../src/layer/shape.js';
import { dropout } from '../src/ops/dropout.js';
import { drawnRate } from '../src/random/bernoulli.js';
import { linear } from '../src/schedules/kinds.js';
import { requireRates } from '../src/schedules/require-schedule.js';
import { type Schedule, type Unit, unitOf } from '../src/schedules/schedule.js';
import type { TimeDriven } from '../src/schedules/time-driven.js';
import { type Time, valueAt } from '../src/schedules/value-at.js';
import { changes, decided, mapped, nowOf } from '../src/steps/changing.js';

const fields = {
  /** The probability to drop at the beginning, from 0 to 1; with a schedule, a factor of it, by default 1. */
  rate: optional(orNull(probability), null),
  /** Training steps after which the rate is 0: a positive integer. Give one of steps, epochs and schedule. */
  steps: optional(orNull(positiveInteger), null),
  /** Epochs after which the rate is 0: a positive integer. Needs `scheduleDropout()` among the callbacks of `fit`. */
  epochs: optional(orNull(positiveInteger), null),
  /** Any other schedule of rates from 0 to 1. In epochs or the fraction of training it needs `scheduleDropout()` too. */
  schedule: optional(orNull(requireRates), null),
  /** Shape of the mask; 1 shares it along a dimension, null is the input's own. Default: the input's shape. */
  noiseShape: optional(noiseShape, null),
};
type All = ArgsOf<typeof fields>;
type Needed<Name extends keyof All> = { [K in keyof Pick<All, Name>]-?: NonNullable<All[K]> };
type LeftOut<Name extends keyof All> = { [K in keyof Pick<All, Name>]?: null };

/** One of steps, epochs and schedule. */
export type AnnealedDropoutArgs = LayerArgs &
  RandomArgs &
  Pick<All, 'noiseShape'> &
  (
    | (Needed<'rate' | 'steps'> & LeftOut<'epochs' | 'schedule'>)
    | (Needed<'rate' | 'epochs'> & LeftOut<'steps' | 'schedule'>)
    | (Pick<All, 'rate'> & Needed<'schedule'> & LeftOut<'steps' | 'epochs'>)
  );

/** The layer of {@link annealedDropout}. */
export class AnnealedDropout extends RandomLayer<typeof fields> implements Foldable, TimeDriven {
  static className = 'EvenkeelAnnealedDropout';

  private readonly rate: number;
  private readonly schedule: Schedule;
  private time: Time | null = null;

  constructor(args: AnnealedDropoutArgs) {
    super('annealedDropout', fields, args);
    const { rate, schedule } = this.settings;
    this.schedule = scheduleOf(this.kind, this.settings);
    this.rate = probability(this.kind, 'rate', rate ?? (schedule === null ? args?.rate : 1));
    this.settings = { ...this.settings, rate: this.rate };
    this.supportsMasking = true;
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

  /** Tells the layer the time of the next training calls, or by null that training is over; `scheduleDropout()` calls it. */
  setTime(time: Time | null): void {
    this.time = time;
  }

  private now(step: number): Time {
    const unit = this.scheduleUnit;
    const known = unit === 'epochs' ? this.time?.epoch : unit === 'fraction' ? this.time?.fraction : step;
    if (known === undefined) {
      throw new Error(
        `${this.kind}: ${this.name} anneals by the ${unit === 'epochs' ? 'epoch' : 'fraction of training'}, which it was ` +
          'not told; give fit `callbacks: scheduleDropout()`, or call setTime.',
      );
    }
    return { ...this.time, step };
  }

  protected override compute(x: tf.Tensor, kwargs: CallArgs): tf.Tensor {
    if (!kwargs.training) return x.clone();
    const shape = maskShape(this.kind, this.settings.noiseShape, x.shape);
    this.now(0); // Told the time before the draw: what fails is no step.
    const draw = this.draw(kwargs);
    changes(this, 'time');
    const rate = mapped(draw.step, (step) => drawnRate(this.rateAt(this.now(step))));
    if (decided(() => nowOf(rate) === 0)) return x.clone();
    if (decided(() => nowOf(rate) === 1)) return tf.zerosLike(x);
    const kept = draw.bernoulli(shape, rate);
    return dropout(
      x,
      kept,
      mapped(rate, (rate) => 1 / (1 - rate)),
    );
  }

  prediction(): Prediction {
    return { is: 'identity' };
  }
}
register(AnnealedDropout);

/** What the rate is multiplied by. */
function scheduleOf(kind: string, { steps, epochs, schedule }: ValuesOf<typeof fields>): Schedule {
  const given = Object.entries({ steps, epochs, schedule }).filter(([, value]) => value !== null);
  if (given.length === 1) {
    if (schedule) return schedule;
    if (steps) return linear({ from: 1, to: 0, steps });
    if (epochs) return linear({ from: 1, to: 0, epochs });
  }
  const received = given.map(([name]) => name).join(' and ') || 'none of them';
  throw new ArgumentError(kind, 'one of steps, epochs and schedule', 'given', received);
}

/**
 * Dropout whose rate falls while training, linearly to 0 or by any other schedule:
 *
 * `y = x r / (1 - p[t])`, `r ~ Bernoulli(1 - p[t])`, `p[t] = rate max(0, 1 - t / steps)` or `rate schedule(t)`.
 *
 * Input and output of any shape. Inference is the identity. Rates are rounded to a multiple of 2^-16. A schedule holds the
 * rates itself: leave `rate` out. The layer counts training steps itself; the epoch and the end of training it learns from
 * `scheduleDropout()`.
 *
 * Each training call draws a new mask, the same on every backend. It follows from the seed, the layer's name and the
 * number of the call, which the config holds: a loaded model continues with the next mask. A layer without a name draws
 * by its place among such layers of the model.
 *
 * A layer that is called k times in a step, because it is shared or inside `timeDistributed`, counts k calls: multiply
 * `steps` by k, or anneal by `epochs`.
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
export function annealedDropout(args: AnnealedDropoutArgs): AnnealedDropout {
  return new AnnealedDropout(args);
}
