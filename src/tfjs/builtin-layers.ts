import type * as tf from '@tensorflow/tfjs';
import { builtin } from './builtins.js';

/** The classes of layers that tfjs 4.22 registers. */
const NAMES = new Set(
  (
    'InputLayer Model Functional Sequential ReLU LeakyReLU PReLU ELU ThresholdedReLU Softmax Conv1D Conv2D Conv3D ' +
    'Conv2DTranspose Conv3DTranspose SeparableConv2D DepthwiseConv2D Cropping2D UpSampling2D RNN SimpleRNN SimpleRNNCell ' +
    'GRU GRUCell LSTM LSTMCell StackedRNNCells ConvLSTM2D ConvLSTM2DCell Dropout SpatialDropout1D Dense Flatten ' +
    'Activation RepeatVector Reshape Permute Masking Embedding Add Multiply Average Maximum Minimum Concatenate Dot ' +
    'GaussianNoise GaussianDropout AlphaDropout BatchNormalization LayerNormalization ZeroPadding2D MaxPooling1D ' +
    'MaxPooling2D MaxPooling3D AveragePooling1D AveragePooling2D AveragePooling3D GlobalAveragePooling1D ' +
    'GlobalAveragePooling2D GlobalMaxPooling1D GlobalMaxPooling2D TimeDistributed Bidirectional Rescaling CenterCrop ' +
    'CategoryEncoding Resizing RandomWidth'
  ).split(' '),
);

const METHODS = ['call', 'apply'];

/**
 * The class of tfjs that a layer is of, by its name; null for one of a user's class, which inherits the name of the class
 * that it extends, and for one with a method put on the object.
 */
export function builtinLayer(layer: tf.layers.Layer): string | null {
  const name = layer.getClassName();
  const own = NAMES.has(name) && layer.constructor === builtin(name) && !replacedMethod(layer);
  return own ? name : null;
}

/** A method that was put on the layer itself, in place of that of its class. */
export function replacedMethod(layer: tf.layers.Layer): string | undefined {
  return METHODS.find((method) => Object.hasOwn(layer, method));
}

/** The name of a layer's class: of one that has no `className` of its own, not that of the class which it extends. */
export function classNameOf(layer: tf.layers.Layer): string {
  const own = layer.constructor;
  return Object.hasOwn(own, 'className') ? layer.getClassName() : own.name || layer.getClassName();
}
