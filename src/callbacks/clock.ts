import type { Time } from '../schedules/value-at.js';

/** What `fit` and `fitDataset` tell their callbacks of the training to come. */
export interface FitParams {
  epochs: number;
  /** Batches of an epoch, where given; of a data set it may not be. */
  steps?: number | null;
  samples?: number | null;
  batchSize?: number | null;
}

/** Reads them where tfjs puts them, among numbers and texts. */
export function fitParams(params: Readonly<Record<string, unknown>>): FitParams {
  const number = (name: string): number | null => {
    const value = params[name];
    return typeof value === 'number' ? value : null;
  };
  const [steps, samples, batchSize] = ['steps', 'samples', 'batchSize'].map(number);
  return {
    epochs: number('epochs') ?? 1,
    steps: steps ?? null,
    samples: samples ?? null,
    batchSize: batchSize ?? null,
  };
}

/**
 * What time it is in a training. The batches of an epoch are counted from the first one of all, so that a training that
 * goes on with `initialEpoch` goes on in time; where their number is not known (a data set without batchesPerEpoch), time
 * in epochs goes by whole ones, and steps are known only if counted from the start.
 */
export class Clock {
  private batches: number | null = null;
  private epochs = 1;
  private epoch = 0;
  private counted: number | null = 0;

  /** @param total epochs of the whole training, where this is a part of it */
  constructor(private readonly total: number | null) {}

  start({ epochs, steps, samples, batchSize }: FitParams): void {
    this.epochs = this.total ?? epochs;
    this.batches = steps ?? (samples && batchSize ? Math.ceil(samples / batchSize) : null);
    this.counted = 0;
    this.epoch = 0;
  }

  startEpoch(epoch: number): void {
    // What came before was not counted.
    if (epoch > 0 && this.counted === 0) this.counted = null;
    this.epoch = epoch;
  }

  /** The time before a batch of this epoch, counted from 0. */
  tick(batch: number): Time {
    const time = this.at(batch);
    if (this.counted !== null) this.counted++;
    return time;
  }

  private at(batch: number): Time {
    if (this.batches === null) {
      const whole = { epoch: this.epoch, fraction: this.epoch / this.epochs };
      return this.counted === null ? whole : { ...whole, step: this.counted };
    }
    const epoch = this.epoch + batch / this.batches;
    return { step: this.epoch * this.batches + batch, epoch, fraction: epoch / this.epochs };
  }
}
