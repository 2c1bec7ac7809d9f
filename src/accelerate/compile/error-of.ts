/** The numbers of a tensor as they are read from TensorFlow. */
export type Numbers = Float32Array | Int32Array | Uint8Array;

interface Compared {
  /** The largest difference, relative to the largest finite number of the second; infinite where only one is NaN or infinite. */
  error: number;
  /** Whether no difference is larger than twice the way that the numbers went from `before`. */
  isWithinMove: boolean;
}

/** How far numbers are from others that should be the same; NaN and infinities equal themselves. */
export function errorOf(numbers: Numbers, others: Numbers, before?: Numbers): Compared {
  if (numbers.length !== others.length) return { error: Number.POSITIVE_INFINITY, isWithinMove: false };
  let [apart, largest, moved] = [0, 0, 0];
  for (let i = 0; i < numbers.length; i++) {
    const [x, y] = [numbers[i]!, others[i]!];
    if (Number.isFinite(y)) largest = Math.max(largest, Math.abs(y));
    if (before) moved = Math.max(moved, Math.abs(y - before[i]!));
    if (Object.is(x, y) || x === y) continue;
    apart = Math.max(apart, Number.isFinite(x - y) ? Math.abs(x - y) : Number.POSITIVE_INFINITY);
  }
  return {
    error: apart === 0 ? 0 : apart / Math.max(largest, Number.MIN_VALUE),
    isWithinMove: apart <= 2.5 * moved,
  };
}
