/** How the nets of nets.mjs are built. */
import * as tf from '@tensorflow/tfjs';

const { layers } = tf;

export const sequential = (...list) => tf.sequential({ layers: list });
export const softmax = () => layers.dense({ units: 10, activation: 'softmax' });

/** 784-1000-1000-10. */
export function perceptron(hidden) {
  const [first, ...rest] = [0, 1].flatMap((i) => hidden(i === 0 ? { inputShape: [784] } : {}));
  return sequential(first, ...rest, softmax());
}

/** Two of a kind of dense layer, each with what follows it. */
export const normalized = (layer) =>
  perceptron((args) => [layers.dense({ units: 1000, useBias: false, ...args }), layer(), layers.reLU()]);

export function convolutional(norm) {
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

export const lstm = (args) => sequential(layers.lstm({ ...recurrent, ...args }), softmax());
export const gru = (args) => sequential(layers.gru({ ...recurrent, ...args }), softmax());

export const conv1d = () =>
  sequential(
    layers.conv1d({ filters: 64, kernelSize: 3, padding: 'same', activation: 'relu', inputShape: [28, 28] }),
    layers.globalAveragePooling1d(),
    softmax(),
  );

/** A step of training with a batch of random examples. */
export function trainer({ model: make, optimizer, batch = 128 }) {
  const model = make();
  model.compile({ optimizer: optimizer(), loss: 'categoricalCrossentropy' });
  const x = tf.randomNormal([batch, ...model.inputs[0].shape.slice(1)], 0, 1, 'float32', 1);
  const y = tf.oneHot(tf.range(0, batch, 1, 'int32').mod(tf.scalar(10, 'int32')), 10).toFloat();
  return {
    model,
    // Reads the loss, so that it ends when the work is done.
    step: () => model.trainOnBatch(x, y),
    dispose: () => {
      tf.dispose([x, y]);
      model.optimizer.dispose();
      model.dispose();
    },
  };
}
