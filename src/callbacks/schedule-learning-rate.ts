import type * as tf from '@tensorflow/tfjs';
import { ArgumentError } from '../errors/argument-error.js';
import { rangeOf } from '../schedules/range-of.js';
import { requireSchedule } from '../schedules/require-schedule.js';
import { type Schedule, type Unit, unitOf } from '../schedules/schedule.js';
import { type Time, valueAt } from '../schedules/value-at.js';
import { Scheduling, type SchedulingOptions } from './scheduling.js';

const WHO = 'scheduleLearningRate';

/** What every optimizer of tfjs has; sgd and momentum keep the rate as a tensor too, which their setter makes again. */
interface Rated {
  learningRate: number;
  setLearningRate?(rate: number): void;
}

/**
 * Sets the learning rate while `fit` runs, before each batch: of sgd, momentum, adagrad, adadelta, adam, adamax, rmsprop
 * and any other optimizer with a `learningRate`. In steps, epochs or the fraction of training; what the optimizer has
 * gathered stays.
 *
 * The logs of an epoch, and with them the history, get the rate of its last batch, as `learningRate`.
 *
 * ```ts
 * const warm = piecewise({ steps: [[0, 0], [500, 0.3], [5000, 0]] });
 * await model.fit(x, y, { epochs: 20, callbacks: [scheduleLearningRate(warm), scheduleDropout()] });
 * ```
 */
export class ScheduleLearningRate extends Scheduling {
  private readonly schedule: Schedule;

  /** @throws ArgumentError for what is no schedule, falls below 0 or grows without end */
  constructor(schedule: Schedule, options: SchedulingOptions = {}) {
    super(WHO, options);
    this.schedule = requireSchedule(WHO, 'schedule', schedule);
    const [least, greatest] = rangeOf(schedule);
    if (!(least >= 0 && Number.isFinite(greatest))) {
      const expected = `of finite rates from 0 on (this one goes from ${least} to ${greatest})`;
      throw new ArgumentError(WHO, 'schedule', expected, schedule);
    }
  }

  apply(model: tf.LayersModel, time: number | Time): void {
    const optimizer = optimizerOf(model);
    const rate = valueAt(this.schedule, time);
    if (optimizer.learningRate === rate) return;
    if (optimizer.setLearningRate) optimizer.setLearningRate(rate);
    else optimizer.learningRate = rate;
  }

  values(model: tf.LayersModel): Record<string, number> {
    return { learningRate: optimizerOf(model).learningRate };
  }

  protected units(): (Unit | null)[] {
    return [unitOf(this.schedule)];
  }
}

const hasLearningRate = (optimizer: object): optimizer is Rated =>
  'learningRate' in optimizer && typeof optimizer.learningRate === 'number';

function optimizerOf({ optimizer }: tf.LayersModel): Rated {
  if (optimizer && hasLearningRate(optimizer)) return optimizer;
  throw new Error(
    optimizer
      ? `${WHO}: the optimizer ${optimizer.getClassName()} has no number learningRate to set.`
      : `${WHO}: the model has no optimizer; compile it first.`,
  );
}

/** Sets the learning rate while `fit` runs; see {@link ScheduleLearningRate}. */
export function scheduleLearningRate(schedule: Schedule, options?: SchedulingOptions): ScheduleLearningRate {
  return new ScheduleLearningRate(schedule, options);
}
