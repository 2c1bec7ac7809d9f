import * as tf from '@tensorflow/tfjs';
import { ArgumentError } from '../errors/argument-error.js';
import type { RankOf, Weight } from '../tfjs/weights.js';
import { argumentsObject } from './arguments-object.js';
import type { ArgsOf, Fields, ValuesOf } from './fields.js';
import type { WeightArgs } from './weights.js';

/** What tfjs takes for every layer. */
export type LayerArgs = NonNullable<ConstructorParameters<typeof tf.layers.Layer>[0]>;

/** The arguments that tfjs takes for every layer or adds to its config where it loads a model, and `inputDim` of dense layers. */
const OF_EVERY_LAYER = [
  'name',
  'trainable',
  'dtype',
  'inputShape',
  'batchInputShape',
  'batchSize',
  'inputDType',
  'updatable',
  'weights',
  'inputDim',
  'customObjects',
  'fastWeightInitDuringBuild',
];

/**
 * A layer whose arguments are described by fields: from these follow the checks, the defaults, the config, and the refusal
 * of an argument that the layer does not know.
 */
export abstract class BaseLayer<F extends Fields> extends tf.layers.Layer {
  /** The layer's arguments with their defaults. */
  protected settings: ValuesOf<F>;

  /**
   * @param kind the name of the layer's factory, for errors
   * @param layerArgs for the base class of tfjs, where they differ from args
   * @param others names of further arguments, which the subclass checks
   * @throws ArgumentError for an unknown argument, or one that is out of its domain
   */
  constructor(
    protected readonly kind: string,
    private readonly fields: F,
    args: (LayerArgs & Partial<ArgsOf<F>>) | undefined,
    layerArgs: LayerArgs | undefined = args,
    others: readonly string[] = [],
  ) {
    const given = argumentsObject(kind, Object.keys(fields)[0] ?? 'name', args) ?? {};
    refuseUnknown(kind, [...Object.keys(fields), ...others], given);
    super(layerArgs ?? {});
    this.settings = settingsOf(kind, fields, given);
  }

  /** Adds a weight of float32. */
  protected weight<Shape extends number[]>(
    name: string,
    shape: [...Shape],
    ...args: Partial<WeightArgs>
  ): Weight<RankOf<Shape>> {
    return this.addWeight(name, shape, 'float32', ...args) as Weight<RankOf<Shape>>;
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { fields, settings } = this;
    const own = Object.entries(fields).map(([name, field]) => [name, field.write(settings[name])]);
    return { ...super.getConfig(), ...Object.fromEntries(own) };
  }
}

/** Otherwise a misspelt name would be silent: the argument would keep its default. */
export function refuseUnknown(kind: string, own: readonly string[], given: object | undefined): void {
  const unknown = Object.keys(given ?? {}).find((key) => !own.includes(key) && !OF_EVERY_LAYER.includes(key));
  if (unknown !== undefined) {
    throw new ArgumentError(kind, 'each argument', `one of ${own.join(', ')} or of every layer`, unknown);
  }
}

/** The values of fields, from the arguments given. */
export function settingsOf<F extends Fields>(kind: string, fields: F, given: object): ValuesOf<F> {
  const args = new Map(Object.entries(given));
  const read = Object.entries(fields).map(([name, field]) => [name, field.read(kind, name, args.get(name))]);
  return Object.fromEntries(read);
}
