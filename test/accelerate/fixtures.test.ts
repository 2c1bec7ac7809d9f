/**
 * What `accelerate({ repair: true })` makes of tfjs, beside Keras and PyTorch: layers, constraints, cross-entropies, gradients
 * of ops, optimizers. The numbers, computed in float64, stand in `fixtures/<stem>.json`; `fixtures/<stem>.py` makes them.
 */
import * as tf from '@tensorflow/tfjs';
import { accelerate } from 'evenkeel/accelerate';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LEFT, leavesSequences } from '../support/accelerated.js';
import { TOLERANCE } from '../support/tolerances.js';
import batchNormalization from './fixtures/batch-normalization.json' with { type: 'json' };
import constraints from './fixtures/constraints.json' with { type: 'json' };
import dense from './fixtures/dense.json' with { type: 'json' };
import gradients from './fixtures/gradients.json' with { type: 'json' };
import layerNormalization from './fixtures/layer-normalization.json' with { type: 'json' };
import optimizers from './fixtures/optimizers.json' with { type: 'json' };
import recurrent from './fixtures/recurrent.json' with { type: 'json' };
import softmaxCrossEntropy from './fixtures/softmax-cross-entropy.json' with { type: 'json' };

beforeEach(() => {
  accelerate({ repair: true });
});
afterEach(() => accelerate.restore());

interface Numbers {
  shape: number[];
  values: number[];
}

const tensor = ({ shape, values }: Numbers): tf.Tensor => tf.tensor(values, shape);

/** The cases of a file, each with its title. */
const titled = <Case extends { name: string; framework?: string }>(fixture: { cases: Case[] }) =>
  fixture.cases.map((one) => [`${one.framework ?? 'torch'}: ${one.name}`, one] as const);

type Factories = Record<string, (args: object) => tf.layers.Layer>;

interface LayerCase {
  name: string;
  framework: string;
  className: string;
  args: object;
  training: boolean;
  /** False for a frozen layer. */
  trainable?: boolean;
  inputShape: number[];
  input: number[];
  /** In the layer's order: the trained ones first. */
  weights: (Numbers & { name: string })[];
  outputShape: number[];
  output: number[];
  /** The cotangent: the loss is sum(output dOutput). */
  dOutput: number[];
  dInput: number[];
  dWeights: number[][];
  /** Each weight after one step of SGD on this loss. */
  afterStep?: number[][];
  /** What is normalized in training after the input, and the untrained weights then. */
  secondInput?: number[];
  afterTwoCalls?: number[][];
}

/** The rate of that step, as in `../parity/fixtures/cases.py`. */
const RATE = 0.1;

describe.each([
  ['dense', dense],
  ['batch normalization', batchNormalization],
  ['layer normalization', layerNormalization],
  ['recurrent layers', recurrent],
] as [string, { cases: LayerCase[] }][])('%s', (_, stem) => {
  const left = stem === recurrent && leavesSequences();
  if (left) it('is left to tfjs', ({ skip }) => skip(LEFT));
  describe.each(left ? [] : titled(stem))('%s', (_, fixture) => {
    const { training } = fixture;
    const x = () => tf.tensor(fixture.input, fixture.inputShape);

    function build(): tf.layers.Layer {
      const { className, args, trainable = true } = fixture;
      const layer = (tf.layers as unknown as Factories)[className]?.(args) as tf.layers.Layer;
      layer.apply(x());
      layer.trainable = trainable;
      layer.setWeights(fixture.weights.map(tensor));
      return layer;
    }

    const expectWeights = (layer: tf.layers.Layer, expected: number[][]) => {
      const own = layer.getWeights().slice(-expected.length);
      for (const [i, values] of expected.entries()) {
        expect(own[i] as tf.Tensor, layer.weights[i]?.name).toBeAllClose(values, TOLERANCE.gradient);
      }
    };

    it('output', () => {
      const layer = build();
      const y = layer.apply(x(), { training }) as tf.Tensor;
      expect(y.shape).toEqual(fixture.outputShape);
      expect(y).toBeAllClose(fixture.output, TOLERANCE.forward);
    });

    it('gradient', () => {
      const layer = build();
      const input = tf.variable(x(), true);
      const weights = layer.trainableWeights.map((weight) => weight.read() as tf.Variable);
      const dy = tf.tensor(fixture.dOutput, fixture.outputShape);
      const loss = () => (layer.apply(input, { training }) as tf.Tensor).mul(dy).sum().asScalar();
      const { grads } = tf.variableGrads(loss, [input, ...weights]);
      const received = [input, ...weights].map(({ name }) => grads[name] as tf.Tensor);
      const expected = [fixture.dInput, ...fixture.dWeights];
      expect(received).toHaveLength(expected.length);
      received.forEach((gradient, i) => {
        expect(gradient, `gradient ${i}`).toBeAllClose(expected[i] as number[], TOLERANCE.gradient);
      });
    });

    if (fixture.trainable === false)
      it('keeps its weights in training', () => {
        const layer = build();
        layer.apply(x(), { training: true });
        expectWeights(
          layer,
          fixture.weights.map(({ values }) => values),
        );
      });

    if (fixture.afterStep)
      it('one step of fit', async () => {
        const layer = build();
        const model = tf.sequential();
        model.add(tf.layers.inputLayer({ inputShape: fixture.inputShape.slice(1) }));
        model.add(layer);
        const loss = (dy: tf.Tensor, y: tf.Tensor) => y.mul(dy).sum();
        model.compile({ optimizer: tf.train.sgd(RATE), loss });
        await model.trainOnBatch(x(), tf.tensor(fixture.dOutput, fixture.outputShape));
        expectWeights(layer, fixture.afterStep as number[][]);
      });

    if (fixture.secondInput)
      it('moving statistics after two calls', () => {
        const layer = build();
        layer.apply(x(), { training: true });
        layer.apply(tf.tensor(fixture.secondInput as number[], fixture.inputShape), { training: true });
        expectWeights(layer, fixture.afterTwoCalls as number[][]);
      });
  });
});

interface ConstraintSpec {
  className: string;
  args: object;
}

interface ConstraintCase {
  name: string;
  framework: string;
  units: number;
  rate: number;
  kernelConstraint: ConstraintSpec | null;
  biasConstraint: ConstraintSpec | null;
  inputShape: number[];
  input: number[];
  target: number[];
  kernel: number[];
  bias: number[];
  /** Before each step, and what stands after it. */
  losses: number[];
  kernels: number[][];
  biases: number[][];
}

type Constraints = Record<string, (args: object) => ReturnType<typeof tf.constraints.nonNeg>>;

/** The constraints of tfjs add its epsilon, which is larger on webgl, to a length before they divide by it. */
const afterConstraint = () => {
  const epsilon = tf.backend().epsilon();
  return { rtol: 1e-4 + 10 * epsilon, atol: 1e-5 + 5 * epsilon };
};

describe.each(titled(constraints as { cases: ConstraintCase[] }))(
  'constraints after each step of a dense layer, %s',
  (_, fixture) => {
    const constraint = (spec: ConstraintSpec | null) =>
      spec ? (tf.constraints as unknown as Constraints)[spec.className]?.(spec.args) : undefined;

    it('five steps', async () => {
      const { units, inputShape, rate } = fixture;
      const [rows, features] = inputShape as [number, number];
      const layer = tf.layers.dense({
        units,
        inputShape: [features],
        kernelConstraint: constraint(fixture.kernelConstraint) as never,
        biasConstraint: constraint(fixture.biasConstraint) as never,
      });
      const model = tf.sequential({ layers: [layer] });
      model.compile({ optimizer: tf.train.sgd(rate), loss: 'meanSquaredError' });
      // By `val`: `write`, and so `setWeights`, constrains.
      const start = [tf.tensor(fixture.kernel, [features, units]), tf.tensor(fixture.bias, [units])];
      layer.weights.forEach((weight, i) => {
        (weight.read() as tf.Variable).assign(start[i] as tf.Tensor);
      });
      const x = tf.tensor(fixture.input, inputShape);
      const y = tf.tensor(fixture.target, [rows, units]);
      for (const [step, loss] of fixture.losses.entries()) {
        expect([(await model.trainOnBatch(x, y)) as number]).toBeAllClose([loss], afterConstraint());
        const [kernel, bias] = layer.getWeights() as [tf.Tensor, tf.Tensor];
        expect(kernel).toBeAllClose(fixture.kernels[step] as number[], afterConstraint());
        expect(bias).toBeAllClose(fixture.biases[step] as number[], afterConstraint());
      }
    });
  },
);

interface LossCase {
  name: string;
  framework: string;
  loss: string;
  logits: Numbers;
  target: Numbers;
  value: number;
  gradient: number[];
}

/** The ways of tfjs to say a softmax. */
const heads: Record<string, (units: number, axis: number) => tf.layers.Layer[]> = {
  'as activation': (units) => [tf.layers.dense({ units, useBias: false, activation: 'softmax' })],
  'as an activation layer': (units) => [
    tf.layers.dense({ units, useBias: false }),
    tf.layers.activation({ activation: 'softmax' }),
  ],
  'as a layer': (units, axis) => [tf.layers.dense({ units, useBias: false }), tf.layers.softmax({ axis })],
};

describe.each(Object.entries(heads))('cross-entropy of a softmax %s', (_, head) => {
  it.each(titled(softmaxCrossEntropy as { cases: LossCase[] }))('%s', async (_, fixture) => {
    const { shape, values } = fixture.logits;
    const classes = shape.at(-1) as number;
    const rows = values.length / classes;
    // The product of the unit matrix with the kernel: the logits are the kernel, their gradient that of the kernel.
    const x = tf.eye(rows).reshape([...shape.slice(0, -1), rows]);
    const model = tf.sequential();
    model.add(tf.layers.inputLayer({ inputShape: x.shape.slice(1) }));
    for (const layer of head(classes, shape.length - 1)) model.add(layer);
    model.compile({ optimizer: tf.train.sgd(1), loss: fixture.loss });
    const logits = tf.tensor(values, [rows, classes]);
    model.setWeights([logits]);
    const value = (await model.trainOnBatch(x, tensor(fixture.target))) as number;
    expect([value]).toBeAllClose([fixture.value], TOLERANCE.forward);
    const moved = logits.sub(model.getWeights()[0] as tf.Tensor);
    // The step is taken from the logits, which are of this size.
    const unit = 2 ** -23 * Math.max(...values.map(Math.abs));
    expect(moved).toBeAllClose(fixture.gradient, { rtol: 1e-4, atol: 1e-5 + unit });
  });
});

interface OpCase {
  name: string;
  op: string;
  args: unknown[];
  inputs: Numbers[];
  output: Numbers;
  dOutput: number[];
  gradients: number[][];
}

type Pair = [tf.Tensor, tf.Tensor];
type Pixels = [number, number];
type Padding = 'valid' | 'same';

const ops: Record<string, (inputs: tf.Tensor[], args: never) => tf.Tensor> = {
  maximum: ([a, b]) => tf.maximum(a as tf.Tensor, b as tf.Tensor),
  minimum: ([a, b]) => tf.minimum(a as tf.Tensor, b as tf.Tensor),
  squaredDifference: ([a, b]) => tf.squaredDifference(a as tf.Tensor, b as tf.Tensor),
  matMul: (inputs, args: [boolean, boolean]) => tf.matMul(...(inputs as Pair), ...args),
  einsum: (inputs, [equation]: [string]) => tf.einsum(equation, ...inputs),
  norm: ([x], [order, axis]: ['euclidean' | 'fro' | 'inf' | number, number[] | null]) =>
    tf.norm(x as tf.Tensor, order === 'inf' ? Number.POSITIVE_INFINITY : order, axis ?? undefined),
  tile: ([x], [reps]: [number[]]) => tf.tile(x as tf.Tensor, reps),
  relu: ([x]) => tf.relu(x as tf.Tensor),
  gather: ([table], [entries, places]: [number[], number[]]) =>
    tf.gather(table as tf.Tensor, tf.tensor(entries, places, 'int32')),
  conv2d: ([x, w], [strides, padding, dilations]: [Pixels, Padding, Pixels]) =>
    tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, strides, padding, 'NHWC', dilations),
  conv1d: ([x, w], [[stride], padding, [dilation]]: [[number], Padding, [number]]) =>
    tf.conv1d(x as tf.Tensor3D, w as tf.Tensor3D, stride, padding, 'NWC', dilation),
  depthwiseConv2d: ([x, w], [strides, padding, dilations]: [Pixels, Padding, Pixels]) =>
    tf.depthwiseConv2d(x as tf.Tensor4D, w as tf.Tensor4D, strides, padding, 'NHWC', dilations),
};

const isDilated = ({ op, args }: OpCase) =>
  /conv/i.test(op) && (args[2] as number[]).some((rate) => rate > 1);

/** Why an op cannot be tested here. */
function untested(fixture: OpCase): string | undefined {
  if (fixture.op === 'einsum' && !tf.getKernel('Einsum', tf.getBackend()))
    return "tfjs's wasm backend has no einsum";
  if (isDilated(fixture)) return 'tfjs has no gradient for its own dilated convolutions';
  return undefined;
}

describe('gradients of ops', () => {
  it.for(titled(gradients as { cases: OpCase[] }))('%s', ([, fixture], { skip }) => {
    const reason = untested(fixture);
    skip(reason !== undefined, reason);
    tf.tidy(() => {
      const inputs = fixture.inputs.map(tensor);
      const f = (...inputs: tf.Tensor[]) => ops[fixture.op]?.(inputs, fixture.args as never) as tf.Tensor;
      const y = f(...inputs);
      expect(y.shape).toEqual(fixture.output.shape);
      expect(y).toBeAllClose(fixture.output.values, TOLERANCE.forward);
      const received = tf.grads(f)(inputs, tf.tensor(fixture.dOutput, y.shape));
      for (const [i, gradient] of received.entries()) {
        expect(gradient.shape).toEqual(inputs[i]?.shape);
        expect(gradient).toBeAllClose(fixture.gradients[i] as number[], TOLERANCE.gradient);
      }
    });
  });
});

interface OptimizerCase {
  name: string;
  framework: string;
  optimizer: string;
  /** What follows the rate. */
  args: unknown[];
  /** Of each step. */
  rates: number[];
  start: Numbers[];
  gradients: number[][][];
  values: number[][][];
}

type Optimizers = Record<string, (rate: number, ...args: unknown[]) => tf.Optimizer>;

/** What a schedule does: SGD and momentum keep their rate as a tensor too, and Adam has no method to set it. */
function setRate(optimizer: tf.Optimizer, rate: number): void {
  if ('setLearningRate' in optimizer) (optimizer as tf.SGDOptimizer).setLearningRate(rate);
  else (optimizer as unknown as { learningRate: number }).learningRate = rate;
}

describe('optimizers', () => {
  it.each(titled(optimizers as { cases: OptimizerCase[] }))('%s, five steps', (_, fixture) => {
    const make = (tf.train as unknown as Optimizers)[fixture.optimizer];
    const optimizer = make?.(fixture.rates[0] as number, ...fixture.args) as tf.Optimizer;
    const variables = fixture.start.map((start) => tf.variable(tensor(start)));
    for (const [step, rate] of fixture.rates.entries()) {
      setRate(optimizer, rate);
      const gradients = variables.map(({ shape }, i) => {
        return tf.tensor(fixture.gradients[step]?.[i] as number[], shape);
      });
      const loss = () =>
        tf.addN(variables.map((variable, i) => variable.mul(gradients[i] as tf.Tensor).sum())).asScalar();
      optimizer.minimize(loss, false, variables);
      for (const [i, variable] of variables.entries()) {
        expect(variable as tf.Tensor, `variable ${i} after step ${step}`).toBeAllClose(
          fixture.values[step]?.[i] as number[],
          TOLERANCE.gradient,
        );
      }
    }
    optimizer.dispose();
    tf.dispose(variables);
  });
});
