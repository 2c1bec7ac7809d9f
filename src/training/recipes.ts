import type * as tf from '@tensorflow/tfjs';
import * as dropoutAfterBatchNorm from '../../recipes/dropout-after-batch-norm.js';
import * as mlpAnnealedDropout from '../../recipes/mlp-annealed-dropout.js';
import * as mlpBatchNorm from '../../recipes/mlp-batch-norm.js';
import * as mlpCosine from '../../recipes/mlp-cosine.js';
import * as mlpDropConnect from '../../recipes/mlp-drop-connect.js';
import * as mlpDropout from '../../recipes/mlp-dropout.js';
import * as mlpLayerNorm from '../../recipes/mlp-layer-norm.js';
import * as mlpRelu from '../../recipes/mlp-relu.js';
import * as mlpRRelu from '../../recipes/mlp-rrelu.js';
import * as mlpStandout from '../../recipes/mlp-standout.js';
import * as mlpWeightNorm from '../../recipes/mlp-weight-norm.js';
import { ConfigError } from './config-error.js';

/** What `train` and `compare` pass to a recipe. A recipe ignores what it has no use for. */
export interface RecipeOptions {
  /** Features of one example. Default: 784, the pixels of an MNIST image. */
  inputSize?: number;
  /** Units of each hidden layer. Default: [128, 128]. */
  hidden?: number[];
  /** Classes of the softmax head. Default: 10. */
  classes?: number;
  /** Default: the recipe's own. */
  learningRate?: number;
  /** Training steps of the whole run, for what anneals. */
  steps?: number;
  /** Fixes the initial weights and the dropout masks. Default: 1. */
  seed?: number;
}

export interface Recipe {
  name: string;
  /** The rate that the recipe recommends, with its reason beside it there. */
  learningRate: number;
  /** A new compiled model: plain SGD, categorical cross-entropy, accuracy. */
  build(options?: RecipeOptions): tf.LayersModel;
}

/** The recipes that `train` and `compare` know, in the order of the table. */
export const recipes: readonly Recipe[] = [
  {
    name: 'mlp-relu',
    learningRate: mlpRelu.learningRate,
    build: mlpRelu.buildMlpRelu,
  },
  {
    name: 'mlp-batch-norm',
    learningRate: mlpBatchNorm.learningRate,
    build: mlpBatchNorm.buildMlpBatchNorm,
  },
  {
    name: 'mlp-layer-norm',
    learningRate: mlpLayerNorm.learningRate,
    build: mlpLayerNorm.buildMlpLayerNorm,
  },
  {
    name: 'mlp-weight-norm',
    learningRate: mlpWeightNorm.learningRate,
    build: mlpWeightNorm.buildMlpWeightNorm,
  },
  {
    name: 'mlp-cosine',
    learningRate: mlpCosine.learningRate,
    build: mlpCosine.buildMlpCosine,
  },
  {
    name: 'mlp-dropout',
    learningRate: mlpDropout.learningRate,
    build: mlpDropout.buildMlpDropout,
  },
  {
    name: 'mlp-annealed-dropout',
    learningRate: mlpAnnealedDropout.learningRate,
    build: mlpAnnealedDropout.buildMlpAnnealedDropout,
  },
  {
    name: 'mlp-standout',
    learningRate: mlpStandout.learningRate,
    build: mlpStandout.buildMlpStandout,
  },
  {
    name: 'mlp-drop-connect',
    learningRate: mlpDropConnect.learningRate,
    build: mlpDropConnect.buildMlpDropConnect,
  },
  {
    name: 'mlp-rrelu',
    learningRate: mlpRRelu.learningRate,
    build: mlpRRelu.buildMlpRRelu,
  },
  {
    name: 'dropout-after-batch-norm',
    learningRate: dropoutAfterBatchNorm.learningRate,
    build: dropoutAfterBatchNorm.buildDropoutAfterBatchNorm,
  },
];

/** @throws ConfigError for a name that no recipe has */
export function requireRecipe(name: string): Recipe {
  const recipe = recipes.find((candidate) => candidate.name === name);
  if (recipe) return recipe;
  const known = recipes.map((candidate) => candidate.name).join(', ');
  throw new ConfigError(`no recipe has the name "${name}"; take one of ${known}`);
}
