/** Nets of built-in layers, for times with and without `accelerate`. Each: its name, how it is built, and the limits. */
import * as tf from '@tensorflow/tfjs';
import { transformer } from './transformer.mjs';

const { layers } = tf;
const sequential = (...list) => tf.sequential({ layers: list });
const softmax = () => layers.dense({ units: 10, activation: 'softmax' });

function perceptron(hidden) {
  const [first, ...rest] = [0, 1].flatMap((i) => hidden(i === 0 ? { inputShape: [784] } : {}));
  return sequential(first, ...rest, softmax());
}

function convolutional(norm) {
  const block = (filters, args) => [
    layers.conv2d({
      filters,
      kernelSize: 3,
      padding: 'same',
      useBias: !norm,
      activation: norm ? 'linear' : 'relu',
      ...args,
    }),
    ...(norm ? [layers.batchNormalization(), layers.reLU()] : []),
    layers.maxPooling2d({ poolSize: 2 }),
  ];
  return sequential(
    ...block(32, { inputShape: [28, 28, 1] }),
    ...block(64, {}),
    layers.flatten(),
    layers.dense({ units: 128, activation: 'relu' }),
    softmax(),
  );
}

const recurrent = { units: 128, inputShape: [28, 28], recurrentInitializer: 'glorotNormal' };
const sgd = () => tf.train.sgd(0.1);
const adam = () => tf.train.adam();

/** `limits`: at most this ratio to tfjs as it is, and to PyTorch, on the native backend. */
export const NETS = [
  {
    name: 'dense + relu',
    torch: 'dense',
    limits: [0.7, 1.8],
    optimizer: sgd,
    model: () => perceptron((args) => [layers.dense({ units: 1000, activation: 'relu', ...args })]),
  },
  {
    name: '+ batch norm',
    torch: 'batchNorm',
    limits: [0.45, 2],
    optimizer: sgd,
    model: () =>
      perceptron((args) => [
        layers.dense({ units: 1000, useBias: false, ...args }),
        layers.batchNormalization(),
        layers.reLU(),
      ]),
  },
  {
    name: '+ layer norm',
    torch: 'layerNorm',
    limits: [0.1, 2],
    optimizer: sgd,
    model: () =>
      perceptron((args) => [
        layers.dense({ units: 1000, useBias: false, ...args }),
        layers.layerNormalization(),
        layers.reLU(),
      ]),
  },
  {
    name: '+ dropout',
    torch: 'dropout',
    limits: [0.6, 1.6],
    optimizer: sgd,
    model: () =>
      perceptron((args) => [
        layers.dense({ units: 1000, activation: 'relu', ...args }),
        layers.dropout({ rate: 0.5 }),
      ]),
  },
  {
    name: 'CNN, Adam',
    torch: 'cnn',
    limits: [0.85, 1.5],
    optimizer: adam,
    model: () => convolutional(false),
  },
  {
    name: 'CNN + batch norm, Adam',
    torch: 'cnnBatchNorm',
    limits: [0.6, 1.7],
    optimizer: adam,
    model: () => convolutional(true),
  },
  {
    name: 'LSTM, gates of sigmoid, Adam',
    torch: 'lstm',
    limits: [0.35, 4],
    optimizer: adam,
    model: () => sequential(layers.lstm({ ...recurrent, recurrentActivation: 'sigmoid' }), softmax()),
  },
  {
    name: 'LSTM, gates of hardSigmoid, Adam',
    limits: [],
    optimizer: adam,
    model: () => sequential(layers.lstm(recurrent), softmax()),
  },
  {
    name: 'GRU, Adam',
    torch: 'gru',
    limits: [1],
    optimizer: adam,
    model: () => sequential(layers.gru({ ...recurrent, recurrentActivation: 'sigmoid' }), softmax()),
  },
  {
    name: 'conv1d, Adam',
    torch: 'conv1d',
    limits: [1],
    optimizer: adam,
    model: () =>
      sequential(
        layers.conv1d({
          filters: 64,
          kernelSize: 3,
          padding: 'same',
          activation: 'relu',
          inputShape: [28, 28],
        }),
        layers.globalAveragePooling1d(),
        softmax(),
      ),
  },
  {
    name: 'transformer, Adam',
    torch: 'transformer',
    limits: [1],
    optimizer: adam,
    model: () => transformer(),
  },
];

/** A step of training with a batch of random examples. */
export function trainer({ model: make, optimizer }, batch = 128) {
  const model = make();
  model.compile({ optimizer: optimizer(), loss: 'categoricalCrossentropy' });
  const x = tf.randomNormal([batch, ...model.inputs[0].shape.slice(1)], 0, 1, 'float32', 1);
  const y = tf.oneHot(tf.range(0, batch, 1, 'int32').mod(tf.scalar(10, 'int32')), 10).toFloat();
  return {
    // Reads the loss, so that it ends when the work is done.
    step: () => model.trainOnBatch(x, y),
    dispose: () => {
      tf.dispose([x, y]);
      model.optimizer.dispose();
      model.dispose();
    },
  };
}
