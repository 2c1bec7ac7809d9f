import { flag, positiveInteger } from '../errors/checks.js';
import type { Constraint, Initializer, Regularizer } from '../tfjs/named.js';
import type { LayerArgs } from './base-layer.js';
import { activation, constraint, initializer, optional, regularizer, required } from './fields.js';

/** What our layers with a kernel take of the built-in ones' arguments. */
export const kernelFields = {
  /** Default: linear. */
  activation: activation(),
  /** Default: 'glorotNormal', as in the built-in layers. */
  kernelInitializer: initializer('glorotNormal'),
  /** Default: 'zeros'. */
  biasInitializer: initializer('zeros'),
  /** Default: none, as for the three below. */
  kernelRegularizer: regularizer(),
  biasRegularizer: regularizer(),
  kernelConstraint: constraint(),
  biasConstraint: constraint(),
};

export const unitsField = {
  /** Size of the output: a positive integer. */
  units: required(positiveInteger),
};

export const useBiasField = {
  /** Default: true. */
  useBias: optional(flag, true),
};

/** What our dense layers take beside their fields. */
export interface DenseLayerArgs extends LayerArgs {
  /** Of a first layer, `inputShape: [inputDim]` in one number, as in dense. */
  inputDim?: number;
}

/** The arguments for tfjs's base class, the size of the input as its shape. */
export function layerArgs<T extends DenseLayerArgs>(args: T | undefined): LayerArgs | undefined {
  const { inputDim, batchInputShape, inputShape, batchSize } = args ?? {};
  if (inputDim === undefined || inputDim === null || batchInputShape || inputShape) return args;
  return { ...args, batchInputShape: [batchSize ?? null, inputDim] };
}

/** What `addWeight` takes after name, shape and type. */
export type WeightArgs = [Initializer, Regularizer | undefined, boolean, Constraint | undefined];

interface WeightSettings {
  kernelInitializer: Initializer;
  kernelRegularizer: Regularizer | null;
  kernelConstraint: Constraint | null;
  biasInitializer: Initializer;
  biasRegularizer: Regularizer | null;
  biasConstraint: Constraint | null;
}

export const weightArgs = (
  initializer: Initializer,
  regularizer: Regularizer | null,
  constraint: Constraint | null,
): WeightArgs => [initializer, regularizer ?? undefined, true, constraint ?? undefined];

export const kernelArgs = (s: Readonly<WeightSettings>): WeightArgs =>
  weightArgs(s.kernelInitializer, s.kernelRegularizer, s.kernelConstraint);

export const biasArgs = (s: Readonly<WeightSettings>): WeightArgs =>
  weightArgs(s.biasInitializer, s.biasRegularizer, s.biasConstraint);
