import { DataFailure } from './failure.js';

/** An array of unsigned bytes, last dimension fastest. */
export interface IdxArray {
  shape: number[];
  values: Uint8Array;
}

const UNSIGNED_BYTE = 0x08;

/**
 * Reads the IDX format of the MNIST files: two zero bytes, the type of the values (8, unsigned byte), the number of
 * dimensions, each dimension as a big-endian 32-bit integer, the values.
 *
 * Source: LeCun, Cortes, Burges, "The MNIST database of handwritten digits".
 *
 * @param name the file, for messages
 * @param dimensions how many the file must have: 3 for images, 1 for labels
 * @throws DataFailure for another format, type or number of dimensions, and for missing or surplus bytes
 */
export function parseIdx(bytes: Uint8Array, name: string, dimensions: number): IdxArray {
  const header = 4 + 4 * dimensions;
  const magic = [0, 0, UNSIGNED_BYTE, dimensions];
  if (bytes.length < header) {
    throw new DataFailure(
      `${name} is cut short: ${bytes.length} bytes, fewer than the ${header} of its header; get the file again`,
    );
  }
  if (!magic.every((byte, i) => bytes[i] === byte)) {
    throw new DataFailure(
      `${name} is not an IDX file of ${dimensions === 1 ? 'labels' : 'images'}: it starts with ${hex(bytes.subarray(0, 4))}, expected ${hex(magic)}; get the file again`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const shape = Array.from({ length: dimensions }, (_, i) => view.getUint32(4 + 4 * i));
  const expected = header + shape.reduce((size, n) => size * n, 1);
  if (bytes.length !== expected) {
    throw new DataFailure(
      `${name} ${bytes.length < expected ? 'is cut short' : 'is too long'}: ${bytes.length} bytes, expected ${expected} for ${shape.join(' x ')} values; get the file again`,
    );
  }
  return { shape, values: bytes.subarray(header) };
}

const hex = (bytes: Iterable<number>) => Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join(' ');
