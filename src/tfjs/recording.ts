import * as tf from '@tensorflow/tfjs';

interface Recorder {
  isTapeOn(): boolean;
  state: { gradientDepth: number };
}

const recorder = () => tf.engine() as unknown as Recorder;

/** Whether ops that run now are recorded on a tape, for a gradient. */
export function isRecording(): boolean {
  return recorder().isTapeOn();
}

/** Whether ops that run now are recorded for a gradient within another gradient: a second derivative. */
export function isNested(): boolean {
  return isRecording() && recorder().state.gradientDepth > 1;
}
