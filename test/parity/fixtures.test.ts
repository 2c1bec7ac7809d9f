/**
 * Each custom layer beside PyTorch and Keras: output, gradient by the input and by every weight, and one step of SGD.
 * The numbers, computed in float64, stand in `fixtures/<stem>.json`; `fixtures/<stem>.py` makes them.
 */
import * as tf from '@tensorflow/tfjs';
import * as evenkeel from 'evenkeel';
import { describe, expect, it } from 'vitest';
import { TOLERANCE } from '../support/tolerances.js';
import { NO_GRADIENT } from '../support/trains.js';

/** A layer by the name of its factory; among the arguments may stand layers of the same form. */
interface Spec {
  className: string;
  args: Record<string, unknown>;
}

interface Case extends Spec {
  name: string;
  framework: string;
  training: boolean;
  inputShape: number[];
  input: number[];
  /** In the layer's order: the trained ones first. */
  weights: { name: string; shape: number[]; values: number[] }[];
  outputShape: number[];
  output: number[];
  /** The cotangent: the loss is sum(output dOutput). */
  dOutput: number[];
  dInput: number[];
  /** By each trained weight. */
  dWeights: number[][];
  /** What a random layer is given in place of what it would draw. */
  noise?: number[];
  noiseShape?: number[];
  /** Each weight after one step on this loss; none at prediction and where nothing is trained. */
  afterStep?: number[][];
}

const STEMS = Object.entries(
  import.meta.glob<{ cases: Case[] }>('./fixtures/*.json', { eager: true, import: 'default' }),
).map(([path, fixture]) => [path.slice('./fixtures/'.length, -'.json'.length), fixture] as const);

/** The rate of that step, as in `fixtures/cases.py`. */
const RATE = 0.1;

/** What tfjs cannot train, by a pattern of the case: there only the output is checked. */
const UNTRAINABLE: Record<string, RegExp> = {
  'tfjs has no gradient for its own dilated convolutions': /"className":"conv2d".*"dilationRate":\[2,2\]/,
};
const UNTRAINABLE_ON_WASM: Record<string, RegExp> = {
  // All but the centred ones, which are products with patches.
  [NO_GRADIENT]: /conv[12]d(?!.*"center":true)/i,
};

function whyUntrainable({ className, args }: Case): string | undefined {
  const reasons = { ...UNTRAINABLE, ...(tf.getBackend() === 'wasm' ? UNTRAINABLE_ON_WASM : {}) };
  const described = JSON.stringify({ className, args });
  return Object.keys(reasons).find((reason) => reasons[reason]?.test(described));
}

type Factory = (args: Record<string, unknown>) => tf.layers.Layer;
const FACTORIES = { ...tf.layers, ...evenkeel } as unknown as Record<string, Factory>;

const isSpec = (value: unknown): value is Spec =>
  typeof value === 'object' && value !== null && 'className' in value;

function build({ className, args }: Spec): tf.layers.Layer {
  const entries = Object.entries(args).map(([key, value]) => [key, isSpec(value) ? build(value) : value]);
  return (FACTORIES[className] as Factory)(Object.fromEntries(entries));
}

function setUp(fixture: Case) {
  const layer = build(fixture);
  const x = tf.tensor(fixture.input, fixture.inputShape);
  layer.apply(x);
  layer.setWeights(fixture.weights.map(({ shape, values }) => tf.tensor(values, shape)));
  const { training, noise, noiseShape } = fixture;
  const callArgs = noise ? { training, noise: tf.tensor(noise, noiseShape) } : { training };
  return { layer, x, dy: tf.tensor(fixture.dOutput, fixture.outputShape), callArgs };
}

describe.each(STEMS)('%s', (_, { cases }) => {
  describe.each(cases.map((one) => [`${one.framework}: ${one.name}`, one] as const))('%s', (_, fixture) => {
    it('weights', () => {
      const { layer } = setUp(fixture);
      const own = layer.weights.map(({ originalName }) => originalName.split('/').at(-1));
      expect(own).toEqual(fixture.weights.map(({ name }) => name));
    });

    it('output', () => {
      const { layer, x, callArgs } = setUp(fixture);
      const y = layer.apply(x, callArgs) as tf.Tensor;
      expect(y.shape).toEqual(fixture.outputShape);
      expect(y).toBeAllClose(fixture.output, TOLERANCE.forward);
    });

    it('gradient', ({ skip }) => {
      const reason = whyUntrainable(fixture);
      skip(reason !== undefined, reason);
      const { layer, x, dy, callArgs } = setUp(fixture);
      const input = tf.variable(x, true);
      const weights = layer.trainableWeights.map((weight) => weight.read() as tf.Variable);
      const { grads } = tf.variableGrads(
        () => (layer.apply(input, callArgs) as tf.Tensor).mul(dy).sum().asScalar(),
        [input, ...weights],
      );
      expect(grads[input.name] as tf.Tensor).toBeAllClose(fixture.dInput, TOLERANCE.gradient);
      expect(weights).toHaveLength(fixture.dWeights.length);
      weights.forEach(({ name }, i) => {
        expect(grads[name] as tf.Tensor, name).toBeAllClose(
          fixture.dWeights[i] as number[],
          TOLERANCE.gradient,
        );
      });
    });

    if (fixture.afterStep)
      it('one optimizer step', async ({ skip }) => {
        const reason = whyUntrainable(fixture);
        skip(reason !== undefined, reason);
        const { layer, x, dy } = setUp(fixture);
        const model = tf.sequential();
        model.add(tf.layers.inputLayer({ inputShape: fixture.inputShape.slice(1) }));
        model.add(layer);
        const loss = (dy: tf.Tensor, y: tf.Tensor) => y.mul(dy).sum();
        model.compile({ optimizer: tf.train.sgd(RATE), loss });
        await model.trainOnBatch(x, dy);
        layer.weights.forEach((weight, i) => {
          const expected = fixture.afterStep?.[i] as number[];
          expect(weight.read(), weight.name).toBeAllClose(expected, TOLERANCE.gradient);
        });
      });
  });
});
