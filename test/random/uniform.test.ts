import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { streamKey, uniform, uniformValues } from '../../src/random/uniform.js';

const stream = { seed: 1, layer: 'hidden' };

describe('uniform', () => {
  it('gives on this backend the same bits as the JavaScript form', () => {
    for (const step of [0, 1, 12345, 2 ** 31 - 1]) {
      const drawn = uniform([7, 143], stream, step).dataSync();
      expect(Array.from(drawn)).toEqual(Array.from(uniformValues(7 * 143, streamKey(stream), step)));
    }
  });

  it("gives the bits of TensorFlow 2.21's StatelessRandomUniform of shape [5] and seed [1, 2]", () => {
    const words = [
      0.8440604209899902, 0.19204533100128174, 0.9962232112884521, 0.16038739681243896, 0.27199018001556396,
    ];
    expect(Array.from(uniformValues(5, 1, 2))).toEqual(words);
  });

  it('depends on seed, layer and step, each', () => {
    const draws = [
      uniform([8], stream, 0),
      uniform([8], stream, 1),
      uniform([8], { ...stream, seed: 2 }, 0),
      uniform([8], { ...stream, layer: 'other' }, 0),
    ].map((t) => String(t.dataSync()));
    expect(new Set(draws).size).toBe(4);
    expect(String(uniform([8], stream, 0).dataSync())).toBe(draws[0]);
  });

  it('has a stream of its own for every seed and name, those of one letter too', () => {
    const streams = Array.from({ length: 16 }, (_, seed) =>
      ['', ...'abcdefghijklmnop', 'dropout_1', 'dropout_2'].map((layer) => streamKey({ seed, layer })),
    ).flat();
    expect(new Set(streams).size).toBe(streams.length);
  });

  it('leaks nothing', () => {
    const before = tf.memory().numTensors;
    tf.tidy(() => void uniform([10], stream, 0));
    expect(tf.memory().numTensors).toBe(before);
  });
});
