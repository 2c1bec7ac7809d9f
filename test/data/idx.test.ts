import { describe, expect, it } from 'vitest';
import { DataFailure } from '../../src/data/failure.js';
import { parseIdx } from '../../src/data/idx.js';

/** Two images of 2 x 3, as the format is defined. */
const images = Uint8Array.from([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3, ...Array(12).keys()]);
const labels = Uint8Array.from([0, 0, 8, 1, 0, 0, 0, 2, 7, 3]);

describe('parseIdx', () => {
  it('reads shape and values', () => {
    expect(parseIdx(images, 'f', 3)).toEqual({ shape: [2, 2, 3], values: Uint8Array.from(Array(12).keys()) });
    expect(parseIdx(labels, 'f', 1)).toEqual({ shape: [2], values: Uint8Array.from([7, 3]) });
  });

  it('reads a part of a larger buffer', () => {
    const inside = new Uint8Array(40);
    inside.set(labels, 5);
    expect(parseIdx(inside.subarray(5, 15), 'f', 1).values).toEqual(Uint8Array.from([7, 3]));
  });

  it.each([
    [
      'nothing',
      new Uint8Array(0),
      'f is cut short: 0 bytes, fewer than the 16 of its header; get the file again',
    ],
    [
      'half a header',
      images.subarray(0, 9),
      'f is cut short: 9 bytes, fewer than the 16 of its header; get the file again',
    ],
    [
      'a value too few',
      images.subarray(0, 27),
      'f is cut short: 27 bytes, expected 28 for 2 x 2 x 3 values; get the file again',
    ],
    [
      'a value too many',
      Uint8Array.from([...images, 0]),
      'f is too long: 29 bytes, expected 28 for 2 x 2 x 3 values; get the file again',
    ],
    [
      'labels',
      Uint8Array.from([...labels, ...Array(20).fill(0)]),
      'f is not an IDX file of images: it starts with 00 00 08 01, expected 00 00 08 03; get the file again',
    ],
    [
      'a gzip file',
      Uint8Array.from([0x1f, 0x8b, 8, 0, ...Array(20).fill(0)]),
      'f is not an IDX file of images: it starts with 1f 8b 08 00, expected 00 00 08 03; get the file again',
    ],
    [
      'floats',
      Uint8Array.from([0, 0, 0x0d, 3, ...images.subarray(4)]),
      'f is not an IDX file of images: it starts with 00 00 0d 03, expected 00 00 08 03; get the file again',
    ],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => parseIdx(bytes, 'f', 3)).toThrow(new DataFailure(message));
  });

  it('refuses a header that asks for more than there can be', () => {
    const huge = Uint8Array.from([0, 0, 8, 1, 255, 255, 255, 255, 1, 2]);
    expect(() => parseIdx(huge, 'f', 1)).toThrow(
      'f is cut short: 10 bytes, expected 4294967303 for 4294967295 values',
    );
  });
});
