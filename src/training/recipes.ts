import type * as tf from '@tensorflow/tfjs';
import * as mlpRelu from '../../recipes/mlp-relu.js';

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
  title: string;
  /** The rate that the recipe recommends, with its reason beside it there. */
  learningRate: number;
  /** A new compiled model: plain SGD, categorical cross-entropy, accuracy. */
  build(options?: RecipeOptions): tf.LayersModel;
}

/** The recipes that `train` and `compare` know, in the order of the table. */
export const recipes: readonly Recipe[] = [
  { name: 'mlp-relu', title: 'ReLU', learningRate: mlpRelu.learningRate, build: mlpRelu.buildMlpRelu },
];

export function findRecipe(name: string): Recipe | undefined {
  return recipes.find((recipe) => recipe.name === name);
}
