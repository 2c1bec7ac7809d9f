import * as tf from '@tensorflow/tfjs';
import { ArgumentError } from '../errors/argument-error.js';
import { positiveInteger } from '../errors/checks.js';
import type { Unit } from '../schedules/schedule.js';
import type { Time } from '../schedules/value-at.js';
import { Clock, fitParams } from './clock.js';

export interface SchedulingOptions {
  /** Epochs of the whole training, where `fit` does a part of it. Default: those of `fit`. */
  epochs?: number;
}

/** A callback that sets numbers before each batch, and adds those of its last batch to the logs of each epoch. */
export abstract class Scheduling extends tf.Callback {
  private readonly clock: Clock;
  private used: Record<string, number> = {};

  constructor(
    private readonly who: string,
    options: SchedulingOptions,
  ) {
    super();
    const { epochs, ...others } = options ?? {};
    const [unknown] = Object.keys(others);
    if (unknown !== undefined) throw new ArgumentError(who, 'an option', "'epochs'", unknown);
    this.clock = new Clock(epochs === undefined ? null : positiveInteger(who, 'epochs', epochs));
  }

  /** Sets what is scheduled to its values at a time: for loops of `trainOnBatch`; in `fit` it is done for you. */
  abstract apply(model: tf.LayersModel, time: number | Time): void;

  /** The units that its schedules run by. */
  protected abstract units(model: tf.LayersModel): (Unit | null)[];

  /** The values that hold now, by their names in the logs. */
  abstract values(model: tf.LayersModel): Record<string, number>;

  override async onTrainBegin(): Promise<void> {
    this.clock.start(fitParams(this.params));
  }

  override async onEpochBegin(epoch: number): Promise<void> {
    this.clock.startEpoch(epoch);
  }

  override async onBatchBegin(batch: number): Promise<void> {
    const time = this.clock.tick(batch);
    if (time.step === undefined && this.units(this.model).includes('steps')) {
      throw new Error(
        `${this.who}: what runs by steps cannot go on at epoch ${time.epoch} of a data set whose length is not known; ` +
          'give fitDataset its batchesPerEpoch.',
      );
    }
    this.apply(this.model, time);
    // Now, and not at the end of the epoch, when a layer that anneals by itself has the next step's.
    this.used = this.values(this.model);
  }

  override async onEpochEnd(_epoch: number, logs: tf.Logs = {}): Promise<void> {
    Object.assign(logs, this.used);
  }
}
