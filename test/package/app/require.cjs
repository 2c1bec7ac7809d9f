// The CommonJS files of a user: both packages by require, and the same tfjs behind both.
const tf = require('@tensorflow/tfjs');
const { weightNorm } = require('evenkeel');

const layer = weightNorm({ layer: tf.layers.dense({ units: 2 }) });
require('./program.js')
  .program()
  .then((result) => console.log(JSON.stringify({ ...result, own: layer instanceof tf.layers.Layer })));
