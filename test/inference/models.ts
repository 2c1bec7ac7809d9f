import * as tf from '@tensorflow/tfjs';
import { expect } from 'vitest';
import { type FoldedModel, fold } from '../../src/inference/fold.js';

export function sequential(inputShape: tf.Shape, ...layers: tf.layers.Layer[]): tf.Sequential {
  return tf.sequential({ layers: [tf.layers.inputLayer({ inputShape }), ...layers] });
}

/** A model of one input from a function of symbolic tensors. */
export function functional(
  shape: tf.Shape,
  f: (x: tf.SymbolicTensor) => tf.SymbolicTensor | tf.SymbolicTensor[],
): tf.LayersModel {
  const x = tf.input({ shape });
  return tf.model({ inputs: x, outputs: f(x) });
}

/** The classes of the layers, without inputs. */
export function classNames(model: tf.LayersModel): string[] {
  return model.layers.map((layer) => layer.getClassName()).filter((name) => name !== 'InputLayer');
}

/** Of the test, whichever files ran before in this process. */
const seed = (): number => Math.floor(Math.random() * 1e9);

/** Random weights of order 1, moving averages far from 0 and 1. */
export function scramble(model: tf.LayersModel): void {
  tf.tidy(() => {
    for (const weight of model.weights) {
      const { name, dtype } = weight;
      const shape = weight.shape as number[];
      if (dtype !== 'float32') continue;
      const value = name.includes('moving_variance')
        ? tf.randomUniform(shape, 0.2, 4, 'float32', seed())
        : tf.randomNormal(shape, name.includes('moving_mean') ? 1 : 0.1, 0.6, 'float32', seed());
      weight.write(value);
    }
  });
}

/** Examples for each input; sizes that are open are 5. */
export function randomInputs(model: tf.LayersModel): tf.Tensor[] {
  return model.inputs.map(({ shape, dtype }) => {
    const known = [shape[0] ?? 3, ...shape.slice(1).map((size) => size ?? 5)] as number[];
    return dtype === 'int32'
      ? tf.randomUniform(known, 0, 5, 'int32', seed())
      : tf.randomNormal(known, 0.3, 1, 'float32', seed());
  });
}

export function predict(model: tf.LayersModel, x: tf.Tensor[]): tf.Tensor[] {
  const y = model.predict(x.length === 1 ? (x[0] as tf.Tensor) : x);
  return Array.isArray(y) ? y : [y];
}

function inputsOf(model: tf.LayersModel): unknown[] {
  return model.inputs.map(({ sourceLayer, shape, dtype }) => [sourceLayer.name, shape, dtype]);
}

/** What folding must leave as it is. */
function stateOf(model: tf.LayersModel): unknown {
  const layers = model.layers as unknown as { inboundNodes: unknown[]; outboundNodes: unknown[] }[];
  return {
    weights: model.getWeights().map((weight) => [...weight.dataSync()]),
    nodes: layers.map(({ inboundNodes, outboundNodes }) => [inboundNodes.length, outboundNodes.length]),
    config: JSON.stringify(model.layers.map((layer) => layer.getConfig())),
  };
}

/**
 * Folds a model: the same predictions, to 1e-5 of the largest; the same inputs and shapes of outputs; the model as it
 * was; no tensor left when the result is disposed.
 */
export function expectSamePredictions(model: tf.LayersModel): FoldedModel {
  const before = stateOf(model);
  const inputs = randomInputs(model);
  const expected = predict(model, inputs);
  const tensors = tf.memory().numTensors;
  fold(model).dispose();
  expect(tf.memory().numTensors).toBe(tensors);

  const folded = fold(model);
  expect(inputsOf(folded)).toEqual(inputsOf(model));
  expect(folded.outputs.map(({ shape }) => shape)).toEqual(model.outputs.map(({ shape }) => shape));
  const received = predict(folded, inputs);
  expect(received).toHaveLength(expected.length);
  received.forEach((y, i) => {
    const wanted = expected[i] as tf.Tensor;
    const size = Math.max(...wanted.dataSync().map(Math.abs));
    expect(size).toBeGreaterThan(0);
    expect(y).toBeAllClose(wanted, { rtol: 1e-5, atol: 1e-5 * size });
  });
  expect(stateOf(model)).toEqual(before);
  const again = predict(model, inputs);
  again.forEach((y, i) => {
    expect(y).toBeAllClose(expected[i] as tf.Tensor, { rtol: 0, atol: 0 });
  });
  tf.dispose([inputs, expected, received, again]);
  return folded;
}
