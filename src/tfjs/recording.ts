import * as tf from '@tensorflow/tfjs';

interface Recorder {
  isTapeOn(): boolean;
  state: { gradientDepth: number };
}

const recorder = () => tf.engine() as unknown as Recorder;

/** Whether what is computed now is put on a tape, for a gradient by it. */
export function isRecording(): boolean {
  return recorder().isTapeOn();
}

/**
 * Whether what is computed now is put on a tape for a gradient that is differentiated in turn: a gradient is being taken
 * of a function that itself takes one.
 */
export function isNested(): boolean {
  return isRecording() && recorder().state.gradientDepth > 1;
}
