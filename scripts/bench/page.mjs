/** What runs in the page of browser.mjs. */
import * as tf from '@tensorflow/tfjs';
import { compare } from './compare.mjs';
import { STEPS } from './timed.mjs';

globalThis.compareByName = async (name, turns) => {
  if (!(await tf.setBackend('webgl'))) throw new Error('webgl does not start');
  return await compare(STEPS.find((subject) => subject.name === name).start, turns);
};
