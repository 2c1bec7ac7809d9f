/** Layers as tf.keras 2, Keras 2.2 and tfjs itself write them: each form of each field, with the plainest one. */
import * as tf from '@tensorflow/tfjs';
import fc from 'fast-check';

/** A config as some library writes it, and the same in its plainest form. */
export interface Written {
  written: Record<string, unknown>;
  plain: Record<string, unknown>;
}

type Value = [written: unknown, plain: unknown];
type Form = fc.Arbitrary<Value>;

/** A value in forms that mean the same, the plainest first; undefined for a field that is left out. */
const forms = (...all: unknown[]): Form => fc.constantFrom(...all).map((written) => [written, all[0]]);
const oneOf = (...all: Form[]): Form => fc.oneof(...all);
const sizes = (size: number, axes: number): Form => forms(Array(axes).fill(size), size);
const flag = (fallback: boolean): Form => oneOf(forms(fallback, fallback, null, undefined), forms(!fallback));
const ABSENT = forms(null, undefined);

const zeros = forms('zeros', { class_name: 'Zeros', config: {} }, undefined);
const ones = forms('ones', { class_name: 'Ones', config: {} }, undefined);
const glorot = forms(
  'glorotUniform',
  { class_name: 'GlorotUniform', config: { seed: null } },
  {
    class_name: 'VarianceScaling',
    config: { scale: 1, mode: 'fan_avg', distribution: 'uniform', seed: null },
  },
);

/** What every layer of tf.keras says. */
const common = { trainable: forms(true, undefined), dtype: forms('float32', undefined) };
const kernel = {
  use_bias: flag(true),
  activation: oneOf(forms('linear', null, undefined), forms('relu'), forms('tanh')),
  kernel_initializer: glorot,
  bias_initializer: zeros,
  kernel_regularizer: ABSENT,
  bias_regularizer: ABSENT,
  activity_regularizer: ABSENT,
  kernel_constraint: ABSENT,
  bias_constraint: ABSENT,
};
const window = (axes: number) => ({
  padding: oneOf(forms('valid', undefined), forms('same')),
  data_format: forms('channels_last', undefined),
  kernel_size: oneOf(sizes(3, axes), sizes(2, axes)),
  strides: oneOf(sizes(1, axes), sizes(2, axes)),
  dilation_rate: forms(Array(axes).fill(1), 1, undefined),
  groups: forms(1, undefined),
});
const recurrent = {
  units: forms(3),
  activation: forms('tanh', undefined),
  recurrent_activation: oneOf(forms('sigmoid'), forms('hard_sigmoid', undefined)),
  use_bias: flag(true),
  recurrent_initializer: forms('glorotUniform'),
  unit_forget_bias: flag(true),
  dropout: forms(0, null, undefined),
  recurrent_dropout: forms(0, null, undefined),
  implementation: forms(1, 2, undefined),
  return_sequences: flag(false),
  return_state: forms(false, null, undefined),
  go_backwards: flag(false),
  stateful: forms(false, null, undefined),
  unroll: forms(false, null, undefined),
  time_major: forms(false, undefined),
  kernel_constraint: ABSENT,
};
const pool = (axes: number) => ({
  pool_size: sizes(2, axes),
  strides: oneOf(sizes(1, axes), sizes(2, axes), forms(null, undefined)),
  padding: forms('valid', undefined),
  data_format: forms('channels_last', undefined),
});
const normalization = {
  epsilon: oneOf(forms(0.001, null, undefined), forms(0.1)),
  center: flag(true),
  scale: flag(true),
  beta_initializer: zeros,
  gamma_initializer: ones,
  beta_regularizer: ABSENT,
  gamma_regularizer: ABSENT,
};
const batchNormalization = (axes: number[], rank: number) => ({
  ...normalization,
  axis: oneOf(...axes.map((axis) => forms(axis, [axis], axis - rank))),
  momentum: oneOf(forms(0.99, null, undefined), forms(0.5)),
  moving_mean_initializer: zeros,
  moving_variance_initializer: ones,
  beta_constraint: ABSENT,
  gamma_constraint: ABSENT,
});

interface Kind {
  className: string;
  /** The shape of one example. */
  input: number[];
  fields: Record<string, Form>;
  /** Where tfjs alone computes another value, or none. */
  unlikeTfjs?: (plain: Record<string, unknown>) => boolean;
}

/** Without scale or center, or over another axis than the last, tfjs does not train, and its cpu backend predicts wrongly. */
const isFixed =
  (last: number) =>
  ({ axis, scale, center }: Record<string, unknown>) =>
    axis !== last || scale === false || center === false;

/** There tfjs gives no gradient to a window without a positive entry. */
const onWasm = (): boolean => tf.getBackend() === 'wasm';

const within = (class_name: string, config: object) => ({ class_name, config: { name: 'inner', ...config } });

export const KINDS: Kind[] = [
  { className: 'Dense', input: [3], fields: { ...common, ...kernel, units: forms(4) } },
  {
    className: 'BatchNormalization',
    input: [5],
    fields: batchNormalization([1], 2),
    unlikeTfjs: isFixed(1),
  },
  {
    className: 'BatchNormalization',
    input: [3, 3, 3],
    fields: batchNormalization([1, 3], 4),
    unlikeTfjs: isFixed(3),
  },
  {
    className: 'LayerNormalization',
    input: [4, 3],
    fields: {
      ...common,
      ...normalization,
      axis: oneOf(forms([2], -1, 2, [-1], undefined), forms([1, 2], [-2, -1])),
    },
  },
  { className: 'LSTM', input: [3, 2], fields: { ...common, ...recurrent } },
  {
    className: 'GRU',
    input: [3, 2],
    fields: { ...common, ...recurrent, reset_after: forms(false, undefined) },
  },
  {
    className: 'Dropout',
    input: [4],
    fields: { ...common, rate: forms(0), noise_shape: ABSENT, seed: ABSENT },
  },
  { className: 'Softmax', input: [4], fields: { ...common, axis: forms(-1, undefined, 1) } },
  {
    className: 'Activation',
    input: [4],
    fields: { ...common, activation: oneOf(forms('softmax'), forms('relu'), forms('hard_sigmoid')) },
  },
  {
    className: 'ReLU',
    input: [4],
    fields: { ...common, max_value: oneOf(forms(6), forms(null, undefined)), negative_slope: forms(0) },
  },
  { className: 'Conv1D', input: [6, 2], fields: { ...common, ...kernel, ...window(1), filters: forms(3) } },
  {
    className: 'Conv2D',
    input: [5, 5, 2],
    fields: { ...common, ...kernel, ...window(2), filters: forms(3) },
  },
  {
    className: 'DepthwiseConv2D',
    input: [5, 5, 2],
    fields: {
      ...common,
      ...kernel,
      ...window(2),
      depth_multiplier: oneOf(forms(1, null, undefined), forms(2)),
      depthwise_initializer: glorot,
    },
  },
  {
    className: 'Conv2DTranspose',
    input: [4, 4, 2],
    fields: { ...common, ...kernel, ...window(2), filters: forms(3), output_padding: ABSENT },
  },
  { className: 'MaxPooling1D', input: [6, 2], fields: { ...common, ...pool(1) }, unlikeTfjs: onWasm },
  { className: 'MaxPooling2D', input: [4, 4, 2], fields: { ...common, ...pool(2) }, unlikeTfjs: onWasm },
  { className: 'AveragePooling2D', input: [4, 4, 2], fields: { ...common, ...pool(2) } },
  {
    className: 'GlobalAveragePooling2D',
    input: [3, 3, 2],
    fields: { ...common, data_format: forms('channels_last', undefined), keepdims: forms(false, undefined) },
  },
  {
    className: 'TimeDistributed',
    input: [3, 4],
    fields: {
      ...common,
      layer: oneOf(
        forms(...[1, [1], -1].map((axis) => within('BatchNormalization', { axis }))),
        forms(...['linear', null].map((activation) => within('Dense', { units: 2, activation }))),
      ),
    },
  },
  {
    className: 'Bidirectional',
    input: [3, 2],
    fields: {
      ...common,
      merge_mode: oneOf(forms('concat', undefined), forms('sum')),
      layer: forms(
        ...[{}, { dropout: 0, stateful: false, return_state: null }].map((others) =>
          within('LSTM', {
            units: 2,
            recurrent_activation: 'sigmoid',
            recurrent_initializer: 'zeros',
            ...others,
          }),
        ),
      ),
    },
  },
  {
    className: 'ZeroPadding2D',
    input: [3, 3, 2],
    fields: {
      ...common,
      padding: forms([
        [1, 1],
        [0, 2],
      ]),
      data_format: forms('channels_last', undefined),
    },
  },
];

/** A config of a kind. */
export function configOf({ fields }: Kind): fc.Arbitrary<Written> {
  return fc.record(fields as Record<string, Form>).map((drawn) => {
    const pick = (which: 0 | 1) =>
      Object.fromEntries(
        Object.entries(drawn).flatMap(([field, value]) =>
          value[which] === undefined ? [] : [[field, value[which]]],
        ),
      );
    return { written: pick(0), plain: pick(1) };
  });
}
