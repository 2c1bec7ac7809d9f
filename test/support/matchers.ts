import { expect } from 'vitest';
import { type TensorLike, toBeAllClose } from '../../src/testing/index.js';

expect.extend({ toBeAllClose });

declare module 'vitest' {
  interface Matchers<T> {
    /** Every element within atol + rtol |expected| of the expected one. */
    toBeAllClose(expected: TensorLike, tolerance?: { rtol?: number; atol?: number }): T;
  }
}
