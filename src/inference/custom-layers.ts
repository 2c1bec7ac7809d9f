import * as tf from '@tensorflow/tfjs';

/** A layer that loads only where its class is registered. */
export interface CustomLayer {
  readonly name: string;
  readonly className: string;
}

/** The classes of layers that tfjs 4.22 registers. */
const BUILT_IN = new Set(
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

/** The layers of a model that are not built in, those of nested models and inside of wrappers and cells too. */
export function customLayersOf(model: tf.LayersModel): CustomLayer[] {
  return model.layers.flatMap((layer) => customIn(layer, layer.name));
}

function customIn(layer: tf.layers.Layer, name: string): CustomLayer[] {
  if (layer instanceof tf.LayersModel) return customLayersOf(layer);
  const className = layer.getClassName();
  if (!BUILT_IN.has(className)) return [{ name, className }];
  const {
    layer: inner,
    cell,
    cells,
  } = layer as unknown as {
    layer?: tf.layers.Layer;
    cell?: tf.layers.Layer;
    cells?: tf.layers.Layer[];
  };
  return [inner, cell, ...(cells ?? [])].flatMap((part) => (part ? customIn(part, name) : []));
}
