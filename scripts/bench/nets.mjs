/**
 * Nets, for times with and without `accelerate`. Each: its name, its key in pytorch_nets.py and tf_function_nets.py, how it
 * is built, the limits, and what differs from a batch of 128 and the usual turn.
 */
import * as tf from '@tensorflow/tfjs';
import { cosineDense, dropConnectDense, standoutDense, weightNorm } from '../../dist/src/index.js';
import {
  conv1d,
  convolutional,
  gru,
  lstm,
  normalized,
  perceptron,
  sequential,
  softmax,
} from './networks.mjs';
import { transformer } from './transformer.mjs';

const { layers } = tf;
const sgd = () => tf.train.sgd(0.1);
const adam = () => tf.train.adam();
const relu = { units: 1000, activation: 'relu' };
const dense = (args) => layers.dense({ ...relu, ...args });

const dropConnect = (maskPer) => () =>
  perceptron((args) => [dropConnectDense({ ...relu, ...args, rate: 0.5, maskPer, seed: 1 })]);

/** `limits`: at most this ratio to tfjs as it is, and to PyTorch, on the native backend. */
export const NETS = [
  {
    name: 'dense + relu',
    key: 'dense',
    limits: [0.7, 1.8],
    optimizer: sgd,
    model: () => perceptron((args) => [dense(args)]),
  },
  {
    name: '+ batch norm',
    key: 'batchNorm',
    limits: [0.45, 2],
    optimizer: sgd,
    model: () => normalized(() => layers.batchNormalization()),
  },
  {
    name: '+ layer norm',
    key: 'layerNorm',
    limits: [0.1, 2],
    optimizer: sgd,
    model: () => normalized(() => layers.layerNormalization()),
  },
  {
    name: '+ dropout',
    key: 'dropout',
    limits: [0.6, 1.6],
    optimizer: sgd,
    model: () => perceptron((args) => [dense(args), layers.dropout({ rate: 0.5 })]),
  },
  {
    name: 'cosine',
    key: 'cosine',
    optimizer: sgd,
    model: () => perceptron((args) => [cosineDense({ ...relu, ...args })]),
  },
  {
    name: 'weight norm',
    key: 'weightNorm',
    optimizer: sgd,
    model: () => perceptron((args) => [weightNorm({ layer: dense(args), ...args })]),
  },
  {
    name: 'standout',
    key: 'standout',
    optimizer: sgd,
    model: () => perceptron((args) => [standoutDense({ ...relu, ...args, seed: 1 })]),
  },
  {
    name: 'drop connect, a mask per batch',
    key: 'dropConnect',
    optimizer: sgd,
    model: dropConnect('batch'),
  },
  {
    name: 'drop connect, a mask per example',
    key: 'dropConnectPerExample',
    optimizer: sgd,
    model: dropConnect('example'),
    // A step takes seconds.
    turn: { skip: 0, steps: 1 },
  },
  {
    name: 'small: 784-32-10, batch 32',
    key: 'small',
    batch: 32,
    optimizer: sgd,
    model: () => sequential(dense({ units: 32, inputShape: [784] }), softmax()),
    turn: { skip: 5, steps: 30 },
  },
  {
    name: 'CNN, Adam',
    key: 'cnn',
    limits: [0.85, 1.5],
    optimizer: adam,
    model: () => convolutional(false),
  },
  {
    name: 'CNN + batch norm, Adam',
    key: 'cnnBatchNorm',
    limits: [0.6, 1.7],
    optimizer: adam,
    model: () => convolutional(true),
  },
  {
    name: 'LSTM, gates of sigmoid, Adam',
    key: 'lstm',
    limits: [0.35, 4],
    optimizer: adam,
    model: () => lstm({ recurrentActivation: 'sigmoid' }),
  },
  { name: 'LSTM, gates of hardSigmoid, Adam', optimizer: adam, model: () => lstm({}) },
  {
    name: 'GRU, Adam',
    key: 'gru',
    limits: [1],
    optimizer: adam,
    model: () => gru({ recurrentActivation: 'sigmoid' }),
  },
  { name: 'conv1d, Adam', key: 'conv1d', limits: [1], optimizer: adam, model: conv1d },
  {
    name: 'transformer, Adam',
    key: 'transformer',
    limits: [1],
    optimizer: adam,
    model: () => transformer(),
  },
];

/** The net of this key. */
export const netOf = (key) => NETS.find((net) => net.key === key);
