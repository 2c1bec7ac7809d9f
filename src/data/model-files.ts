import { readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { codeOf } from '../errors/caught.js';
import { DataFailure } from './failure.js';
import { fileInside } from './inside.js';
import { bytesOf, type ModelJson, parseModelJson } from './model-json.js';
import { hasContent, saveModel } from './save-model.js';

/**
 * A model in a folder, on any backend: `model.save(modelFiles('runs/my-model'))`,
 * `tf.loadLayersModel(modelFiles('runs/my-model'))`.
 *
 * Saving over a model replaces it as a whole: the weights have a name of their own, and model.json, written last, says
 * which to read. A process that is killed leaves the old model or the new one; of several that save at once the last
 * holds. What a model.json says is not believed: no file outside of the folder is read.
 *
 * @throws DataFailure on load, where the folder holds no model, or a damaged one; on save, where it is not writable
 */
export function modelFiles(folder: string): tf.io.IOHandler {
  if (typeof folder !== 'string' || folder === '') {
    throw new DataFailure(
      `modelFiles takes the path of a folder; received ${JSON.stringify(folder) ?? String(folder)}`,
    );
  }
  return {
    save: (artifacts) => inTurn(folder, () => saveTo(folder, artifacts)),
    load: () => loadFrom(folder),
  };
}

/** Saves under way by folder: of several in one process the last that was begun holds. */
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
  const { weightData: _, weightSpecs = [], ...rest } = artifacts;
  await saveModel(folder, data, (paths) =>
    JSON.stringify({ ...rest, weightsManifest: [{ paths, weights: weightSpecs }] }),
  );
  return { modelArtifactsInfo: tf.io.getModelArtifactsInfoForJSON(artifacts) };
}

/** A load meets another process's save where the weights that model.json named are gone: the new one names others. */
const ATTEMPTS = 20;

async function loadFrom(folder: string): Promise<tf.io.ModelArtifacts> {
  const path = join(folder, 'model.json');
  for (let attempt = 1, before = ''; ; attempt++) {
    const text = await readModelJson(path);
    try {
      return await read(folder, parseModelJson(text, path), path);
    } catch (error) {
      const replaced = text !== before && isMissing(error);
      if (!replaced || attempt === ATTEMPTS) throw error;
      before = text;
    }
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && codeOf(error.cause) === 'ENOENT';
}

async function read(folder: string, json: ModelJson, by: string): Promise<tf.io.ModelArtifacts> {
  const names = json.weightsManifest.flatMap(({ paths }) => paths);
  const weightSpecs = json.weightsManifest.flatMap(({ weights }) => weights);
  const files = await Promise.all(names.map((name) => fileInside(folder, name, by)));
  // Compared before anything is read: neither the file nor the list says how large a file may be.
  const expected = weightSpecs.reduce((bytes, spec) => bytes + bytesOf(spec), 0);
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  if (bytes !== expected) {
    throw new DataFailure(
      `the weights in ${folder} are damaged: ${bytes} bytes, expected ${expected}; save the model again`,
    );
  }
  const parts = await Promise.all(files.map(({ path }) => readPart(path)));
  const weightData = tf.io.concatenateArrayBuffers(parts);
  const [name, ...others] = names;
  // Models of other programs have other names, which say nothing of the content.
  if (name !== undefined && others.length === 0 && !hasContent(name, new Uint8Array(weightData))) {
    throw new DataFailure(
      `${join(folder, name)} is damaged: its content is not what its name says; save the model again`,
    );
  }
  return { ...tf.io.getModelArtifactsForJSONSync(json as tf.io.ModelJSON, weightSpecs, weightData) };
}

async function readModelJson(path: string): Promise<string> {
  try {
    // A pipe would be waited for, a device never ends.
    if ((await stat(path)).isFile()) return await readFile(path, 'utf8');
  } catch (error) {
    const code = codeOf(error);
    throw new DataFailure(`no model at ${path} (${code}); name the folder that holds model.json`);
  }
  throw new DataFailure(`no model at ${path}, which is no file; name the folder that holds model.json`);
}

async function readPart(path: string): Promise<ArrayBuffer> {
  try {
    const bytes = await readFile(path);
    return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  } catch (error) {
    const code = codeOf(error);
    throw new DataFailure(`cannot read ${path} (${code}); save the model again`, { cause: error });
  }
}
