import * as tf from '@tensorflow/tfjs';
import { count } from '../errors/checks.js';
import { atPrediction, type Draw, drawOf, givenDraw } from '../random/draws.js';
import { placeIn, streamOfPlace } from '../random/place.js';
import { type Changing, changesWithin, countedCall } from '../steps/changing.js';
import { currentPass } from '../tfjs/pass.js';
import { dropWeight } from '../tfjs/weights.js';
import { type LayerArgs, settingsOf } from './base-layer.js';
import type { CallArgs } from './call.js';
import { CountWeight } from './count-weight.js';
import type { ArgsOf, Fields } from './fields.js';
import { type Place, type RandomArgs, randomFields } from './randomness.js';
import { SingleInputLayer } from './single-input-layer.js';

/** The counts that a layer may have, in the order of the weights that held them once. */
const COUNTS = ['step', 'predictions'] as const;

interface Counts {
  step: number;
  predictions?: number;
}

/**
 * A layer with random numbers: a new draw at each training call, from the seed, the name or place, and the number of the
 * call. The config holds all of these: a saved model continues with the next draw, and its weights can be averaged, sent
 * and copied, since no count is among them.
 */
export abstract class RandomLayer<F extends Fields = Fields> extends SingleInputLayer<F> {
  private readonly seed: number;
  private place: Place;
  private counted: Counts;
  /** For a model saved before counts stood in configs: the weights that hold them, which are still to be loaded. */
  private counts: Map<keyof Counts, CountWeight> | null = null;

  constructor(
    kind: string,
    fields: F,
    args: (LayerArgs & RandomArgs & Partial<ArgsOf<F>>) | undefined,
    layerArgs: LayerArgs | undefined = args,
  ) {
    super(kind, fields, args, layerArgs, Object.keys(randomFields));
    const { seed, step, place } = settingsOf(kind, randomFields, args ?? {});
    this.seed = seed;
    // A layer that is given a name draws by it, unless a config says otherwise.
    this.place = place ?? (args?.name ? null : 'unsettled');
    this.counted = { step };
  }

  /** The number of the next training call, from 0. It may be set: at 0 the layer repeats its first draw. */
  get step(): number {
    this.readCounts();
    return this.counted.step;
  }

  set step(value: number) {
    this.readCounts(true);
    this.counted.step = count(this.kind, 'step', value);
  }

  /** Has predictions counted too, apart from training calls. */
  protected countPredictions(from: number): void {
    this.counted.predictions = from;
  }

  override build(inputShape: tf.Shape | tf.Shape[]): void {
    if (this.counts) {
      for (const name of COUNTS.filter((name) => name in this.counted)) {
        const zeros = tf.initializers.zeros();
        const weight = this.addWeight(name, [2], 'int32', zeros, undefined, false);
        this.counts.set(name, new CountWeight(this.kind, weight));
      }
    }
    super.build(inputShape);
  }

  /** The draw of this call, which is counted. A test gives numbers by `apply(x, { training: true, noise })`, uncounted. */
  protected draw(kwargs: CallArgs): Draw {
    this.readCounts(true);
    const name = kwargs.training ? 'step' : 'predictions';
    const step = this.counted[name] ?? 0;
    if (kwargs.noise instanceof tf.Tensor) return givenDraw(kwargs.noise, step);
    const stream = { seed: this.seed, layer: this.streamName(kwargs) };
    return drawOf(kwargs.training ? stream : atPrediction(stream), this.count(name));
  }

  /** Counts a call, here and wherever a compiled step makes it again; returns its number. */
  private count(name: keyof Counts): Changing {
    changesWithin(this, 'counted');
    return countedCall(
      () => this.counted[name] ?? 0,
      (count) => {
        this.counted[name] = count;
      },
    );
  }

  private streamName(kwargs: CallArgs): string {
    if (this.place === null) return this.name;
    const settled = this.place === 'unsettled' ? null : this.place;
    this.place = placeIn(currentPass(kwargs), this.seed, this, settled);
    return streamOfPlace(this.place);
  }

  /** Takes counts over from loaded weights and drops those weights. Waits for what is not loaded yet, unless it is late. */
  private readCounts(late = false): void {
    if (!this.counts) return;
    const waiting = [...this.counts].filter(([, weight]) => !weight.isLoaded);
    if (!late && (waiting.length > 0 || this.counts.size === 0)) return;
    for (const [name, count] of this.counts) {
      if (count.isLoaded) this.counted[name] = count.read();
      dropWeight(this, count.weight);
    }
    this.counts = null;
  }

  override get nonTrainableWeights(): tf.LayerVariable[] {
    this.readCounts();
    return super.nonTrainableWeights;
  }

  override set nonTrainableWeights(weights: tf.LayerVariable[]) {
    super.nonTrainableWeights = weights;
  }

  override getConfig(): tf.serialization.ConfigDict {
    this.readCounts();
    const { seed, place, counted } = this;
    // As it came: without a count until that is loaded.
    const counts = Object.entries(counted).map(([name, n]) => [name, this.counts ? undefined : n]);
    return { ...super.getConfig(), seed, place, ...Object.fromEntries(counts) };
  }

  static override fromConfig<T extends tf.serialization.Serializable>(
    cls: tf.serialization.SerializableConstructor<T>,
    config: tf.serialization.ConfigDict,
  ): T {
    const layer = new cls(config);
    if (layer instanceof RandomLayer && (config.step ?? null) === null) layer.counts = new Map();
    return layer;
  }
}
