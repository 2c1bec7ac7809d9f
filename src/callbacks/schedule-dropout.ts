import type * as tf from '@tensorflow/tfjs';
import { ArgumentError } from '../errors/argument-error.js';
import { messageOf } from '../errors/caught.js';
import { rangeOf } from '../schedules/range-of.js';
import { type Rated as HasRate, hasRate } from '../schedules/rated.js';
import { requireRates } from '../schedules/require-schedule.js';
import { type Schedule, type Unit, unitOf } from '../schedules/schedule.js';
import { isTimeDriven, type TimeDriven } from '../schedules/time-driven.js';
import { type Time, valueAt } from '../schedules/value-at.js';
import { layersOf, matches } from './layers-of.js';
import { Scheduling, type SchedulingOptions } from './scheduling.js';

const WHO = 'scheduleDropout';

/** Schedules of drop probabilities by the names of layers, in which `*` stands for any characters and `?` for one. */
export type DropoutSchedules = Readonly<Record<string, Schedule>>;

type Rated = tf.layers.Layer & HasRate;

/** What of a model runs by a schedule: by one given here, or by its own. */
interface Scheduled {
  readonly given: ReadonlyMap<Rated, Schedule>;
  readonly own: readonly (tf.layers.Layer & TimeDriven)[];
}

/**
 * Sets drop probabilities while `fit` runs, before each batch, without compiling or building anything again; in steps,
 * epochs or the fraction of training, and in the middle of an epoch too.
 *
 * Of each pattern all layers with a rate are meant, those of nested models and wrapped ones too: dropout,
 * dropConnectDense, `tf.layers.dropout` and its relatives; others of the name are passed over. Where two patterns mean one
 * layer the later holds. `annealedDropout` has a schedule of its own, and is told the time: for it, `scheduleDropout()`
 * is enough. In a loop of your own over `trainOnBatch`, call `schedules.apply(model, step)` before each.
 *
 * The logs of an epoch, and with them the history, get each layer's rate in its last batch, as `<name>/rate`.
 *
 * tfjs takes one callback or a list, either of such as this or of plain objects of functions, not of both: beside this,
 * write `new tf.CustomCallback({ onEpochEnd: ... })`.
 *
 * ```ts
 * await model.fit(x, y, {
 *   epochs: 20,
 *   callbacks: scheduleDropout({ 'hidden_*': piecewise({ fraction: [[0, 0], [0.75, 0.3], [1, 0]] }) }),
 * });
 * ```
 */
export class ScheduleDropout extends Scheduling {
  private readonly schedules: DropoutSchedules;
  private resolved: { layers: tf.layers.Layer[]; scheduled: Scheduled } | null = null;

  /** @throws ArgumentError for what is no schedule, or leaves 0 to 1 */
  constructor(schedules: DropoutSchedules = {}, options: SchedulingOptions = {}) {
    super(WHO, options);
    if (
      typeof schedules !== 'object' ||
      schedules === null ||
      Array.isArray(schedules) ||
      'kind' in schedules
    ) {
      const expected =
        "an object of schedules by the names of layers, such as { 'hidden_*': annealed({ rate: 0.5 }) }";
      throw new ArgumentError(WHO, 'its argument', expected, schedules);
    }
    for (const [pattern, schedule] of Object.entries(schedules)) {
      requireRates(WHO, `'${pattern}'`, schedule);
    }
    this.schedules = schedules;
  }

  override async onTrainBegin(): Promise<void> {
    await super.onTrainBegin();
    this.scheduledOf(this.model);
  }

  override async onTrainEnd(): Promise<void> {
    // What another training does not tell must not be taken for the time of this one.
    for (const layer of this.scheduledOf(this.model).own) layer.setTime(null);
  }

  /** @throws ArgumentError for a pattern that means no layer of the model */
  apply(model: tf.LayersModel, time: number | Time): void {
    const { given, own } = this.scheduledOf(model);
    for (const layer of own) layer.setTime(typeof time === 'number' ? { step: time } : time);
    for (const [layer, schedule] of given) layer.rate = valueAt(schedule, time);
  }

  values(model: tf.LayersModel): Record<string, number> {
    const { given, own } = this.scheduledOf(model);
    return Object.fromEntries([
      ...[...given.keys()].map((layer) => [`${layer.name}/rate`, layer.rate]),
      ...own.map((layer) => [`${layer.name}/rate`, layer.currentRate]),
    ]);
  }

  protected units(model: tf.LayersModel): (Unit | null)[] {
    // Steps a layer with a schedule of its own counts itself.
    return [...this.scheduledOf(model).given.values()].map(unitOf);
  }

  private scheduledOf(model: tf.LayersModel): Scheduled {
    const layers = layersOf(model);
    const same = this.resolved?.layers.every((layer, i) => layer === layers[i]);
    if (!this.resolved || !same || this.resolved.layers.length !== layers.length) {
      this.resolved = { layers, scheduled: resolve(layers, this.schedules) };
    }
    return this.resolved.scheduled;
  }
}

/** Finds the layers of each pattern. */
function resolve(layers: tf.layers.Layer[], schedules: DropoutSchedules): Scheduled {
  const own = layers.filter(isTimeDriven);
  const rated = layers.filter((layer): layer is Rated => !isTimeDriven(layer) && hasRate(layer));
  const given = Object.entries(schedules).flatMap(([pattern, schedule]) => {
    const meant = rated.filter(({ name }) => matches(pattern, name));
    const annealed = own.find(({ name }) => matches(pattern, name));
    if (annealed) {
      const expected = 'of layers without a schedule of their own';
      throw new ArgumentError(WHO, `the pattern '${pattern}'`, expected, annealed.name);
    }
    if (meant.length === 0) {
      const without = layers.filter(({ name }) => matches(pattern, name)).map(({ name }) => name);
      const names = rated.map(({ name }) => name).join(', ') || 'none';
      const found = without.length > 0 ? `; ${without.join(', ')} cannot be scheduled` : '';
      const expected = `of the name of a layer with a rate (there are: ${names}${found})`;
      throw new ArgumentError(WHO, 'a pattern', expected, pattern);
    }
    for (const layer of meant) requireTaken(layer, schedule);
    return meant.map((layer) => [layer, schedule] as const);
  });
  return { given: new Map(given), own };
}

/**
 * Checks before training that a layer takes every rate of its schedule. Only the setter of its `rate` knows which rates
 * it takes, and that holds for layers of users too: the largest one is set for a moment, which changes no tensor.
 */
function requireTaken(layer: Rated, schedule: Schedule): void {
  const [, greatest] = rangeOf(schedule);
  const argument = `the schedule of ${layer.name}`;
  if (greatest === 1 && builtIn.includes(layer.getClassName())) {
    throw new ArgumentError(WHO, argument, "below 1, where tfjs's own layer does not drop all", greatest);
  }
  const { rate } = layer;
  try {
    layer.rate = greatest;
  } catch (error) {
    const expected = `within the rates that it takes (${messageOf(error).replace(/\.$/, '')})`;
    throw new ArgumentError(WHO, argument, expected, schedule);
  } finally {
    layer.rate = rate;
  }
}

/** At rate 1 these do nothing, or divide by 0. */
const builtIn = ['Dropout', 'SpatialDropout1D', 'GaussianDropout', 'AlphaDropout'];

/** Sets drop probabilities while `fit` runs; see {@link ScheduleDropout}. */
export function scheduleDropout(schedules?: DropoutSchedules, options?: SchedulingOptions): ScheduleDropout {
  return new ScheduleDropout(schedules, options);
}
