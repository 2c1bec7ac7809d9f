import { createHash } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { DataFailure } from './failure.js';
import { makeFolder } from './make-folder.js';
import { writeAtomically } from './write-atomically.js';

/** model.json as tfjs writes it, so that browsers load it by its address. */
type ModelJson = Omit<tf.io.ModelJSON, 'weightsManifest'> & {
  weightsManifest: { paths: string[]; weights: tf.io.WeightsManifestEntry[] }[];
};

/** Weights, and what a save that was killed has left: files that no model.json speaks of once a new one is written. */
const replaceable =
  /^(weights-[0-9a-f]{16}\.bin|(weights-[0-9a-f]{16}\.bin|model\.json)\.[0-9a-f]{8}\.partial)$/;

/**
 * A model in a folder, on any backend: `model.save(modelFiles('runs/my-model'))`,
 * `tf.loadLayersModel(modelFiles('runs/my-model'))`.
 *
 * Saving over a model replaces it as a whole: the weights have a name made of their content, and model.json, written
 * last, says which to read. A process that is killed leaves the old model or the new one.
 *
 * @throws DataFailure on load, where the folder holds no model, or a damaged one; on save, where it is not writable
 */
export function modelFiles(folder: string): tf.io.IOHandler {
  return {
    save: (artifacts) => inTurn(folder, () => saveTo(folder, artifacts)),
    load: () => loadFrom(folder),
  };
}

/** Saves under way by folder: each ends by sweeping what the one before it has left. */
const underWay = new Map<string, Promise<unknown>>();

async function inTurn<T>(folder: string, save: () => Promise<T>): Promise<T> {
  const key = resolve(folder);
  const turn = (underWay.get(key) ?? Promise.resolve()).then(save, save);
  underWay.set(key, turn);
  try {
    return await turn;
  } finally {
    if (underWay.get(key) === turn) underWay.delete(key);
  }
}

async function saveTo(folder: string, artifacts: tf.io.ModelArtifacts): Promise<tf.io.SaveResult> {
  const data = new Uint8Array(tf.io.CompositeArrayBuffer.join(artifacts.weightData ?? new ArrayBuffer(0)));
  const weights = weightsName(data);
  const { weightData: _, weightSpecs = [], ...rest } = artifacts;
  const json = { ...rest, weightsManifest: [{ paths: [weights], weights: weightSpecs }] };
  try {
    await makeFolder(folder);
    await writeAtomically(join(folder, weights), data);
    await writeAtomically(join(folder, 'model.json'), JSON.stringify(json));
    const old = (await readdir(folder)).filter((name) => replaceable.test(name) && name !== weights);
    await Promise.all(old.map((name) => rm(join(folder, name), { force: true })));
  } catch (error) {
    throw new DataFailure(
      `cannot save the model to ${folder} (${(error as NodeJS.ErrnoException).code}); choose a folder that can be written`,
    );
  }
  return { modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(artifacts) };
}

async function loadFrom(folder: string): Promise<tf.io.ModelArtifacts> {
  const json = await readModelJson(join(folder, 'model.json'));
  const weightSpecs = json.weightsManifest.flatMap(({ weights }) => weights);
  const parts = await Promise.all(
    json.weightsManifest.flatMap(({ paths }) => paths).map((name) => readPart(join(folder, name))),
  );
  const weightData = tf.io.concatenateArrayBuffers(parts);
  const expected = weightSpecs.reduce((bytes, spec) => bytes + bytesOf(spec), 0);
  if (weightData.byteLength !== expected) {
    throw new DataFailure(
      `the weights in ${folder} are damaged: ${weightData.byteLength} bytes, expected ${expected}; save the model anew`,
    );
  }
  const [name, ...others] = json.weightsManifest.flatMap(({ paths }) => paths);
  // Models of other programs have other names, which say nothing of the content.
  if (
    name?.startsWith('weights-') &&
    others.length === 0 &&
    name !== weightsName(new Uint8Array(weightData))
  ) {
    throw new DataFailure(
      `${join(folder, name)} is damaged: its content is not what its name says; save the model anew`,
    );
  }
  return { ...tf.io.getModelArtifactsForJSONSync(json as tf.io.ModelJSON, weightSpecs, weightData) };
}

function bytesOf({ dtype, shape, quantization }: tf.io.WeightsManifestEntry): number {
  const width =
    { uint8: 1, uint16: 2, float16: 2 }[quantization?.dtype as string] ?? (dtype === 'bool' ? 1 : 4);
  return width * tf.util.sizeFromShape(shape);
}

async function readModelJson(path: string): Promise<ModelJson> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new DataFailure(`no model at ${path} (${code}); name the folder that holds model.json`);
  }
  try {
    const json = JSON.parse(text) as ModelJson;
    const parts = Array.isArray(json.weightsManifest) ? json.weightsManifest : [{}];
    if (json.modelTopology && parts.every((part) => 'paths' in part && 'weights' in part)) return json;
  } catch {
    // What is no JSON at all gets the same message as JSON of something else.
  }
  throw new DataFailure(`${path} is not a model of tfjs layers; save the model anew`);
}

async function readPart(path: string): Promise<ArrayBuffer> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new DataFailure(`cannot read ${path} (${code}); save the model anew`);
  }
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
}

/** Names the weights by their content, so that a file tells what it must hold. */
function weightsName(data: Uint8Array): string {
  return `weights-${createHash('sha256').update(data).digest('hex').slice(0, 16)}.bin`;
}
