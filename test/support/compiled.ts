/** One program op by op, and with its steps compiled. */
import * as tf from '@tensorflow/tfjs';
import { accelerate } from 'evenkeel/accelerate';
import { expect } from 'vitest';
import type { AccelerateOptions, CompiledReport } from '../../src/accelerate/index.js';

/** Steps of a training that is compared: enough to be recorded and checked twice; `npm run proof` makes fifty. */
export const STEPS = process.env.EVENKEEL_PROOF ? 50 : 14;

/** Numbers under the names of what they are. */
type Numbers = Record<string, number[][]>;

/** Makes models, uses them, and returns what came of it. The report of each model that is watched is kept. */
export type Program = (watch: <Model extends tf.LayersModel>(model: Model) => Model) => Promise<Numbers>;

interface Outcome {
  numbers: Numbers;
  reports: CompiledReport[];
}

/** Gives a model weights that no test before changes; those of one axis are positive, as a variance is. */
export function seeded<Model extends tf.LayersModel>(model: Model): Model {
  tf.tidy(() => {
    const weights = model
      .getWeights()
      .map(({ shape }, i) =>
        shape.length > 1
          ? tf.randomNormal(shape, 0, 0.3, 'float32', i + 1)
          : tf.randomUniform(shape, 0.5, 1, 'float32', i + 1),
      );
    model.setWeights(weights);
  });
  return model;
}

/** Standard normal numbers, by a seed from 0. */
export const normal = (shape: number[], seed: number): tf.Tensor =>
  tf.randomNormal(shape, 0, 1, 'float32', seed + 1);

/** Classes in turn, one hot. */
export const classes = (size: number, count: number): tf.Tensor =>
  tf.tidy(() => tf.oneHot(tf.range(0, size, 1, 'int32').mod(tf.scalar(count, 'int32')), count).toFloat());

export const valuesOf = (tensors: tf.Tensor | tf.Tensor[]): number[][] =>
  [tensors].flat().map((tensor) => Array.from(tensor.dataSync()));

export const weightsOf = (model: tf.LayersModel): number[][] => valuesOf(model.getWeights());

export interface Batches {
  steps?: number;
  batch: (step: number) => [x: tf.Tensor | tf.Tensor[], y: tf.Tensor | tf.Tensor[]];
  /** Before each step. */
  change?: (step: number) => unknown;
}

/** Losses and metrics of steps of `trainOnBatch`. */
export async function train(
  model: tf.LayersModel,
  { steps = STEPS, batch, change }: Batches,
): Promise<number[][]> {
  const losses: number[][] = [];
  for (let step = 0; step < steps; step++) {
    change?.(step);
    const [x, y] = batch(step);
    losses.push([await model.trainOnBatch(x, y)].flat());
    tf.dispose([x, y]);
  }
  return losses;
}

/** Three outputs of evaluation and prediction each, of the same inputs. */
export function used(
  model: tf.LayersModel,
  x: tf.Tensor | tf.Tensor[],
  y: tf.Tensor | tf.Tensor[],
): number[][] {
  return [0, 1, 2].flatMap(() =>
    tf.tidy(() => [...valuesOf(model.evaluate(x, y)), ...valuesOf(model.predict(x))]),
  );
}

async function outcome(program: Program, options: AccelerateOptions): Promise<Outcome> {
  const models: tf.LayersModel[] = [];
  accelerate(options);
  try {
    const numbers = await program((model) => {
      models.push(model);
      return model;
    });
    return { numbers, reports: models.map((model) => accelerate.compiled(model)) };
  } finally {
    accelerate.restore();
    tf.disposeVariables();
  }
}

/** The largest difference of numbers, relative to the largest of its list; 0 where all bits are the same. */
function errorOf(list: number[], expected: number[]): number {
  if (list.length !== expected.length) return Number.POSITIVE_INFINITY;
  const largest = Math.max(Number.MIN_VALUE, ...expected.filter(Number.isFinite).map(Math.abs));
  const errors = list.map((x, i) => (Object.is(x, expected[i]) ? 0 : Math.abs(x - expected[i]!) / largest));
  return Math.max(0, ...errors.map((error) => (Number.isNaN(error) ? Number.POSITIVE_INFINITY : error)));
}

export interface Expected extends AccelerateOptions {
  /** The largest relative error; 0 is the same bits. */
  error?: number;
  /** Why it is left to run op by op; left out where all that is watched must be compiled. */
  reason?: RegExp;
}

/** Runs a program both ways, which must give the same numbers, all of them finite; returns what was compiled. */
export async function expectSame(program: Program, expected: Expected = {}): Promise<CompiledReport[]> {
  const { error = 0, reason, ...options } = expected;
  const opByOp = await outcome(program, options);
  const compiled = await outcome(program, { ...options, compile: true });
  expect(Object.keys(compiled.numbers)).toEqual(Object.keys(opByOp.numbers));
  for (const [name, lists] of Object.entries(opByOp.numbers)) {
    expect(lists.flat().every(Number.isFinite), `${name} is finite`).toBe(true);
    const received = compiled.numbers[name]!;
    expect(received.length, name).toBe(lists.length);
    const errors = received.map((list, i) => errorOf(list, lists[i]!));
    expect(Math.max(0, ...errors), `${name}, of which the errors are ${errors}`).toBeLessThanOrEqual(error);
  }
  for (const entry of compiled.reports.flatMap((report) => Object.values(report).flat())) {
    if (reason) expect(entry.reason).toMatch(reason);
    else expect(entry).toMatchObject({ compiled: true, reason: null });
  }
  expect(compiled.reports.length).toBeGreaterThan(0);
  return compiled.reports;
}
