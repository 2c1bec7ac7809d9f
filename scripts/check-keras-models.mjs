/**
 * Models of tf.keras, converted by its converter for tfjs: each predicts, trains a step and folds accelerated as it does in
 * tfjs.
 *
 *   npm run check:keras-models [-- <name>...]
 *
 * Deep nets of random weights amplify rounding, so that the measure is the same model in float64, computed by tf.keras.
 * Accelerated it may be twice as far from that as tfjs is, plus 1e-5; its gradients plus 2e-2, since a unit whose input is 0
 * but for rounding may fall on the other side of its relu, of which each changes the gradients before it by a hundredth or
 * less. tfjs does not train convolutions on wasm: there the native backend stands in its place.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fold } from 'evenkeel';
import { accelerate } from 'evenkeel/accelerate';
import { loadBackend, modelFiles } from 'evenkeel/node';
import { PythonFailure, pythonWith } from './python.mjs';

const here = join(dirname(fileURLToPath(import.meta.url)), 'keras-models');
const cache = join(dirname(dirname(here)), 'node_modules', '.cache', 'keras-models');
const names = process.argv.length > 2 ? process.argv.slice(2) : ['MobileNetV2', 'ResNet50V2', 'U-Net'];
const FACTOR = 2;
const GRADIENT = 'change of the weights';
const leastOf = (what) => (what === GRADIENT ? 2e-2 : 1e-5);

function build() {
  const python = pythonWith('models of Keras', join(cache, 'environment'), [
    { list: join(here, 'requirements.txt') },
    { list: join(here, 'converter.txt'), options: ['--no-deps'] },
  ]);
  const folder = join(cache, 'models');
  mkdirSync(folder, { recursive: true });
  const { status, stderr } = spawnSync(python, ['-B', join(here, 'models.py'), folder, ...names], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new PythonFailure(`cannot build the models: ${stderr.trim().split('\n').at(-1)}`);
  return folder;
}

/** What tf.keras computed, by name. */
function expectedIn(folder) {
  const { rate, arrays } = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8'));
  const { buffer, byteOffset } = readFileSync(join(folder, 'expected.bin'));
  let place = byteOffset;
  const values = arrays.map(({ name, shape }) => {
    const size = shape.reduce((product, length) => product * length, 1);
    const value = new Float64Array(buffer.slice(place, place + size * 8));
    place += size * 8;
    return [name, { shape, value }];
  });
  return { rate, ...Object.fromEntries(values.slice(0, 4)), weights: Object.fromEntries(values.slice(4)) };
}

/** The length of the difference beside that of what is expected, over several arrays as one. */
function distance(received, expected) {
  let [difference, whole] = [0, 0];
  for (const [i, values] of expected.entries()) {
    for (let j = 0; j < values.length; j++) {
      difference += (received[i][j] - values[j]) ** 2;
      whole += values[j] ** 2;
    }
  }
  return Math.sqrt(difference / whole);
}

const normalizations = (model) =>
  model.layers.filter((layer) => layer.getClassName() === 'BatchNormalization').length;

const wait = () => new Promise((resolve) => setTimeout(resolve));

/** Prediction, and loss and weights after a step; what the backend cannot do is null. */
async function observe(tf, folder, { x, y, rate }, options) {
  const model = await tf.loadLayersModel(modelFiles(folder));
  const inputs = tf.tensor(Float32Array.from(x.value), x.shape);
  const targets = tf.tensor(Float32Array.from(y.value), y.shape);
  const predict = (model) => tf.tidy(() => model.predict(inputs).dataSync());
  const seen = { prediction: predict(model), folded: null, loss: null, weights: null };
  const folded = options.fold ? fold(model) : null;
  if (folded) {
    seen.folded = predict(folded);
    seen.left = normalizations(folded);
    folded.dispose();
  }
  if (options.train) {
    model.compile({ optimizer: tf.train.sgd(rate), loss: 'categoricalCrossentropy' });
    seen.loss = [await model.trainOnBatch(inputs, targets)];
    seen.weights = Object.fromEntries(
      model.weights.map((weight) => [weight.originalName, weight.read().dataSync()]),
    );
    model.optimizer.dispose();
  }
  tf.dispose([inputs, targets]);
  model.dispose();
  await wait();
  return seen;
}

/** Distances from float64 by quantity. */
function distances(seen, before, expected) {
  const changes = (weights, select) =>
    Object.keys(expected.weights)
      .filter(select)
      .map((name) => weights[name].map((value, i) => value - before[name][i]));
  const moving = (name) => name.includes('moving_');
  const exact = Object.fromEntries(
    Object.entries(expected.weights).map(([name, { value }]) => [name, value]),
  );
  const of = (select) => seen.weights && distance(changes(seen.weights, select), changes(exact, select));
  const prediction = [expected.prediction.value];
  return {
    prediction: distance([seen.prediction], prediction),
    'folded prediction': seen.folded && distance([seen.folded], prediction),
    loss: seen.loss && distance([seen.loss], [expected.loss.value]),
    [GRADIENT]: of((name) => !moving(name)),
    'change of the averages': of(moving),
  };
}

async function check(folder, name, rows) {
  const path = join(folder, name);
  const expected = expectedIn(path);
  let trained = {};
  for (const backend of ['native', 'wasm']) {
    const { tf } = await loadBackend({ prefer: [backend] });
    const model = await tf.loadLayersModel(modelFiles(path));
    const before = Object.fromEntries(
      model.weights.map((weight) => [weight.originalName, Float64Array.from(weight.read().dataSync())]),
    );
    const all = normalizations(model);
    model.dispose();
    const trains = backend === 'native';
    const stock = await observe(tf, path, expected, { fold: true, train: trains });
    accelerate();
    const fast = await observe(tf, path, expected, { fold: true, train: true });
    accelerate.restore();
    const [of, by] = [stock, fast].map((seen) => distances(seen, before, expected));
    if (trains) trained = of;
    for (const [what, accelerated] of Object.entries(by)) {
      const most = FACTOR * (of[what] ?? trained[what]) + leastOf(what);
      rows.push({
        model: name,
        backend,
        what,
        tfjs: of[what],
        accelerated,
        most,
        right: accelerated <= most,
      });
    }
    const what = `batch norms left by fold: ${fast.left} of ${all}`;
    rows.push({ model: name, backend, what, right: fast.left < all });
  }
}

const digits = (value) => (value == null ? '' : value.toExponential(1)).padStart(12);

async function main() {
  const folder = build();
  console.log('Distances from the same in float64, relative');
  console.log(
    `${'model'.padEnd(12)}${'backend'.padEnd(9)}${'what'.padEnd(42)}${['tfjs', 'accelerated', 'at most'].map((head) => head.padStart(12)).join('')}`,
  );
  const rows = [];
  for (const name of names) {
    const first = rows.length;
    await check(folder, name, rows);
    for (const { model, backend, what, tfjs, accelerated, most, right } of rows.slice(first)) {
      const numbers = [tfjs, accelerated, most].map(digits).join('');
      console.log(
        `${model.padEnd(12)}${backend.padEnd(9)}${what.padEnd(42)}${numbers}${right ? '' : '  too far'}`,
      );
    }
  }
  return rows.every(({ right }) => right) ? 0 : 1;
}

try {
  process.exit(await main());
} catch (error) {
  if (!(error instanceof PythonFailure)) throw error;
  console.error(error.message);
  process.exit(1);
}
