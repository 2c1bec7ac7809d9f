/**
 * Philox 4x32-10: a counter-based generator. Ten rounds of multiplications and exclusive ors turn (counter, key) into
 * four 32-bit words; equal arguments give equal words, and no state is kept.
 *
 * Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011, section 3.3 and table 2.
 */

const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
const WEYL_0 = 0x9e3779b9;
const WEYL_1 = 0xbb67ae85;
const ROUNDS = 10;

/** The upper 32 bits of the 64-bit product of two unsigned 32-bit integers. */
function multiplyHigh(a: number, b: number): number {
  const a0 = a & 0xffff;
  const a1 = a >>> 16;
  const b0 = b & 0xffff;
  const b1 = b >>> 16;
  const middle = a1 * b0 + ((a0 * b0) >>> 16);
  // The sum stays below 2^33, beyond what shifts see: the carry goes through floating point.
  const low = a0 * b1 + (middle & 0xffff);
  return (a1 * b1 + Math.floor(middle / 0x10000) + Math.floor(low / 0x10000)) >>> 0;
}

/**
 * Writes the four words of one counter value into `out`.
 *
 * @param out where the words go, at 0 to 3
 * @param c0 the counter, lowest word first (c0 to c3)
 * @param k0 the key, lowest word first (k0, k1)
 */
export function philox(
  out: Uint32Array,
  c0: number,
  c1: number,
  c2: number,
  c3: number,
  k0: number,
  k1: number,
): void {
  for (let round = 0; round < ROUNDS; round++) {
    const low0 = Math.imul(MULTIPLIER_0, c0);
    const high0 = multiplyHigh(MULTIPLIER_0, c0 >>> 0);
    const low1 = Math.imul(MULTIPLIER_1, c2);
    const high1 = multiplyHigh(MULTIPLIER_1, c2 >>> 0);
    c0 = high1 ^ c1 ^ k0;
    c1 = low1;
    c2 = high0 ^ c3 ^ k1;
    c3 = low0;
    k0 = (k0 + WEYL_0) | 0;
    k1 = (k1 + WEYL_1) | 0;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}
