import * as tf from '@tensorflow/tfjs';
import { BaseLayer, type LayerArgs } from '../layer/base-layer.js';
import type { CallArgs } from '../layer/call.js';
import type { ArgsOf, Fields } from '../layer/fields.js';
import { copyOf } from '../tfjs/copy-layer.js';
import { recurrentFields } from '../tfjs/inside.js';

type Args<F extends Fields> = LayerArgs & Partial<ArgsOf<F>> & { layer: tf.layers.Layer };

/**
 * A layer around a copy of another one. Its shapes and masks are those of the layer inside, and so is all that
 * `tf.layers.bidirectional` reads of a recurrent layer.
 */
export abstract class WrapperLayer<F extends Fields> extends BaseLayer<F> {
  /** The layer inside. */
  readonly layer: tf.layers.Layer;

  constructor(kind: string, fields: F, args: Args<F>) {
    const { goBackwards } = recurrentFields(args.layer);
    // tf.layers.bidirectional asks by this for the layer of the other direction.
    const asked =
      'goBackwards' in args && args.goBackwards !== undefined
        ? { goBackwards: args.goBackwards === true }
        : {};
    const layer = copyOf(args.layer, asked);
    const others = goBackwards === undefined ? [] : ['goBackwards'];
    super(kind, fields, { ...args, layer }, layerArgs(args), others);
    this.layer = layer;
    if (goBackwards !== undefined) this.inputSpec = [new tf.InputSpec({})];
    this.supportsMasking = layer.supportsMasking;
  }

  override computeOutputShape(inputShape: tf.Shape | tf.Shape[]): tf.Shape | tf.Shape[] {
    return this.layer.computeOutputShape(inputShape);
  }

  override computeMask(
    inputs: tf.Tensor | tf.Tensor[],
    mask?: tf.Tensor | tf.Tensor[],
  ): tf.Tensor | tf.Tensor[] {
    return this.layer.computeMask(inputs, mask);
  }

  get returnSequences(): boolean | undefined {
    return recurrentFields(this.layer).returnSequences;
  }

  get returnState(): boolean | undefined {
    return recurrentFields(this.layer).returnState;
  }

  get states(): (tf.Tensor | null)[] | undefined {
    return recurrentFields(this.layer).states;
  }

  /** Read by the constructor of tfjs too, before there is a layer inside. */
  override get stateful(): boolean {
    return this.layer?.stateful ?? false;
  }

  override resetStates(): void {
    this.layer.resetStates();
  }

  /** A recurrent layer's initial state comes in the list of inputs, or by its name as in tfjs. */
  override apply(
    inputs: tf.Tensor | tf.Tensor[] | tf.SymbolicTensor | tf.SymbolicTensor[],
    kwargs?: CallArgs,
  ): tf.Tensor | tf.Tensor[] | tf.SymbolicTensor {
    const { initialState, ...rest } = kwargs ?? {};
    const all = initialState ? [inputs, initialState].flat() : inputs;
    // Any number of states may follow the input.
    if (this.inputSpec) this.inputSpec = [all].flat().map(() => new tf.InputSpec({}));
    return super.apply(all as tf.Tensor, rest) as tf.Tensor;
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { goBackwards } = recurrentFields(this.layer);
    return { ...super.getConfig(), ...(goBackwards === undefined ? {} : { goBackwards }) };
  }
}

/** The arguments for tfjs's base class: name, trainable and input shape are by default those of the layer inside. */
function layerArgs(args: LayerArgs & { layer: tf.layers.Layer }): LayerArgs {
  const { name, trainable, batchInputShape } = args.layer;
  return {
    ...(batchInputShape ? { batchInputShape } : {}),
    ...args,
    name: args.name ?? name,
    trainable: args.trainable ?? trainable,
  };
}
