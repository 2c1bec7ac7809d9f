import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { DataFailure } from '../../src/data/failure.js';
import { modelFiles } from '../../src/data/model-files.js';

beforeAll(async () => {
  await tf.setBackend('cpu');
});
let base: string;
let folder: string;
let bytes: string;
beforeEach(async () => {
  base = mkdtempSync(join(tmpdir(), 'untrusted-'));
  onTestFinished(() => rmSync(base, { recursive: true, force: true }));
  folder = join(base, 'model');
  const input = tf.input({ shape: [2] });
  const output = tf.layers.dense({ units: 1, name: 'output' }).apply(input) as tf.SymbolicTensor;
  const model = tf.model({ inputs: input, outputs: output });
  await model.save(modelFiles(folder));
  model.dispose();
  bytes = join(folder, read().weightsManifest[0].paths[0]);
});

// biome-ignore lint/suspicious/noExplicitAny: it is there to be damaged
type Json = any;
const read = (): Json => JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8'));
const write = (change: (json: Json) => void) => {
  const json = read();
  change(json);
  writeFileSync(join(folder, 'model.json'), JSON.stringify(json));
};
const load = async () => {
  const error = await tf.loadLayersModel(modelFiles(folder)).then(
    () => new Error('it loads'),
    (error: Error) => error,
  );
  expect(error).toBeInstanceOf(DataFailure);
  expect(error.message).not.toContain('\n');
  return error.message;
};

describe('weights elsewhere are not read', () => {
  it.each([
    ['the folder above', () => '../elsewhere.bin'],
    ['a folder above, by way of one inside', () => 'a/../../elsewhere.bin'],
    ['a whole path', () => join(base, 'elsewhere.bin')],
    ["Windows' folder above", () => '..\\elsewhere.bin'],
    ['a drive', () => 'C:elsewhere.bin'],
    ['an address', () => 'https://example.com/elsewhere.bin'],
    ['a file by its address', () => `file://${join(base, 'elsewhere.bin')}`],
    ['a name cut short by a zero', () => 'elsewhere.bin\0'],
    ['no name', () => ''],
    ['a number', () => 7],
    ['null', () => null],
  ])('%s', async (_, name) => {
    renameSync(bytes, join(base, 'elsewhere.bin'));
    write((json) => {
      json.weightsManifest[0].paths = [name()];
    });
    expect(await load()).toMatch(
      /model\.json names the file .*, expected one inside its folder; save the model again$/,
    );
  });

  it.each(['the file', 'its folder'])('a link out of the folder in place of %s', async (what) => {
    mkdirSync(join(base, 'elsewhere'));
    renameSync(bytes, join(base, 'elsewhere', 'weights.bin'));
    const name = what === 'the file' ? 'weights.bin' : 'shards/weights.bin';
    if (what === 'the file') symlinkSync('../elsewhere/weights.bin', join(folder, 'weights.bin'));
    else symlinkSync('../elsewhere', join(folder, 'shards'));
    write((json) => {
      json.weightsManifest[0].paths = [name];
    });
    expect(await load()).toMatch(/weights\.bin leads out of its folder, to .*; copy the file there/);
  });

  it('but a folder inside, a link within, and a folder that is a link are', async () => {
    mkdirSync(join(folder, 'shards'));
    renameSync(bytes, join(folder, 'shards', 'real.bin'));
    symlinkSync('real.bin', join(folder, 'shards', '..bin'));
    symlinkSync(folder, join(base, 'link'));
    write((json) => {
      json.weightsManifest[0].paths = ['shards/..bin'];
    });
    const model = await tf.loadLayersModel(modelFiles(join(base, 'link')));
    expect(model.countParams()).toBe(3);
  });

  it('a folder in place of the weights, or of model.json', async () => {
    rmSync(bytes);
    mkdirSync(bytes);
    expect(await load()).toMatch(/weights-\w+\.bin is no file; save the model again$/);
    rmSync(join(folder, 'model.json'));
    mkdirSync(join(folder, 'model.json'));
    expect(await load()).toMatch(/^no model at .*model\.json, which is no file; name the folder/);
  });
});

describe('what is damaged is named', () => {
  it.each<[string, (json: Json) => void, RegExp]>([
    [
      'no list of files',
      (json) => Object.assign(json.weightsManifest[0], { paths: null }),
      /weightsManifest\[0\]\.paths must be a list of files, received null; save the model again$/,
    ],
    [
      'a file twice',
      ({ weightsManifest: [group] }) => group.paths.push(group.paths[0]),
      /paths must be named once, received "weights-/,
    ],
    [
      'a weight twice',
      ({ weightsManifest: [group] }) => group.weights.push(group.weights[0]),
      /weights\[2\]\.name must be named once, received "output\/kernel"/,
    ],
    [
      'a weight that is none',
      ({ weightsManifest: [group] }) => group.weights.push(null),
      /weights\[2\] must be an object, received null/,
    ],
    [
      'a weight too few',
      ({ weightsManifest: [group] }) => group.weights.pop(),
      /^the weights in .* are damaged: 12 bytes, expected 8; save the model again$/,
    ],
    [
      'a weight beyond all memory',
      ({ weightsManifest: [group] }) => Object.assign(group.weights[0], { shape: [2 ** 40, 2 ** 40] }),
      /are damaged: 12 bytes, expected 4\.8357\d+e\+24; /,
    ],
    [
      'a shape that is none',
      ({ weightsManifest: [group] }) => Object.assign(group.weights[0], { shape: [-2, 1] }),
      /weights\[0\]\.shape must be a list of sizes, received \[-2,1\]/,
    ],
    [
      'a dtype by a name that every object has',
      ({ weightsManifest: [group] }) => Object.assign(group.weights[0], { dtype: 'constructor' }),
      /dtype must be one of float32, int32, bool, complex64, received "constructor"/,
    ],
    [
      'a quantization without its numbers',
      ({ weightsManifest: [group] }) => Object.assign(group.weights[0], { quantization: { dtype: 'uint8' } }),
      /quantization must be of numbers min and scale, received \{"dtype":"uint8"\}/,
    ],
    [
      'a class that every object has',
      ({ modelTopology: { config } }) => Object.assign(config.layers[1], { class_name: 'constructor' }),
      /layers\[1\]\.class_name must be the name of a class, received "constructor"/,
    ],
    [
      'a class without a name',
      ({ modelTopology: { config } }) => Object.assign(config.layers[1], { class_name: null }),
      /layers\[1\]\.class_name must be the name of a class, received nothing/,
    ],
    [
      'a layer without a config',
      ({ modelTopology: { config } }) => Object.assign(config.layers[1], { config: null }),
      /layers\[1\]\.config must be an object, received null/,
    ],
    [
      'no layers',
      ({ modelTopology: { config } }) => Object.assign(config, { layers: [] }),
      /config\.layers must be a list of layers, received \[\]/,
    ],
    [
      'units beyond all memory',
      ({ modelTopology: { config } }) => Object.assign(config.layers[1].config, { units: 1e15 }),
      /config\.units must be below 2147483648, received 1000000000000000/,
    ],
    // tfjs would look forever for an order in which these can be computed.
    [
      'a layer that is its own input',
      ({ modelTopology: { config } }) =>
        Object.assign(config.layers[1], { inbound_nodes: [[['output', 0, 0, {}]]] }),
      /inbound_nodes must be outputs of layers that can be computed before, received \[\["output",0,0,\{\}\]\]/,
    ],
    [
      'an output of a layer that is not there',
      ({ modelTopology: { config } }) => Object.assign(config, { output_layers: [['none', 0, 0]] }),
      /output_layers must be a list of \[layer, call, output\], received \[\["none",0,0\]\]/,
    ],
    [
      'an optimizer without a class',
      (json) => Object.assign(json, { trainingConfig: { optimizer_config: { config: {} } } }),
      /optimizer_config\.class_name must be the name of a class, received nothing/,
    ],
  ])('%s', async (_, damage, expected) => {
    write(damage);
    expect(await load()).toMatch(expected);
  });

  it('a folder that is no path', () => {
    expect(() => modelFiles(undefined as unknown as string)).toThrow(
      'modelFiles takes the path of a folder; received undefined',
    );
  });
});
