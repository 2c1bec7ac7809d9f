import * as tf from '@tensorflow/tfjs';

// Before a file's tests are collected, which may ask what they will run on.
if (!(await tf.setBackend('webgl'))) throw new Error('this Chromium gives no WebGL');
await tf.ready();
