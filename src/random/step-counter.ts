import * as tf from '@tensorflow/tfjs';

/**
 * Counts the training calls of a layer, in a weight, so that the count is saved with the model and a loaded model goes
 * on with the next mask.
 *
 * The count is kept here too: reading it back from the device at each step would stall webgl. A weight that somebody
 * else has written (a loaded model) is recognized by its new data and read again.
 */
export class StepCounter {
  private next = 0;
  private seen: object | null = null;

  /** @param weight an int32 scalar, untrained */
  constructor(private readonly weight: tf.LayerVariable) {}

  /** The number of this call, from 0, counted on for the next. */
  take(): number {
    const written = dataOf(this.weight);
    if (written !== this.seen) this.next = this.weight.read().dataSync()[0] as number;
    const step = this.next++;
    const counted = tf.scalar(this.next, 'int32');
    this.weight.write(counted);
    counted.dispose();
    this.seen = dataOf(this.weight);
    return step;
  }
}

function dataOf(weight: tf.LayerVariable): object {
  return weight.read().dataId;
}
