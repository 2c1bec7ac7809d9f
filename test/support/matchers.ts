import { expect } from 'vitest';
import { type AllCloseMatchers, toBeAllClose } from '../../src/testing/index.js';

expect.extend({ toBeAllClose });

declare module 'vitest' {
  interface Matchers<T> extends AllCloseMatchers<T> {}
}
