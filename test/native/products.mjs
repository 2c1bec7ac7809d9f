/**
 * Loads the native backend with each precision of its command line in turn, and prints what products and other ops
 * give: JSON, a report a precision. A second argument is a list of features to pretend of the processor.
 */
import * as tf from '@tensorflow/tfjs';
import { loadBackendOn } from '../../dist/src/native/backend.js';
import { thisMachine } from '../../dist/src/native/machine.js';

const [, , precisions, features] = process.argv;
const machine = thisMachine();
if (features) machine.processorFeatures = () => JSON.parse(features);

/** Lost where it is rounded to bfloat16. */
const FINE = 1 + 2 ** -12;
const SIZE = 256;

/** 1 where the product was rounded, and `FINE` where it was not: whatever the place of the fine factor. */
const ratio = (product, expected) => product.max().dataSync()[0] / expected;

function matrices() {
  const fine = tf.fill([SIZE, SIZE], FINE);
  const ones = tf.ones([SIZE, SIZE]);
  const sides = [
    [fine, ones],
    [ones, fine],
  ];
  return [false, true].flatMap((a) =>
    [false, true].flatMap((b) => sides.map(([x, y]) => ratio(tf.matMul(x, y, a, b), SIZE))),
  );
}

function convolutions() {
  const x = tf.fill([4, 8, 8, 32], FINE);
  const filter = tf.ones([1, 1, 32, 32]);
  const convolve = (x, filter) => tf.conv2d(x, filter, 1, 'valid');
  const [, dfilter] = tf.grads(convolve)([x, filter], tf.ones(x.shape));
  const [dx] = tf.grads(convolve)([x, filter], tf.fill(x.shape, FINE));
  return [ratio(convolve(x, filter), 32), ratio(dx, 32), ratio(dfilter, 4 * 8 * 8)];
}

/** Digits of all that is no product, to be compared to the last bit. */
function others() {
  const x = tf.randomNormal([64, 64], 0, 1, 'float32', 1);
  const results = [x.mul(FINE), x.add(FINE), x.exp(), x.sum(0), x.mean(), x.softmax(), x.cumsum()];
  return results.map((result) => Buffer.from(new Uint8Array(result.dataSync().buffer)).toString('base64'));
}

function update() {
  const start = tf.fill([SIZE, SIZE], FINE);
  const weights = tf.variable(start);
  const gradient = tf.fill(weights.shape, FINE);
  const optimizer = tf.train.sgd(2 ** -12);
  optimizer.applyGradients([{ name: weights.name, tensor: gradient }]);
  const [value] = weights.dataSync();
  for (const used of [start, weights, gradient, optimizer]) used.dispose();
  return value;
}

/** Megabytes that the process grows by over products whose inputs and results are disposed. */
function growth() {
  const products = () => {
    for (let i = 0; i < 50; i++) {
      tf.tidy(() => {
        tf.matMul(tf.ones([1000, 1000]), tf.ones([1000, 1000]));
      });
    }
  };
  products();
  const before = process.memoryUsage().rss;
  products();
  return (process.memoryUsage().rss - before) / 1e6;
}

const reports = [];
for (const asked of JSON.parse(precisions)) {
  const { precision, reason } = await loadBackendOn(machine, ['native'], asked);
  reports.push({
    asked,
    precision,
    reason,
    variable: process.env.TF_SET_ONEDNN_FPMATH_MODE ?? null,
    matrices: tf.tidy(matrices),
    small: tf.tidy(() => ratio(tf.matMul(tf.fill([8, 8], FINE), tf.ones([8, 8])), 8)),
    convolutions: tf.tidy(convolutions),
    others: tf.tidy(others),
    update: update(),
    growth: growth(),
    tensors: tf.memory().numTensors,
  });
}
process.stdout.write(`${JSON.stringify(reports)}\n`);
