import { describe, expect, it } from 'vitest';
import { normal, normalValues } from '../../src/random/normal.js';
import { streamKey, uniformValues } from '../../src/random/uniform.js';

const stream = { seed: 1, layer: 'hidden' };

describe('normal', () => {
  it.each([[[7, 143]], [[3]], [[1]]])(
    'gives on this backend the numbers of the JavaScript form: %j',
    (shape) => {
      const size = shape.reduce((a, b) => a * b, 1);
      for (const step of [0, 12345]) {
        const drawn = normal(shape, stream, step);
        expect(drawn.shape).toEqual(shape);
        expect(drawn).toBeAllClose(normalValues(size, streamKey(stream), step), { rtol: 2e-6, atol: 2e-6 });
      }
    },
  );

  it('is the transform of Box and Muller, both halves', () => {
    const drawn = Array.from(uniformValues(4, streamKey(stream), 3));
    const [u1, v1, u2, v2] = drawn as [number, number, number, number];
    const expected = [
      Math.sqrt(-2 * Math.log(1 - u1)) * Math.cos(2 * Math.PI * u2),
      Math.sqrt(-2 * Math.log(1 - v1)) * Math.cos(2 * Math.PI * v2),
      Math.sqrt(-2 * Math.log(1 - u1)) * Math.sin(2 * Math.PI * u2),
    ];
    expect(Array.from(normalValues(3, streamKey(stream), 3))).toEqual(expected.map(Math.fround));
  });
});
