import * as tf from '@tensorflow/tfjs';
import { ArgumentError, argumentsObject, knownArguments, positive } from '../src/errors/argument-error.js';
import type { CallArgs } from '../src/layer/call.js';
import { register } from '../src/layer/register.js';
import { features } from '../src/layer/shape.js';
import { layerNorm } from '../src/ops/layer-norm.js';

const LAYER = 'layerNormLSTMCell';

type LSTMCellArgs = Parameters<typeof tf.layers.lstmCell>[0];

export interface LayerNormLSTMCellArgs
  extends Omit<LSTMCellArgs, 'dropout' | 'recurrentDropout' | 'dropoutFunc' | 'implementation'> {
  /** Size of the output and of each state: an integer of 2 or more. */
  units: number;
  /** Of the candidate and of the output. Default: 'tanh'. */
  activation?: NonNullable<LSTMCellArgs['activation']>;
  /** Of the gates. Default: 'hardSigmoid', as in tf.layers.lstmCell; the paper's is 'sigmoid'. */
  recurrentActivation?: NonNullable<LSTMCellArgs['recurrentActivation']>;
  /** Default: true. */
  useBias?: boolean;
  /** Start the forget gate's bias at 1. Default: true. */
  unitForgetBias?: boolean;
  /** Added to each variance inside the root: above 0. Default: 1e-3. */
  epsilon?: number;
}

/**
 * A cell of an LSTM with layer normalization, for `tf.layers.rnn`. With LN the normalization of each example by the mean
 * and the variance of its own features, and gains g:
 *
 * `[i, f, c~, o] = g_x LN(x W) + g_h LN(h U) + b`, each LN over all four gates of its product;
 * `c' = s(f) c + s(i) a(c~)`, `h' = s(o) a(g_c LN(c') + b_c)`, with s the recurrent activation, a the activation.
 *
 * Input `[batch, features]` and the states h, c `[batch, units]` each; output h' and the states h', c'. Training and
 * inference are the same function. Weights: kernel `[features, 4 units]`, recurrentKernel `[units, 4 units]`, bias
 * `[4 units]`, kernelGain, recurrentGain `[4 units]`, cellGain, cellBias `[units]`; gains start at 1, cellBias at 0. The
 * output does not change when kernel or recurrent kernel are multiplied by a positive number, as far as epsilon is small
 * beside the variances.
 *
 * Dropout within the cell is refused: tf.layers.rnn never tells a cell that a sequence begins, so that a mask would be
 * kept for ever. `tf.layers.rnn` of tfjs 4.22 leaves out the regularization losses of its cell, of this one as of the
 * built-in ones: they are in `cell.calculateLosses()`.
 *
 * Differs from the paper:
 * 1. the two normalized products have gains and no biases of their own: their sum is b;
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
export class LayerNormLSTMCell extends tf.layers.Layer {
  static className = 'EvenkeelLayerNormLSTMCell';

  /** Of h and of c: what tf.layers.rnn asks of a cell. */
  readonly stateSize: number[];
  /** Here for the type of a cell alone: there are no masks. */
  declare dropoutMask: tf.Tensor;
  declare recurrentDropoutMask: tf.Tensor;

  private readonly units: number;
  private readonly epsilon: number;
  private readonly template: tf.layers.Layer;
  private kernel!: tf.LayerVariable;
  private recurrentKernel!: tf.LayerVariable;
  private bias?: tf.LayerVariable;
  private kernelGain!: tf.LayerVariable;
  private recurrentGain!: tf.LayerVariable;
  private cellGain!: tf.LayerVariable;
  private cellBias!: tf.LayerVariable;

  constructor(args: LayerNormLSTMCellArgs) {
    super(args ?? {});
    if (!Number.isInteger(args?.units) || args.units < 2) {
      const right = 'an integer of 2 or more (the state of one unit alone, normalized, is always 0)';
      throw new ArgumentError(LAYER, 'units', right, args?.units);
    }
    refuseDropout(args as LSTMCellArgs);
    this.units = args.units;
    this.stateSize = [args.units, args.units];
    this.epsilon = positive(LAYER, 'epsilon', args.epsilon ?? 1e-3);
    this.template = template(args);
    knownArguments(this, LAYER, args);
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    const inputs = features(LAYER, inputShape);
    const { units } = this;
    const t = cellFields(this.template);
    const kernel = [t.kernelInitializer, t.kernelRegularizer, true, t.kernelConstraint] as const;
    const recurrent = [t.recurrentInitializer, t.recurrentRegularizer, true, t.recurrentConstraint] as const;
    const bias = [t.biasInitializer, t.biasRegularizer, true, t.biasConstraint] as const;
    const [zeros, ones] = [tf.initializers.zeros(), tf.initializers.ones()];
    this.kernel = this.addWeight('kernel', [inputs, 4 * units], 'float32', ...kernel);
    this.recurrentKernel = this.addWeight('recurrentKernel', [units, 4 * units], 'float32', ...recurrent);
    if (t.useBias) {
      this.bias = this.addWeight('bias', [4 * units], 'float32', ...bias);
      if (t.unitForgetBias) openForgetGate(this.bias);
    }
    this.kernelGain = this.addWeight('kernelGain', [4 * units], 'float32', ones);
    this.recurrentGain = this.addWeight('recurrentGain', [4 * units], 'float32', ones);
    this.cellGain = this.addWeight('cellGain', [units], 'float32', ones);
    this.cellBias = this.addWeight('cellBias', [units], 'float32', zeros);
    super.build(inputShape);
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape[] {
    const batch = (Array.isArray(inputShape[0]) ? inputShape[0][0] : inputShape[0]) ?? null;
    return Array.from({ length: 3 }, () => [batch, this.units]);
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: CallArgs): tf.Tensor[] {
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const [x, h, c] = threeOf(inputs);
      const { activation, recurrentActivation } = cellFields(this.template);
      const z = this.preactivation(x, h);
      const [i, f, candidate, o] = tf.split(z, 4, 1) as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
      const kept = recurrentActivation.apply(f).mul(c);
      const cell = kept.add(recurrentActivation.apply(i).mul(activation.apply(candidate))) as tf.Tensor2D;
      const { epsilon } = this;
      const normal = layerNorm(cell, read(this.cellGain), read(this.cellBias), { epsilon });
      const output = recurrentActivation.apply(o).mul(activation.apply(normal));
      return [output, output, cell];
    });
  }

  /** What goes into the four gates, `[batch, 4 units]`. */
  private preactivation(x: tf.Tensor2D, h: tf.Tensor2D): tf.Tensor2D {
    const { epsilon } = this;
    const byInput: tf.Tensor2D = tf.matMul(x, this.kernel.read() as tf.Tensor2D);
    const byState: tf.Tensor2D = tf.matMul(h, this.recurrentKernel.read() as tf.Tensor2D);
    const bias = this.bias ? read(this.bias) : null;
    return layerNorm(byInput, read(this.kernelGain), bias, { epsilon }).add(
      layerNorm(byState, read(this.recurrentGain), null, { epsilon }),
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

  override getConfig(): tf.serialization.ConfigDict {
    const written = this.template.getConfig();
    const cell = Object.fromEntries(FORWARDED.map((name) => [name, written[name] ?? null]));
    const { units, epsilon } = this;
    return { ...super.getConfig(), ...cell, units, epsilon };
  }
}
register(LayerNormLSTMCell);

/** The arguments of the built-in cell that go into the config of this one. */
const FORWARDED = [
  'activation',
  'recurrentActivation',
  'useBias',
  'kernelInitializer',
  'recurrentInitializer',
  'biasInitializer',
  'unitForgetBias',
  'kernelRegularizer',
  'recurrentRegularizer',
  'biasRegularizer',
  'kernelConstraint',
  'recurrentConstraint',
  'biasConstraint',
] as const;

type Initializer = ReturnType<typeof tf.initializers.zeros>;
type Regularizer = ReturnType<typeof tf.regularizers.l2>;
type Constraint = ReturnType<typeof tf.constraints.nonNeg>;
interface Activation {
  apply(x: tf.Tensor): tf.Tensor;
}

interface CellFields {
  useBias: boolean;
  unitForgetBias: boolean;
  activation: Activation;
  recurrentActivation: Activation;
  kernelInitializer: Initializer;
  recurrentInitializer: Initializer;
  biasInitializer: Initializer;
  kernelRegularizer?: Regularizer;
  recurrentRegularizer?: Regularizer;
  biasRegularizer?: Regularizer;
  kernelConstraint?: Constraint;
  recurrentConstraint?: Constraint;
  biasConstraint?: Constraint;
}

/** A cell that is never built: it resolves arguments by name and writes them back into a config. */
function template(args: LayerNormLSTMCellArgs): tf.layers.Layer {
  const chosen = Object.fromEntries(
    FORWARDED.flatMap((name) => (args[name] === undefined ? [] : [[name, args[name]]])),
  );
  return tf.layers.lstmCell({ unitForgetBias: true, ...chosen, units: args.units, name: 'template' });
}

function cellFields(template: tf.layers.Layer): CellFields {
  return template as unknown as CellFields;
}

function refuseDropout({ dropout, recurrentDropout }: LSTMCellArgs): void {
  const right = '0 or left out (drop the input of tf.layers.rnn instead)';
  for (const [name, rate] of Object.entries({ dropout, recurrentDropout })) {
    if (rate) throw new ArgumentError(LAYER, name, right, rate);
  }
}

/** The gates stand in the order input, forget, candidate, output. */
function openForgetGate(bias: tf.LayerVariable): void {
  tf.tidy(() => {
    const [input, forget, ...others] = tf.split(bias.read(), 4) as [
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
    ];
    bias.write(tf.concat([input, tf.onesLike(forget), ...others]));
  });
}

function threeOf(inputs: tf.Tensor | tf.Tensor[]): [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D] {
  if (!Array.isArray(inputs) || inputs.length !== 3) {
    const received = Array.isArray(inputs) ? inputs.length : 1;
    throw new ArgumentError(LAYER, 'the number of inputs', '3 (input, h and c)', received);
  }
  return inputs as [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D];
}

function read(weight: tf.LayerVariable): tf.Tensor1D {
  return weight.read() as tf.Tensor1D;
}

/** A cell of an LSTM with layer normalization; see {@link LayerNormLSTMCell}. */
export function layerNormLSTMCell(args: LayerNormLSTMCellArgs): LayerNormLSTMCell {
  return new LayerNormLSTMCell(argumentsObject(LAYER, 'units', args));
}
