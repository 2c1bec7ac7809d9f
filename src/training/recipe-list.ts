// Written by `npm run generate` from catalogue.json: not to be edited.
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
import type { Recipe } from './recipe.js';

/** The same network with one thing changed each time: what `compare` trains where nothing is named, in this order. */
export const comparedRecipes: readonly Recipe[] = [
  { name: 'mlp-relu', input: 'vector', build: mlpRelu.buildMlpRelu, learningRate: mlpRelu.learningRate },
  {
    name: 'mlp-batch-norm',
    input: 'vector',
    build: mlpBatchNorm.buildMlpBatchNorm,
    learningRate: mlpBatchNorm.learningRate,
  },
  {
    name: 'mlp-layer-norm',
    input: 'vector',
    build: mlpLayerNorm.buildMlpLayerNorm,
    learningRate: mlpLayerNorm.learningRate,
  },
  {
    name: 'mlp-weight-norm',
    input: 'vector',
    build: mlpWeightNorm.buildMlpWeightNorm,
    learningRate: mlpWeightNorm.learningRate,
  },
  {
    name: 'mlp-cosine',
    input: 'vector',
    build: mlpCosine.buildMlpCosine,
    learningRate: mlpCosine.learningRate,
  },
  {
    name: 'mlp-weight-decay',
    input: 'vector',
    build: mlpWeightDecay.buildMlpWeightDecay,
    learningRate: mlpWeightDecay.learningRate,
  },
  {
    name: 'mlp-dropout',
    input: 'vector',
    build: mlpDropout.buildMlpDropout,
    learningRate: mlpDropout.learningRate,
  },
  {
    name: 'mlp-annealed-dropout',
    input: 'vector',
    build: mlpAnnealedDropout.buildMlpAnnealedDropout,
    learningRate: mlpAnnealedDropout.learningRate,
  },
  {
    name: 'mlp-standout',
    input: 'vector',
    build: mlpStandout.buildMlpStandout,
    learningRate: mlpStandout.learningRate,
  },
  {
    name: 'mlp-drop-connect',
    input: 'vector',
    build: mlpDropConnect.buildMlpDropConnect,
    learningRate: mlpDropConnect.learningRate,
  },
  { name: 'mlp-rrelu', input: 'vector', build: mlpRRelu.buildMlpRRelu, learningRate: mlpRRelu.learningRate },
  {
    name: 'dropout-after-batch-norm',
    input: 'vector',
    build: dropoutAfterBatchNorm.buildDropoutAfterBatchNorm,
    learningRate: dropoutAfterBatchNorm.learningRate,
  },
];

/** The recipes that `train` and `compare` know. */
export const recipes: readonly Recipe[] = [
  ...comparedRecipes,
  {
    name: 'cnn-batch-norm',
    input: 'image',
    build: cnnBatchNorm.buildCnnBatchNorm,
    learningRate: cnnBatchNorm.learningRate,
  },
  {
    name: 'cnn-weight-norm',
    input: 'image',
    build: cnnWeightNorm.buildCnnWeightNorm,
    learningRate: cnnWeightNorm.learningRate,
  },
  {
    name: 'cnn-cosine',
    input: 'image',
    build: cnnCosine.buildCnnCosine,
    learningRate: cnnCosine.learningRate,
  },
  {
    name: 'lstm-layer-norm',
    input: 'rows',
    build: lstmLayerNorm.buildLstmLayerNorm,
    learningRate: lstmLayerNorm.learningRate,
  },
  {
    name: 'tiny-batches',
    input: 'vector',
    build: tinyBatches.buildTinyBatches,
    learningRate: tinyBatches.learningRate,
  },
  {
    name: 'activations',
    input: 'vector',
    build: activations.buildActivations,
    learningRate: activations.learningRate,
  },
  {
    name: 'custom-layer',
    input: 'vector',
    build: customLayer.buildCustomLayer,
    learningRate: customLayer.learningRate,
  },
];
