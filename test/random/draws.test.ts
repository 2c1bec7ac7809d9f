import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { Draws, fixedDraw, stepWeight } from '../../src/random/draws.js';

/** A layer that only holds a weight: tfjs makes a LayerVariable nowhere else. */
class Holder extends tf.layers.Layer {
  static className = 'Holder';
  weight = this.addWeight(...stepWeight());
}
const source = { kind: 'dropout', layer: 'dropout_1', seed: 7, seeded: true };
const text = (t: tf.Tensor) => String(t.dataSync());

describe('the draws of a layer', () => {
  it('are new at each call, counted in the weight, and the same again from the same count', () => {
    const { weight } = new Holder({});
    const draws = new Draws(weight, source);
    const first = [0, 1, 2].map((step) => {
      expect(draws.count()).toBe(step);
      const draw = draws.take();
      expect(draw.step).toBe(step);
      return text(draw.uniform([8]));
    });
    expect(new Set(first).size).toBe(3);
    const [mark, count] = weight.read().dataSync();
    expect(count).toBe(3);
    weight.write(tf.tensor1d([mark as number, 1], 'int32'));
    expect(text(draws.take().uniform([8]))).toBe(first[1]);
  });

  it('are the same asked twice, and others for another part', () => {
    const draw = new Draws(new Holder({}).weight, source).take();
    expect(text(draw.uniform([8]))).toBe(text(draw.uniform([8])));
    expect(text(draw.uniform([8], 'second'))).not.toBe(text(draw.uniform([8])));
    expect(text(draw.normal([8], 'second'))).not.toBe(text(draw.normal([8])));
  });

  it('at prediction are always the same, and none of training', () => {
    const drawn = text(fixedDraw(source).uniform([8]));
    expect(text(fixedDraw(source).uniform([8]))).toBe(drawn);
    expect(text(new Draws(new Holder({}).weight, source).take().uniform([8]))).not.toBe(drawn);
  });

  it('refuse, where the seed was given, the count of a layer of another name or seed', () => {
    for (const other of [{ layer: 'dropout_2' }, { seed: 8 }]) {
      const { weight } = new Holder({});
      new Draws(weight, { ...source, ...other }).take();
      expect(() => new Draws(weight, source).take()).toThrow(
        /^dropout: the weight dropout_1\/step must be \[\d+, count\], as saved by a layer of this name and of seed 7 \(give the layer the name and the seed that it was saved with, or no seed\), received \[\d+,1\]\.$/,
      );
    }
  });

  it('without a seed of their own go on from any count, and make it theirs', () => {
    const { weight } = new Holder({});
    new Draws(weight, { ...source, layer: 'dropout_2' }).take();
    const [other] = weight.read().dataSync();
    const drawn = { ...source, seeded: false };
    expect(new Draws(weight, drawn).take().step).toBe(1);
    const [own, count] = weight.read().dataSync();
    expect(count).toBe(2);
    expect(own).not.toBe(other);
    expect(new Draws(weight, source).count()).toBe(2);
  });

  it('refuse a negative count', () => {
    const { weight } = new Holder({});
    weight.write(tf.tensor1d([0, -1], 'int32'));
    expect(() => new Draws(weight, source).take()).toThrow(
      'dropout: the weight dropout_1/step must be a stream and a count of 0 or more (load the checkpoint again), received [0,-1].',
    );
  });

  it('leak nothing', () => {
    const draws = new Draws(new Holder({}).weight, source);
    draws.take();
    const before = tf.memory().numTensors;
    tf.tidy(() => void draws.take().normal([5]));
    expect(tf.memory().numTensors).toBe(before);
  });
});
