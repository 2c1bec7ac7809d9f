import * as tf from '@tensorflow/tfjs';

/** Whether what is computed now is put on a tape, for a gradient by it. */
export function isRecording(): boolean {
  return (tf.engine() as unknown as { isTapeOn(): boolean }).isTapeOn();
}
