/** tfjs's accelerated kernels and gradients beside their definitions in float64, and differences of these. */
import * as tf from '@tensorflow/tfjs';
import { accelerate } from 'evenkeel/accelerate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkKernel } from '../support/kernels/check-kernel.js';
import { ELEMENTWISE_CASES } from '../support/kernels/elementwise-cases.js';
import { REDUCTION_CASES } from '../support/kernels/reduction-cases.js';
import { SHAPE_CASES } from '../support/kernels/shape-cases.js';
import { STILL_WRONG } from '../support/kernels/still-wrong.js';
import { WINDOW_CASES } from '../support/kernels/window-cases.js';

/** What accelerate changes on webgl too. */
const ON_WEBGL = /3d|matMul|of size zero/;

// Without accelerate this lists what is wrong in tfjs as it is: EVENKEEL_STOCK=1 npx vitest run --project wasm <this file>
const stock = typeof process !== 'undefined' && process.env?.EVENKEEL_STOCK === '1';

describe('equals its definition, and its gradient the differences', () => {
  beforeAll(() => {
    if (!stock) accelerate();
  });
  afterAll(() => {
    accelerate.restore();
  });

  it.for(
    [...WINDOW_CASES, ...REDUCTION_CASES, ...SHAPE_CASES, ...ELEMENTWISE_CASES].map(
      (test) => [test.title, test] as const,
    ),
  )('%s', ([, test], { skip }) => {
    // There a program is compiled for each shape.
    skip(
      tf.getBackend() === 'webgl' && !ON_WEBGL.test(test.title),
      'a case for kernels that webgl shares with none',
    );
    const wrong = STILL_WRONG.find(
      ({ on, titles }) => on.includes(tf.getBackend()) && titles.test(test.title),
    );
    if (wrong && !stock) {
      expect(() => checkKernel(test)).toThrow(wrong.says);
      return;
    }
    checkKernel(test);
  });
});
