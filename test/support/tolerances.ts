/** Float32 on every backend, sums of up to a few hundred terms of order 1. */
export const TOLERANCE = {
  /** One product and one norm: a few units in the last place. */
  forward: { rtol: 1e-5, atol: 2e-6 },
  /** Differences of terms of order 1: the absolute error is that of the terms. */
  gradient: { rtol: 1e-4, atol: 1e-5 },
  /** Numbers drawn at random, small beside their neighbours in a sum now and then: the absolute error is that of the sum. */
  magnitudes: { rtol: 1e-4, atol: 2e-5 },
  /** A slope by differences of float64 along one direction, of gradients in float32. */
  slope: { rtol: 1e-3, atol: 1e-4 },
} as const;
