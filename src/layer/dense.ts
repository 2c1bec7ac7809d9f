import { flag, positiveInteger } from '../errors/checks.js';
import type { LayerArgs } from './base-layer.js';
import {
  type ArgsOf,
  activation,
  constraint,
  initializer,
  optional,
  regularizer,
  required,
} from './fields.js';

/** The arguments that our layers with a kernel share with the built-in ones. */
export const kernelFields = {
  /** Applied to the output. Default: 'linear'. */
  activation: activation(),
  /** Default: 'glorotNormal', as in the built-in layers. */
  kernelInitializer: initializer('glorotNormal'),
  /** Default: 'zeros'. */
  biasInitializer: initializer('zeros'),
  /** Default: none. */
  kernelRegularizer: regularizer(),
  /** Default: none. */
  biasRegularizer: regularizer(),
  /** Default: none. */
  kernelConstraint: constraint(),
  /** Default: none. */
  biasConstraint: constraint(),
};

export type KernelArgs = ArgsOf<typeof kernelFields>;

export const unitsField = {
  /** Size of the output: a positive integer. */
  units: required(positiveInteger),
};

export const useBiasField = {
  /** Add a bias. Default: true. */
  useBias: optional(flag, true),
};

export type UseBiasArgs = ArgsOf<typeof useBiasField>;

/** The arguments of all our dense layers. */
export interface DenseLayerArgs extends LayerArgs, ArgsOf<typeof unitsField>, KernelArgs {
  /** For the first layer of a model, short for `inputShape: [inputDim]`, as in dense. */
  inputDim?: number;
}

/** The arguments for tfjs's base class, the size of the input as its shape. */
export function layerArgs(args: DenseLayerArgs | undefined): LayerArgs | undefined {
  const { inputDim, batchInputShape, inputShape, batchSize } = args ?? {};
  if (inputDim === undefined || inputDim === null || batchInputShape || inputShape) return args;
  return { ...args, batchInputShape: [batchSize ?? null, inputDim] };
}
