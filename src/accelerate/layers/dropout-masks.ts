import * as tf from '@tensorflow/tfjs';
import { dropout as drop } from '../../ops/dropout.js';
import { bernoulli, drawnRate } from '../../random/bernoulli.js';
import { placeIn, streamOfPlace } from '../../random/place.js';
import { drawSeed } from '../../random/seed.js';
import { type Changing, changingField, countedCall, decided } from '../../steps/changing.js';
import type { Dropout } from '../../tfjs/layer-fields.js';
import { currentPass } from '../../tfjs/pass.js';

type Call = (this: Dropout, inputs: tf.Tensor | tf.Tensor[], kwargs: { training?: boolean }) => tf.Tensor;

interface Masks {
  seed: number;
  step: number;
  place: number | null;
}

const masks = new WeakMap<Dropout, Masks>();

/** What tfjs calls a layer without a name. */
const UNNAMED = /^dropout_Dropout\d+$/;

/** A layer's call with masks of evenkeel's generator: of layers with a seed, or of those without. */
export function drawing(call: Call, seeded: boolean): Call {
  return function (inputs, kwargs) {
    const x = Array.isArray(inputs) ? inputs[0] : inputs;
    if (!kwargs.training || (this.seed != null) !== seeded || x?.dtype !== 'float32') {
      return call.call(this, inputs, kwargs);
    }
    const rate = changingField(this, 'rate').to(drawnRate);
    if (!decided(() => rate.now > 0 && rate.now < 1)) return call.call(this, inputs, kwargs);
    return tf.tidy(() => {
      this.invokeCallHook(inputs, kwargs);
      const { seed, place: settled } = masks.get(this) ?? first(this);
      const place = UNNAMED.test(this.name) ? placeIn(currentPass(kwargs), seed, this, settled) : null;
      const shape = this.getNoiseShape(x) ?? x.shape;
      const layer = place === null ? this.name : streamOfPlace(place);
      const kept = bernoulli(shape, { seed, layer }, counted(this, { seed, place }), rate);
      return drop(
        x,
        kept,
        rate.to((rate) => 1 / (1 - rate)),
      );
    });
  };
}

const counted = (layer: Dropout, { seed, place }: Omit<Masks, 'step'>): Changing =>
  countedCall(
    () => masks.get(layer)?.step ?? 0,
    (step) => masks.set(layer, { seed, place, step }),
  );

function first({ seed }: Dropout): Masks {
  return { seed: seed ?? drawSeed(), step: 0, place: null };
}
