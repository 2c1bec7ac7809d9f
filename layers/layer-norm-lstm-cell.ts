import * as tf from '@tensorflow/tfjs';
import { ArgumentError } from '../src/errors/argument-error.js';
import { type Check, flag, isInteger, positive } from '../src/errors/checks.js';
import { BaseLayer, type LayerArgs } from '../src/layer/base-layer.js';
import type { CallArgs } from '../src/layer/call.js';
import {
  type ArgsOf,
  activation,
  constraint,
  initializer,
  optional,
  regularizer,
  required,
} from '../src/layer/fields.js';
import { register } from '../src/layer/register.js';
import { features } from '../src/layer/shape.js';
import { biasArgs, kernelArgs, weightArgs } from '../src/layer/weights.js';
import { layerNorm } from '../src/ops/layer-norm.js';
import type { Weight } from '../src/tfjs/weights.js';

const units: Check<number> = (owner, argument, value) => {
  if (isInteger(value) && value >= 2) return value;
  const right = 'an integer of 2 or more (the state of one unit alone, normalized, is always 0)';
  throw new ArgumentError(owner, argument, right, value);
};

const fields = {
  /** Size of the output and of each state: an integer of 2 or more. */
  units: required(units),
  /** Activation of the candidate and of the output. Default: 'tanh'. */
  activation: activation('tanh'),
  /** Activation of the gates. Default: 'hardSigmoid', as in tf.layers.lstmCell; the paper's is 'sigmoid'. */
  recurrentActivation: activation('hardSigmoid'),
  /** Add a bias to the gates. Default: true. */
  useBias: optional(flag, true),
  /** Start the forget gate's bias at 1. Default: true. */
  unitForgetBias: optional(flag, true),
  /** Added to each variance inside the root: above 0. Default: 1e-3. */
  epsilon: optional(positive, 1e-3),
  /** Default: 'glorotNormal'. */
  kernelInitializer: initializer('glorotNormal'),
  /** Default: 'orthogonal'. */
  recurrentInitializer: initializer('orthogonal'),
  /** Default: 'zeros'. */
  biasInitializer: initializer('zeros'),
  /** Default: none. */
  kernelRegularizer: regularizer(),
  /** Default: none. */
  recurrentRegularizer: regularizer(),
  /** Default: none. */
  biasRegularizer: regularizer(),
  /** Default: none. */
  kernelConstraint: constraint(),
  /** Default: none. */
  recurrentConstraint: constraint(),
  /** Default: none. */
  biasConstraint: constraint(),
};

export interface LayerNormLSTMCellArgs extends LayerArgs, ArgsOf<typeof fields> {}

/** The cell of {@link layerNormLSTMCell}. */
export class LayerNormLSTMCell extends BaseLayer<typeof fields> {
  static className = 'EvenkeelLayerNormLSTMCell';

  /** The sizes of h and of c, which tf.layers.rnn asks a cell for. */
  readonly stateSize: number[];
  /** Required by tfjs's type of a cell; there are no masks. */
  declare dropoutMask: tf.Tensor;
  declare recurrentDropoutMask: tf.Tensor;

  private kernel!: Weight<tf.Rank.R2>;
  private recurrentKernel!: Weight<tf.Rank.R2>;
  private bias: Weight<tf.Rank.R1> | null = null;
  private kernelGain!: Weight<tf.Rank.R1>;
  private recurrentGain!: Weight<tf.Rank.R1>;
  private cellGain!: Weight<tf.Rank.R1>;
  private cellBias!: Weight<tf.Rank.R1>;

  constructor(args: LayerNormLSTMCellArgs) {
    refuseDropout(args);
    super('layerNormLSTMCell', fields, args);
    const { units } = this.settings;
    this.stateSize = [units, units];
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const inputs = features(this.kind, inputShape);
    const s = this.settings;
    const { units } = s;
    const recurrent = weightArgs(s.recurrentInitializer, s.recurrentRegularizer, s.recurrentConstraint);
    const [zeros, ones] = [tf.initializers.zeros(), tf.initializers.ones()];
    this.kernel = this.weight('kernel', [inputs, 4 * units], ...kernelArgs(s));
    this.recurrentKernel = this.weight('recurrentKernel', [units, 4 * units], ...recurrent);
    if (s.useBias) {
      this.bias = this.weight('bias', [4 * units], ...biasArgs(s));
      if (s.unitForgetBias) openForgetGate(this.bias);
    }
    this.kernelGain = this.weight('kernelGain', [4 * units], ones);
    this.recurrentGain = this.weight('recurrentGain', [4 * units], ones);
    this.cellGain = this.weight('cellGain', [units], ones);
    this.cellBias = this.weight('cellBias', [units], zeros);
    super.build(inputShape);
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape[] {
    const batch = (Array.isArray(inputShape[0]) ? inputShape[0][0] : inputShape[0]) ?? null;
    return Array.from({ length: 3 }, () => [batch, this.settings.units]);
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: CallArgs): tf.Tensor[] {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const [x, h, c] = threeOf(this.kind, inputs);
      const { activation, recurrentActivation, epsilon } = this.settings;
      const [i, f, candidate, o] = gatesOf(this.preactivation(x, h));
      const kept = recurrentActivation.apply(f).mul(c);
      const cell: tf.Tensor2D = kept.add(recurrentActivation.apply(i).mul(activation.apply(candidate)));
      const normal = layerNorm(cell, this.cellGain.read(), this.cellBias.read(), { epsilon });
      const output = recurrentActivation.apply(o).mul(activation.apply(normal));
      return [output, output, cell];
    });
  }

  /** Of the four gates, `[batch, 4 units]`. */
  private preactivation(x: tf.Tensor, h: tf.Tensor): tf.Tensor2D {
    const { epsilon } = this.settings;
    const byInput: tf.Tensor2D = tf.matMul(x, this.kernel.read());
    const byState: tf.Tensor2D = tf.matMul(h, this.recurrentKernel.read());
    const bias = this.bias?.read() ?? null;
    return layerNorm(byInput, this.kernelGain.read(), bias, { epsilon }).add(
      layerNorm(byState, this.recurrentGain.read(), null, { epsilon }),
    );
  }

  /**
   * With `config`, the cell as it is written into the config of a layer: of a recurrent layer `tf.layers.bidirectional`
   * reads the config twice, and finds the cell itself the second time.
   */
  get className(): string {
    return this.getClassName();
  }

  get config(): tf.serialization.ConfigDict {
    return this.getConfig();
  }
}
register(LayerNormLSTMCell);

function refuseDropout(args: object | undefined): void {
  const right = '0 or left out (drop the input of tf.layers.rnn instead)';
  for (const [name, rate] of Object.entries(args ?? {})) {
    if (['dropout', 'recurrentDropout'].includes(name) && rate) {
      throw new ArgumentError('layerNormLSTMCell', name, right, rate);
    }
  }
}

type Four = [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];

/** The gates stand in the order input, forget, candidate, output. */
function gatesOf(z: tf.Tensor): Four {
  const [input, forget, candidate, output] = tf.split(z, 4, -1);
  return [input!, forget!, candidate!, output!];
}

function openForgetGate(bias: tf.LayerVariable): void {
  tf.tidy(() => {
    const [input, forget, ...others] = gatesOf(bias.read());
    bias.write(tf.concat([input, tf.onesLike(forget), ...others]));
  });
}

function threeOf(kind: string, inputs: tf.Tensor | tf.Tensor[]): [tf.Tensor, tf.Tensor, tf.Tensor] {
  const list = [inputs].flat();
  const [x, h, c] = list;
  if (x && h && c && list.length === 3) return [x, h, c];
  throw new ArgumentError(kind, 'the number of inputs', '3 (input, h and c)', list.length);
}

/**
 * An LSTM cell with layer normalization, for `tf.layers.rnn`. LN normalizes each example by the mean and the variance of
 * its features; g are gains:
 *
 * `[i, f, c~, o] = g_x LN(x W) + g_h LN(h U) + b`, each LN over all four gates together;
 * `c' = s(f) c + s(i) a(c~)`, `h' = s(o) a(g_c LN(c') + b_c)`, with s the recurrent activation, a the activation.
 *
 * Input `[batch, features]` and the states h, c `[batch, units]` each; output h' and the states h', c'. Training and
 * inference are the same function. Weights: kernel `[features, 4 units]`, recurrentKernel `[units, 4 units]`, bias
 * `[4 units]`, kernelGain, recurrentGain `[4 units]`, cellGain, cellBias `[units]`; gains start at 1, cellBias at 0. The
 * output does not change when the kernel or the recurrent kernel is multiplied by a positive number, if epsilon is small
 * beside the variances.
 *
 * Dropout within the cell is refused: tf.layers.rnn never tells a cell that a sequence begins, so a mask would never
 * change. In tfjs 4.22, `tf.layers.rnn` leaves out the regularization losses of any cell: they are in
 * `cell.calculateLosses()`.
 *
 * Differs from the paper:
 * 1. the two normalized products have gains, and one bias b in place of two;
 * 2. the gates are hardSigmoid by default, as in tf.layers.lstmCell;
 * 3. the bias of the forget gate starts at 1.
 *
 * Reference: Ba, Kiros, Hinton, "Layer Normalization", arXiv 1607.06450, equations 20 to 22.
 *
 * ```ts
 * model.add(tf.layers.rnn({ cell: layerNormLSTMCell({ units: 128 }), inputShape: [28, 28] }));
 * model.add(tf.layers.bidirectional({ layer: tf.layers.rnn({ cell: layerNormLSTMCell({ units: 64 }) }) }));
 * ```
 */
export function layerNormLSTMCell(args: LayerNormLSTMCellArgs): LayerNormLSTMCell {
  return new LayerNormLSTMCell(args);
}
