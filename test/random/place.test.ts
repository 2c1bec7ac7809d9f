import { describe, expect, it } from 'vitest';
import { placeIn } from '../../src/random/place.js';

describe('the place of a layer', () => {
  const [a, b, c] = [{}, {}, {}];

  it('is the number of those of its seed that drew before it in the pass, however often it draws', () => {
    const pass = {};
    expect([a, b, a, c].map((layer) => placeIn(pass, 1, layer, null))).toEqual([0, 1, 0, 2]);
    expect(placeIn(pass, 2, b, null)).toBe(0);
    expect(placeIn({}, 1, c, null)).toBe(0);
  });

  it('once settled is kept, and given to no other of the pass', () => {
    const pass = {};
    expect(placeIn(pass, 1, a, 1)).toBe(1);
    expect(placeIn(pass, 1, b, null)).toBe(0);
    expect(placeIn(pass, 1, c, null)).toBe(2);
  });

  it('moves up to a free one where another layer of the pass came to it first', () => {
    const pass = {};
    expect(placeIn(pass, 1, a, 0)).toBe(0);
    expect(placeIn(pass, 1, b, 1)).toBe(1);
    expect(placeIn(pass, 1, c, 0)).toBe(2);
    expect(placeIn(pass, 1, c, 2)).toBe(2);
  });
});
