import type * as tf from '@tensorflow/tfjs';

/** What `train` and `compare` pass to a recipe. A recipe ignores what it has no use for. */
export interface RecipeOptions {
  /** Features of one example, where it is a vector. Default: 784, the pixels of an MNIST image. */
  inputSize?: number;
  /** Shape of one example, where it is an image or a sequence. Default: that of an MNIST image. */
  inputShape?: number[];
  /** Units of each hidden layer of a multilayer perceptron. Default: [128, 128]. */
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

/** What a recipe takes an example as: a vector of all its numbers, an image with a channel, or its rows as time steps. */
type Input = 'vector' | 'image' | 'rows';

type Build = (options?: RecipeOptions) => tf.LayersModel;

export interface Recipe {
  name: string;
  input: Input;
  /** A new compiled model: plain SGD, categorical cross-entropy, accuracy. */
  build: Build;
  /** The rate that the recipe recommends, with its reason beside it there. */
  learningRate: number;
}
