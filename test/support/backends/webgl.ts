import * as tf from '@tensorflow/tfjs';
import { beforeAll } from 'vitest';

beforeAll(async () => {
  if (!(await tf.setBackend('webgl'))) throw new Error('this Chromium gives no WebGL');
  await tf.ready();
});
