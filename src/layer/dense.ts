import * as tf from '@tensorflow/tfjs';
import type { Activation } from '../ops/activate.js';

export type LayerArgs = NonNullable<ConstructorParameters<typeof tf.layers.Layer>[0]>;
export type DenseArgs = Parameters<typeof tf.layers.dense>[0];

/** What our layers with a kernel take of the built-in ones' arguments. */
export interface OwnKernelArgs {
  /** Default: linear. */
  activation?: DenseArgs['activation'];
  /** Default: 'glorotNormal', as in the built-in layers. */
  kernelInitializer?: DenseArgs['kernelInitializer'];
  /** Default: 'zeros'. */
  biasInitializer?: DenseArgs['biasInitializer'];
  /** Default: none, as for the three below. */
  kernelRegularizer?: DenseArgs['kernelRegularizer'];
  biasRegularizer?: DenseArgs['biasRegularizer'];
  kernelConstraint?: DenseArgs['kernelConstraint'];
  biasConstraint?: DenseArgs['biasConstraint'];
}

/** What our dense layers take of the built-in one's arguments. */
export interface OwnDenseArgs extends LayerArgs, OwnKernelArgs {
  /** Size of the output: a positive integer. */
  units: number;
  /** Of a first layer, `inputShape: [inputDim]` in one number, as in dense. */
  inputDim?: number;
}

/** The arguments for the constructor of a layer, the size of the input as its shape. */
export function layerArgs<T extends OwnDenseArgs>(args: T | undefined): LayerArgs {
  const { inputDim, batchInputShape, inputShape, batchSize } = args ?? {};
  if (inputDim === undefined || inputDim === null || batchInputShape || inputShape) return args ?? {};
  return { ...args, batchInputShape: [batchSize ?? null, inputDim] };
}

export type Initializer = ReturnType<typeof tf.initializers.zeros>;
export type Regularizer = ReturnType<typeof tf.regularizers.l2>;
export type Constraint = ReturnType<typeof tf.constraints.nonNeg>;

/** What a dense layer has made of its arguments: each name resolved to the object it stands for. */
export interface DenseFields {
  units: number;
  useBias: boolean;
  activation: Activation;
  kernelInitializer: Initializer;
  biasInitializer: Initializer;
  kernelRegularizer?: Regularizer;
  biasRegularizer?: Regularizer;
  kernelConstraint?: Constraint;
  biasConstraint?: Constraint;
}

/**
 * The fields of a dense layer. They are private in tfjs's types, but tfjs exports no other way from a name to an
 * initializer, a regularizer, a constraint or an activation.
 */
export function denseFields(layer: tf.layers.Layer): DenseFields {
  return layer as unknown as DenseFields;
}

type WeightArgs = [Initializer, Regularizer | undefined, boolean, Constraint | undefined];

/** What follows name, shape and type in `addWeight` for the kernel of a dense layer. */
export function kernelArgs(f: DenseFields): WeightArgs {
  return [f.kernelInitializer, f.kernelRegularizer, true, f.kernelConstraint];
}

/** The same for its bias. */
export function biasArgs(f: DenseFields): WeightArgs {
  return [f.biasInitializer, f.biasRegularizer, true, f.biasConstraint];
}

/** The arguments of dense that go into the config of every layer made after it. */
const FORWARDED = [
  'activation',
  'useBias',
  'kernelInitializer',
  'biasInitializer',
  'kernelRegularizer',
  'biasRegularizer',
  'kernelConstraint',
  'biasConstraint',
] as const;

/** The same arguments as JSON, the way dense writes them. */
export function denseConfig(layer: tf.layers.Layer): tf.serialization.ConfigDict {
  const config = layer.getConfig();
  return Object.fromEntries(FORWARDED.map((name) => [name, config[name] ?? null]));
}

/** A dense layer that is never built: it resolves arguments by name and writes them back into a config. */
export function denseTemplate(args: Partial<DenseArgs> & { units: number }): tf.layers.Layer {
  const chosen = Object.fromEntries(
    FORWARDED.flatMap((name) => (args[name] === undefined ? [] : [[name, args[name]]])),
  );
  // A name of its own, or it would use up the number of the user's next dense layer.
  return tf.layers.dense({ ...chosen, units: args.units, name: 'template' });
}
