/// <reference types="vite/client" />
import * as tf from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import wasm from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';
import wasmSimd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import wasmThreads from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';
// Registers the layer, so that a model that has it can be loaded. A folded model needs no such line.
import 'evenkeel/layers/weight-norm';
import { SIDE } from './centre-digit.js';

export const backends = ['wasm', 'webgl', 'webgpu', 'cpu'] as const;
export type Backend = (typeof backends)[number];

setWasmPaths({
  'tfjs-backend-wasm.wasm': wasm,
  'tfjs-backend-wasm-simd.wasm': wasmSimd,
  'tfjs-backend-wasm-threaded-simd.wasm': wasmThreads,
});

/** Why this browser does not have the backend; '' where it has. */
export async function missing(backend: Backend): Promise<string> {
  if (backend === 'wasm' && !('WebAssembly' in globalThis)) return 'no WebAssembly in this browser';
  if (backend === 'webgl' && !tf.env().getBool('HAS_WEBGL')) return 'no WebGL in this browser';
  if (backend === 'webgpu' && !navigator.gpu) {
    return isSecureContext ? 'no WebGPU in this browser' : 'WebGPU needs https, or localhost';
  }
  if (backend === 'webgpu' && !(await navigator.gpu.requestAdapter())) {
    return 'this browser has WebGPU, but no graphics adapter for it';
  }
  return '';
}

export async function start(backend: Backend): Promise<void> {
  if (backend === 'webgpu') await import('@tensorflow/tfjs-backend-webgpu');
  if (!(await tf.setBackend(backend))) throw new Error(`the backend ${backend} does not start`);
}

/** What a file of the model has to be, said in one line for the page. */
class ModelError extends Error {}

async function get(address: string): Promise<Response> {
  const response = await fetch(address).catch(() => undefined);
  if (!response) throw new ModelError(`${address} cannot be reached: is the server still running?`);
  if (!response.ok) {
    throw new ModelError(
      `${address} is missing (status ${response.status}): put the folder of the model there`,
    );
  }
  return response;
}

/** The digits. */
const CLASSES = 10;

const BYTES: Record<string, number> = { float32: 4, int32: 4, float16: 2, uint16: 2, uint8: 1, bool: 1 };
function bytesOf({ shape, dtype, quantization }: tf.io.WeightsManifestEntry): number {
  return tf.util.sizeFromShape(shape) * (BYTES[quantization?.dtype ?? dtype] ?? Number.NaN);
}

/** The files of a model, checked: tfjs itself would say of a file cut short only that some shape does not fit. */
export async function readModel(folder: string): Promise<tf.io.ModelArtifacts> {
  const response = await get(`${folder}/model.json`);
  const json = (await response.json().catch(() => undefined)) as tf.io.ModelJSON | undefined;
  const groups = json?.weightsManifest;
  const whole = Array.isArray(groups) && groups.every(({ paths, weights }) => paths && weights);
  if (!json?.modelTopology || !whole) {
    throw new ModelError(
      `${folder}/model.json is damaged, or no model of layers: copy the model there again`,
    );
  }
  const parts = json.weightsManifest.flatMap(({ paths }) => paths).map((path) => get(`${folder}/${path}`));
  const data = await Promise.all((await Promise.all(parts)).map((part) => part.arrayBuffer()));
  const specs = json.weightsManifest.flatMap(({ weights }) => weights);
  const received = data.reduce((bytes, part) => bytes + part.byteLength, 0);
  const expected = specs.reduce((bytes, spec) => bytes + bytesOf(spec), 0);
  if (received !== expected) {
    throw new ModelError(
      `the weights in ${folder} are damaged: ${received} bytes, expected ${expected}; copy the model there again`,
    );
  }
  return tf.io.getModelArtifactsForJSON(json, async () => [specs, data]);
}

/** A model on the backend that is in use. */
export async function buildModel(artifacts: tf.io.ModelArtifacts, folder: string): Promise<tf.LayersModel> {
  const model = await tf.loadLayersModel(tf.io.fromMemory(artifacts)).catch((error: Error) => {
    throw new ModelError(`${folder} cannot be built: ${error.message.split('. ')[0]}`);
  });
  const shape = model.inputs[0]?.shape.slice(1) ?? [];
  if (model.inputs.length !== 1 || model.outputs.length !== 1) {
    const received = `${model.inputs.length} inputs and ${model.outputs.length} outputs`;
    throw new ModelError(`the model in ${folder} has ${received}: take one that has one of each`);
  }
  if (tf.util.sizeFromShape(shape as number[]) !== SIDE * SIDE) {
    throw new ModelError(
      `the model in ${folder} takes inputs of shape [${shape}], and this page gives ${SIDE} x ${SIDE} pixels: take a model of such images`,
    );
  }
  const classes = model.outputs[0]?.shape.slice(1) ?? [];
  if (classes.length !== 1 || classes[0] !== CLASSES) {
    throw new ModelError(
      `the model in ${folder} answers with the shape [${classes}], and this page shows ${CLASSES} digits: take a model of digits`,
    );
  }
  return model;
}

/** Class probabilities of one image, or of several in a row. */
export async function predict(model: tf.LayersModel, pixels: Float32Array): Promise<Float32Array> {
  if (pixels.length === 0 || pixels.length % SIDE ** 2 !== 0) {
    throw new Error(
      `${pixels.length} pixels are no picture of ${SIDE} x ${SIDE}: centreDigit brings a drawing to that size`,
    );
  }
  const output = tf.tidy(() => {
    const shape = model.inputs[0]?.shape.slice(1) as number[];
    return model.predict(tf.tensor(pixels, [pixels.length / SIDE ** 2, ...shape])) as tf.Tensor;
  });
  const probabilities = await output.data<'float32'>();
  output.dispose();
  if (!probabilities.every(Number.isFinite)) {
    throw new Error('the model answers with numbers that are none (NaN): train it again, more slowly');
  }
  return probabilities;
}

/** Repeated for a while, since a browser's clock has steps as long as one prediction. */
export async function millisecondsPerPrediction(
  model: tf.LayersModel,
  pixels: Float32Array,
): Promise<number> {
  const began = performance.now();
  let count = 0;
  do {
    await predict(model, pixels);
    count++;
  } while (performance.now() - began < 40);
  return (performance.now() - began) / count;
}
