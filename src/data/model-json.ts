import type * as tf from '@tensorflow/tfjs';
import { isInteger } from '../errors/checks.js';
import { checkTopology } from './check-topology.js';
import { type Damaged, damagedFile } from './damaged.js';
import { DataFailure } from './failure.js';
import { type Fields, isObject } from './fields.js';

/** model.json as tfjs writes it, so that browsers load it by its address. */
export type ModelJson = Omit<tf.io.ModelJSON, 'weightsManifest'> & {
  weightsManifest: { paths: string[]; weights: tf.io.WeightsManifestEntry[] }[];
};

const WIDTHS: ReadonlyMap<unknown, number> = new Map([
  ['float32', 4],
  ['int32', 4],
  ['bool', 1],
  ['complex64', 8],
  ['uint8', 1],
  ['uint16', 2],
  ['float16', 2],
]);
const QUANTIZED = ['uint8', 'uint16', 'float16'];
const STORED = ['float32', 'int32', 'bool', 'complex64'];

/**
 * The text of a model.json, of whose fields nothing is believed.
 *
 * @throws DataFailure where tfjs could not read it, or would fail far from the cause
 */
export function parseModelJson(text: string, path: string): ModelJson {
  const json = parsed(text);
  if (!isObject(json) || !json.modelTopology || !Array.isArray(json.weightsManifest ?? [])) {
    throw new DataFailure(`${path} is not a model of tfjs layers; save the model again`);
  }
  const whole: Fields = { ...json, weightsManifest: json.weightsManifest ?? [] };
  requireModel(whole, damagedFile(path, 'save the model again'));
  return whole;
}

/** Checks what is read of a model; other fields are for tfjs, and may be missing. */
function requireModel(json: Fields, damaged: Damaged): asserts json is Fields & ModelJson {
  const weightsManifest: unknown[] = Array.isArray(json.weightsManifest) ? json.weightsManifest : [];
  const [paths, names] = [new Set<unknown>(), new Set<unknown>()];
  for (const [i, group] of weightsManifest.entries()) {
    const where = `weightsManifest[${i}]`;
    if (!isObject(group)) throw damaged(where, 'an object', group);
    if (!Array.isArray(group.paths)) throw damaged(`${where}.paths`, 'a list of files', group.paths);
    if (!Array.isArray(group.weights)) throw damaged(`${where}.weights`, 'a list of weights', group.weights);
    for (const path of group.paths) requireOnce(paths, path, `${where}.paths`, damaged);
    for (const [j, spec] of group.weights.entries()) {
      requireSpec(spec, `${where}.weights[${j}]`, damaged);
      requireOnce(names, isObject(spec) && spec.name, `${where}.weights[${j}].name`, damaged);
    }
  }
  checkTopology(json, damaged);
}

function requireOnce(seen: Set<unknown>, name: unknown, what: string, damaged: Damaged): void {
  if (seen.has(name)) throw damaged(what, 'named once', name);
  seen.add(name);
}

function requireSpec(spec: unknown, what: string, damaged: Damaged): void {
  if (!isObject(spec)) throw damaged(what, 'an object', spec);
  const { name, shape, dtype, quantization } = spec;
  if (typeof name !== 'string' || name === '') throw damaged(`${what}.name`, 'a name', name);
  if (!STORED.includes(String(dtype))) throw damaged(`${what}.dtype`, `one of ${STORED.join(', ')}`, dtype);
  const size = (n: unknown) => isInteger(n) && Number.isSafeInteger(n) && n >= 0;
  if (!Array.isArray(shape) || !shape.every(size)) {
    throw damaged(`${what}.shape`, 'a list of sizes', shape);
  }
  if (!('quantization' in spec)) return;
  const how = `${what}.quantization`;
  if (!isObject(quantization) || !QUANTIZED.includes(String(quantization.dtype))) {
    throw damaged(how, `of a dtype of ${QUANTIZED.join(', ')}`, quantization);
  }
  if (dtype !== 'float32' && dtype !== 'int32') throw damaged(`${what}.dtype`, 'float32 or int32', dtype);
  if (quantization.dtype === 'float16') {
    if (dtype !== 'float32') throw damaged(`${what}.dtype`, 'float32, as of float16', dtype);
  } else if (!Number.isFinite(quantization.min) || !Number.isFinite(quantization.scale)) {
    throw damaged(how, 'of numbers min and scale', quantization);
  }
}

/** What a weight takes in the file. */
export function bytesOf({ dtype, shape, quantization }: tf.io.WeightsManifestEntry): number {
  const width = WIDTHS.get(quantization?.dtype ?? dtype) ?? 0;
  return shape.reduce((size, n) => size * n, width);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // What is no JSON at all gets the same message as JSON of something else.
    return null;
  }
}
