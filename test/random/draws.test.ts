import type * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { atPrediction, drawOf, fixedDraw } from '../../src/random/draws.js';

const source = { layer: 'dropout_1', seed: 7 };
const text = (t: tf.Tensor) => String(t.dataSync());

describe('a draw', () => {
  it('is another at each step and for each stream, the same again for the same', () => {
    const sources = [source, { ...source, seed: 8 }, { ...source, layer: 'dropout_2' }, atPrediction(source)];
    const drawn = () => sources.flatMap((s) => [0, 1, 2].map((step) => text(drawOf(s, step).uniform([8]))));
    expect(new Set(drawn()).size).toBe(12);
    expect(drawn()).toEqual(drawn());
    expect(drawOf(source, 2).step).toBe(2);
  });

  it('is the same asked twice, and others for another part', () => {
    const draw = drawOf(source, 0);
    expect(text(draw.uniform([8]))).toBe(text(draw.uniform([8])));
    expect(text(draw.uniform([8], 'second'))).not.toBe(text(draw.uniform([8])));
    expect(text(draw.normal([8], 'second'))).not.toBe(text(draw.normal([8])));
  });

  it('at prediction is always the same, and none of training', () => {
    const drawn = text(fixedDraw(source).uniform([8]));
    expect(text(fixedDraw(source).uniform([8]))).toBe(drawn);
    expect(text(drawOf(source, 0).uniform([8]))).not.toBe(drawn);
  });
});
