/** Trains the recipe that the address names, on noise in which one of three parts is brighter, which is the class. */
import * as tf from '@tensorflow/tfjs';

const name = new URLSearchParams(location.search).get('name');
const recipe = await import(`./recipes/${name}.js`);
const [build] = Object.values(recipe).filter(
  (value) => typeof value === 'function' && value.name.startsWith('build'),
);

const shapes = { cnn: [8, 8, 1], lstm: [6, 4] };
const inputShape = shapes[name.split('-')[0]] ?? [12];
const options = {
  inputSize: 12,
  inputShape,
  hidden: [16, 16],
  filters: [4, 8],
  units: 8,
  classes: 3,
  steps: 60,
};
// This one makes a model for new classes out of a trained one.
const base = () =>
  tf.sequential({
    layers: [1, 2].map(() => tf.layers.dense({ units: 16, activation: 'relu', inputShape: [12] })),
  });

await tf.setBackend('cpu');
const model = name === 'fine-tune-and-fold' ? build(base(), { classes: 3 }) : build(options);
const count = 256;
const labels = tf.range(0, count, 1, 'int32').mod(tf.scalar(3, 'int32'));
const size = tf.util.sizeFromShape(inputShape);
const part = tf
  .range(0, size)
  .mul(3 / size)
  .floor()
  .toInt();
const bright = tf.equal(labels.expandDims(1), part).toFloat();
const x = tf
  .randomNormal([count, size], 0, 0.5, 'float32', 3)
  .add(bright)
  .reshape([count, ...inputShape]);
const { history } = await model.fit(x, tf.oneHot(labels, 3).toFloat(), {
  epochs: 6,
  batchSize: name === 'tiny-batches' ? 1 : 32,
  verbose: 0,
});
globalThis.result = { losses: history.loss };
