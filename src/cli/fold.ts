import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import type * as tfjs from '@tensorflow/tfjs';
import { DataFailure } from '../data/failure.js';
import { modelFiles } from '../data/model-files.js';
import { messageOf } from '../errors/caught.js';
import { customLayersOf } from '../inference/custom-layers.js';
import { foldWithChanges } from '../inference/fold.js';
import type { Change, Named } from '../inference/parts.js';
import { loadBackend } from '../native/backend.js';
import { registerAll } from '../register-all.js';
import { plural } from '../report/format.js';
import { readBatchNormalization } from '../tfjs/batch-normalization.js';
import { CliError } from './errors.js';

/** Above it the two models do not count as the same. */
const LARGEST_DIFFERENCE = 1e-4;

/** `evenkeel fold`: a model on disk, folded, compared with itself, and written. */
export async function foldFiles(model: string, out: string, { force }: { force?: boolean }): Promise<void> {
  const from = basename(model) === 'model.json' ? dirname(model) : model;
  requirePlace(from, out, force ?? false);
  registerAll();
  // Wasm lacks some kernels that a model may need.
  const { tf, backend } = await loadBackend({ prefer: ['native', 'cpu'] });
  const original = await load(tf, from);
  const { model: folded, changes } = inOneLine(`cannot fold ${from}`, () => foldWithChanges(original));
  const difference = inOneLine(`cannot compare the models on random inputs`, () =>
    largestDifference(tf, original, folded),
  );
  // Written so that NaN is refused too.
  if (!(difference <= LARGEST_DIFFERENCE)) throw new CliError(differs(original, difference, backend));
  await folded.save(modelFiles(out));
  const written = await load(tf, out);
  const changed = inOneLine(`cannot compare the written model`, () => largestDifference(tf, folded, written));
  if (!(changed <= LARGEST_DIFFERENCE)) {
    throw new CliError(
      `${out} was written, but predicts something else once it is loaded: largest relative difference ` +
        `${changed.toExponential(1)}; tfjs does not save all that a layer of it is made of`,
    );
  }

  for (const line of changeLines(changes)) console.log(line);
  console.log(
    `${changes.length > 0 ? '\n' : ''}${plural(original.layers.length, 'layer')} before, ` +
      `${plural(folded.layers.length, 'layer')} now, inputs included`,
  );
  console.log(`largest relative difference of predictions: ${difference.toExponential(1)}, on ${backend}`);
  console.log(`written to ${out}`);
  const names = customLayersOf(written).map(inFull);
  if (names.length === 0) console.log('\nLoads with tfjs alone.');
  else
    console.log(`\nNeeds evenkeel to load, by: import 'evenkeel'. Custom layers remain: ${names.join(', ')}`);
}

function requirePlace(from: string, out: string, force: boolean): void {
  if (!existsSync(out)) return;
  if (existsSync(from) && realpathSync(from) === realpathSync(out)) {
    throw new CliError(`<out> is the model itself, ${resolve(from)}; name another folder`, 2);
  }
  if (!statSync(out).isDirectory()) throw new CliError(`<out> is a file: ${out}; name a folder`, 2);
  if (!force && readdirSync(out).length > 0) {
    throw new CliError(`${out} is not empty; name another folder, or add --force`, 2);
  }
}

async function load(tf: typeof tfjs, folder: string): Promise<tfjs.LayersModel> {
  try {
    const artifacts = await (modelFiles(folder).load as () => Promise<tfjs.io.ModelArtifacts>)();
    if (artifacts.format === 'graph-model') {
      throw new CliError(`${folder} holds a graph model; fold takes models of tfjs layers`);
    }
    return await tf.loadLayersModel(tf.io.fromMemory(artifacts));
  } catch (error) {
    if (error instanceof DataFailure || error instanceof CliError) throw error;
    throw failed(`cannot load ${folder}`, error);
  }
}

function inOneLine<T>(failure: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw failed(failure, error);
  }
}

function failed(failure: string, error: unknown): CliError {
  const [line = ''] = messageOf(error).split('\n');
  // tfjs goes on with advice of several sentences.
  const [sentence = line] = line.split('. ');
  return new CliError(`${failure}: ${sentence.replace(/\.$/, '')}`);
}

/** Over all outputs, relative to the largest number of each. */
function largestDifference(tf: typeof tfjs, original: tfjs.LayersModel, folded: tfjs.LayersModel): number {
  let largest = 0;
  tf.tidy(() => {
    const inputs = randomInputs(tf, original);
    const expected = predict(original, inputs);
    const received = predict(folded, inputs);
    const ratios = expected.map((y, i) => {
      const size = tf.max(tf.abs(y)).dataSync()[0]!;
      const error = tf.max(tf.abs(tf.sub(received[i]!, y))).dataSync()[0]!;
      return error === 0 ? 0 : error / size;
    });
    largest = Math.max(...ratios);
  });
  return largest;
}

function predict(model: tfjs.LayersModel, inputs: tfjs.Tensor[]): tfjs.Tensor[] {
  const outputs = model.predict(inputs.length === 1 ? inputs[0]! : inputs);
  return Array.isArray(outputs) ? outputs : [outputs];
}

/** Sizes that are open: two examples, images of 32 by 32, sequences of 8. */
function randomInputs(tf: typeof tfjs, model: tfjs.LayersModel): tfjs.Tensor[] {
  // An index into a table must be in it; inputs of an embedding may be declared as float32.
  const indexes = model.layers.some((layer) => layer.getClassName() === 'Embedding');
  return model.inputs.map(({ shape, dtype }, i) => {
    const [batch, ...sizes] = shape;
    const known = [batch ?? 2, ...sizes.map((size) => size ?? (sizes.length > 2 ? 32 : 8))];
    if (dtype === 'float32' && !indexes) return tf.randomNormal(known, 0, 1, 'float32', i + 1);
    return tf.randomUniform(known, 0, 2, dtype === 'int32' ? 'int32' : 'float32', i + 1);
  });
}

function differs(model: tfjs.LayersModel, difference: number, backend: string): string {
  const axes = model.layers
    .filter((layer) => layer.getClassName() === 'BatchNormalization')
    .some((layer) => {
      const axis = readBatchNormalization(layer)?.axis ?? -1;
      return axis !== -1 && axis !== layer.outputShape.length - 1;
    });
  const cause =
    axes && backend !== 'native'
      ? '; tfjs predicts wrongly here for batch normalization on an axis other than the last: run `npx evenkeel native install`'
      : '';
  return `the folded model predicts something else: largest relative difference ${difference.toExponential(1)}, at most ${LARGEST_DIFFERENCE} is right; nothing is written${cause}`;
}

function changeLines(changes: readonly Change[]): string[] {
  const width = (key: 'name' | 'className') => Math.max(0, ...changes.map((change) => change[key].length));
  const [names, classes] = [width('name'), width('className')];
  return changes.map((change) => {
    const { name, className } = change;
    return `${name.padEnd(names)}  ${className.padEnd(classes)}  ${fate(change)}`;
  });
}

function fate({ name, into, joins }: Change): string {
  if (!into) return 'taken out';
  if (joins) return `now ${into.className} of ${joins.map(inFull).join(' and ')}`;
  return into.name === name ? `now ${into.className}` : `into ${inFull(into)}`;
}

function inFull({ name, className }: Named): string {
  return `${name} (${className})`;
}
