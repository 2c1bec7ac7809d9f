/**
 * A training in a process of its own: makes a model or loads it, trains it from one epoch to another, saves it.
 *
 *   node trainee.mjs <backend> new <folder>
 *   node trainee.mjs <backend> <folder> <first epoch> <last epoch> <folder> [forgetful]
 */
import * as evenkeel from '../../dist/src/index.js';
import { loadBackend, modelFiles } from '../../dist/src/node.js';

const { annealedDropout, cosine, dropConnectDense, dropout, linear, piecewise } = evenkeel;
const { rrelu, scheduleDropout, scheduleLearningRate, standoutDense, uniformDropout } = evenkeel;

const EPOCHS = 4;
const [backend, from, ...rest] = process.argv.slice(2);
const { tf } = await loadBackend({ prefer: [backend] });

/** Every layer with random numbers, with seeds drawn and given, and schedules of all units. */
function build() {
  const relu = { activation: 'relu' };
  const model = tf.sequential({
    layers: [
      tf.layers.dense({ units: 12, inputShape: [8], ...relu }),
      dropout({ name: 'scheduled', rate: 0.5 }),
      dropout({ rate: 0.3, scaling: 'classical', seed: 1 }),
      dropout({ rate: 0.2, noise: 'gaussian' }),
      tf.layers.dense({ units: 12 }),
      rrelu(),
      rrelu({ law: 'divisor', seed: 2 }),
      annealedDropout({ rate: 0.5, steps: 10 }),
      annealedDropout({ rate: 0.5, epochs: 3, seed: 3 }),
      annealedDropout({ schedule: cosine({ from: 0.4, to: 0.1, fraction: 1 }) }),
      uniformDropout({ beta: 0.3 }),
      standoutDense({ units: 12, ...relu }),
      standoutDense({ units: 12, ...relu, belief: 'learned', seed: 4 }),
      dropConnectDense({ units: 12, rate: 0.4, ...relu }),
      dropConnectDense({ units: 12, rate: 0.4, maskPer: 'batch', seed: 5 }),
      tf.layers.dense({ units: 2 }),
    ],
  });
  model.compile({ optimizer: tf.train.momentum(0.05, 0.9), loss: 'meanSquaredError' });
  return model;
}

const save = (model, folder) => model.save(modelFiles(folder), { includeOptimizer: true });
if (from === 'new') await save(build(), rest[0]);
else {
  const [first, last, folder, forgetful] = rest;
  const model = await tf.loadLayersModel(modelFiles(from));
  if (forgetful) {
    for (const layer of model.layers) if ('step' in layer) layer.step = 0;
  }
  const x = tf.randomNormal([24, 8], 0, 1, 'float32', 1);
  await model.fit(x, tf.ones([24, 2]), {
    batchSize: 4,
    shuffle: false,
    verbose: 0,
    initialEpoch: Number(first),
    epochs: Number(last),
    callbacks: [
      scheduleDropout(
        {
          scheduled: piecewise({
            epochs: [
              [0, 0.6],
              [3, 0.1],
            ],
          }),
        },
        { epochs: EPOCHS },
      ),
      scheduleLearningRate(linear({ from: 0.05, to: 0.01, epochs: EPOCHS })),
    ],
  });
  await save(model, folder);
}
