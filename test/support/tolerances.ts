/** Float32 on every backend, sums of up to a few hundred terms of order 1. */
export const TOLERANCE = {
  /** One product and one norm: a few units in the last place. */
  forward: { rtol: 1e-5, atol: 2e-6 },
  /** Differences of terms of order 1: the absolute error is that of the terms. */
  gradient: { rtol: 1e-4, atol: 1e-5 },
} as const;
