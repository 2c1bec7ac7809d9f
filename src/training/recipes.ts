import type * as tf from '@tensorflow/tfjs';
import * as activations from '../../recipes/activations.js';
import * as cnnBatchNorm from '../../recipes/cnn-batch-norm.js';
import * as cnnCosine from '../../recipes/cnn-cosine.js';
import * as cnnWeightNorm from '../../recipes/cnn-weight-norm.js';
import * as customLayer from '../../recipes/custom-layer.js';
import * as dropoutAfterBatchNorm from '../../recipes/dropout-after-batch-norm.js';
import * as lstmLayerNorm from '../../recipes/lstm-layer-norm.js';
import * as mlpAnnealedDropout from '../../recipes/mlp-annealed-dropout.js';
import * as mlpBatchNorm from '../../recipes/mlp-batch-norm.js';
import * as mlpCosine from '../../recipes/mlp-cosine.js';
import * as mlpDropConnect from '../../recipes/mlp-drop-connect.js';
import * as mlpDropout from '../../recipes/mlp-dropout.js';
import * as mlpLayerNorm from '../../recipes/mlp-layer-norm.js';
import * as mlpRelu from '../../recipes/mlp-relu.js';
import * as mlpRRelu from '../../recipes/mlp-rrelu.js';
import * as mlpStandout from '../../recipes/mlp-standout.js';
import * as mlpWeightDecay from '../../recipes/mlp-weight-decay.js';
import * as mlpWeightNorm from '../../recipes/mlp-weight-norm.js';
import * as tinyBatches from '../../recipes/tiny-batches.js';
import type { Examples } from '../data/examples.js';
import { didYouMean } from '../errors/did-you-mean.js';
import { ConfigError } from './config-error.js';

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

const recipe = (name: string, input: Input, build: Build, learningRate: number): Recipe => ({
  name,
  input,
  build,
  learningRate,
});

/** The same network with one thing changed each time: what `compare` trains where nothing is named, in this order. */
export const comparedRecipes: readonly Recipe[] = [
  recipe('mlp-relu', 'vector', mlpRelu.buildMlpRelu, mlpRelu.learningRate),
  recipe('mlp-batch-norm', 'vector', mlpBatchNorm.buildMlpBatchNorm, mlpBatchNorm.learningRate),
  recipe('mlp-layer-norm', 'vector', mlpLayerNorm.buildMlpLayerNorm, mlpLayerNorm.learningRate),
  recipe('mlp-weight-norm', 'vector', mlpWeightNorm.buildMlpWeightNorm, mlpWeightNorm.learningRate),
  recipe('mlp-cosine', 'vector', mlpCosine.buildMlpCosine, mlpCosine.learningRate),
  recipe('mlp-weight-decay', 'vector', mlpWeightDecay.buildMlpWeightDecay, mlpWeightDecay.learningRate),
  recipe('mlp-dropout', 'vector', mlpDropout.buildMlpDropout, mlpDropout.learningRate),
  recipe(
    'mlp-annealed-dropout',
    'vector',
    mlpAnnealedDropout.buildMlpAnnealedDropout,
    mlpAnnealedDropout.learningRate,
  ),
  recipe('mlp-standout', 'vector', mlpStandout.buildMlpStandout, mlpStandout.learningRate),
  recipe('mlp-drop-connect', 'vector', mlpDropConnect.buildMlpDropConnect, mlpDropConnect.learningRate),
  recipe('mlp-rrelu', 'vector', mlpRRelu.buildMlpRRelu, mlpRRelu.learningRate),
  recipe(
    'dropout-after-batch-norm',
    'vector',
    dropoutAfterBatchNorm.buildDropoutAfterBatchNorm,
    dropoutAfterBatchNorm.learningRate,
  ),
];

/** The recipes that `train` and `compare` know. */
export const recipes: readonly Recipe[] = [
  ...comparedRecipes,
  recipe('cnn-batch-norm', 'image', cnnBatchNorm.buildCnnBatchNorm, cnnBatchNorm.learningRate),
  recipe('cnn-weight-norm', 'image', cnnWeightNorm.buildCnnWeightNorm, cnnWeightNorm.learningRate),
  recipe('cnn-cosine', 'image', cnnCosine.buildCnnCosine, cnnCosine.learningRate),
  recipe('lstm-layer-norm', 'rows', lstmLayerNorm.buildLstmLayerNorm, lstmLayerNorm.learningRate),
  recipe('tiny-batches', 'vector', tinyBatches.buildTinyBatches, tinyBatches.learningRate),
  recipe('activations', 'vector', activations.buildActivations, activations.learningRate),
  recipe('custom-layer', 'vector', customLayer.buildCustomLayer, customLayer.learningRate),
];

/** Each convolutional recipe halves the image twice. */
const LEAST_PIXELS = 4;

/**
 * The shape in which a recipe takes one example of this data.
 *
 * @throws ConfigError where it takes images and the data has none, or too small ones
 */
export function inputShapeOf({ name, input }: Recipe, { features, image }: Examples): number[] {
  if (input === 'vector') return [features];
  if (image && input === 'rows') return [...image];
  if (image) {
    if (Math.min(...image) >= LEAST_PIXELS) return [...image, 1];
    throw new ConfigError(
      `${name} takes images of at least ${LEAST_PIXELS} x ${LEAST_PIXELS} pixels; received images of ${image.join(' x ')}: name other data with --data, or another recipe`,
    );
  }
  throw new ConfigError(`${name} takes images; received examples of ${features} numbers`);
}

/** @throws ConfigError for a name that no recipe has */
export function requireRecipe(name: string): Recipe {
  const recipe = recipes.find((candidate) => candidate.name === name);
  if (recipe) return recipe;
  const names = recipes.map((candidate) => candidate.name);
  throw new ConfigError(`no recipe has the name "${name}"; ${didYouMean(name, names)}`);
}
