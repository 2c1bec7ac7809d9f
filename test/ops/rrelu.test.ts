import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { meanSlope, rrelu, slopeOf } from '../../src/ops/rrelu.js';
import { checkGradient } from '../../src/testing/index.js';

const x = tf.tensor2d([
  [1, -2],
  [-3, 4],
]);
const slope = tf.tensor2d([
  [0.1, 0.2],
  [0.3, 0.4],
]);

describe('rrelu', () => {
  it('multiplies what is not positive by its slope', () => {
    expect(rrelu(x, slope)).toBeAllClose([1, -0.4, -0.9, 4]);
    expect(rrelu(tf.zeros([2, 2]), slope)).toBeAllClose([0, 0, 0, 0]);
  });

  it('has the slope as its gradient at 0 and below it', () => {
    const slopes = tf.tensor1d([0.25, 0.5, 0.75]);
    const dx = tf.grad((x: tf.Tensor) => rrelu(x, slopes).sum())(tf.tensor1d([0, -0, -1]));
    expect(dx).toBeAllClose([0.25, 0.5, 0.75]);
  });

  it('has 1 or the slope as its gradient', () => {
    const dx = tf.grad((x: tf.Tensor) => rrelu(x, slope).sum())(x);
    expect(dx).toBeAllClose([1, 0.2, 0.3, 1]);
    checkGradient((x) => rrelu(x, slope), [x]);
  });

  it('takes one slope for a dimension', () => {
    expect(rrelu(x, tf.scalar(0.5))).toBeAllClose([1, -1, -1.5, 4]);
  });

  it('with the slope held is tf.leakyRelu and tf.prelu', () => {
    expect(rrelu(x, tf.scalar(0.25))).toBeAllClose(tf.leakyRelu(x, 0.25));
    expect(rrelu(x, slope)).toBeAllClose(tf.prelu(x, slope));
    const dx = tf.grad((x: tf.Tensor) => rrelu(x, slope).square().sum())(x);
    expect(dx).toBeAllClose(tf.grad((x: tf.Tensor) => tf.prelu(x, slope).square().sum())(x));
  });
});

describe('the slopes', () => {
  const noise = tf.tensor1d([0, 0.5]);
  it('are between the bounds, or one over what is', () => {
    expect(slopeOf(noise, 0.2, 0.6, 'slope')).toBeAllClose([0.2, 0.4]);
    expect(slopeOf(noise, 3, 8, 'divisor')).toBeAllClose([1 / 3, 1 / 5.5]);
  });

  it('at prediction are of the mean that is drawn', () => {
    expect(meanSlope(1 / 8, 1 / 3, 'slope')).toBeCloseTo(0.22916666, 7);
    expect(meanSlope(3, 8, 'divisor')).toBeCloseTo(1 / 5.5, 12);
  });
});
