import 'vitest';

declare module 'vitest' {
  interface TaskMeta {
    /** The largest errors of a layer against float64, relative to the largest expected value. */
    parity?: { layer: string; output?: number; gradient?: number };
  }
}
