/** Rates are drawn in steps of 2^-16: what is kept is scaled by the rate that is drawn, not the one that was given. */
import * as tf from '@tensorflow/tfjs';
import { annealedDropout, dropConnectDense, dropout, fold } from 'evenkeel';
import { describe, expect, it } from 'vitest';
import { predict, train } from '../support/random-layers.js';

const rate = 0.9;
const keep = 1 - Math.round(rate * 65536) / 65536; // 0.1 to one part in 18 000
const close = { rtol: 1e-6 };
const x = tf.tensor2d([[1, 2, 3]]);
const kept = tf.ones([1, 3]);

describe('the rate that is drawn', () => {
  it('is what dropout divides by in training, or multiplies by at prediction and folded', () => {
    expect(train(dropout({ rate, seed: 1 }), x, kept)).toBeAllClose(x.div(keep), close);
    const classical = dropout({ rate, scaling: 'classical', seed: 1, inputShape: [3] });
    expect(predict(classical, x)).toBeAllClose(x.mul(keep), close);
    const model = tf.sequential({ layers: [classical] });
    const folded = fold(model);
    expect(folded.predict(x) as tf.Tensor).toBeAllClose(x.mul(keep), { rtol: 1e-5 });
  });

  it('is what annealed dropout divides by', () => {
    expect(train(annealedDropout({ rate, steps: 5, seed: 1 }), x, kept)).toBeAllClose(x.div(keep), close);
  });

  it('is what dropConnect divides by in training, or multiplies by at prediction', () => {
    const args = { units: 2, rate, maskPer: 'batch', kernelInitializer: 'ones' } as const;
    const sums = tf.fill([1, 2], 6);
    expect(train(dropConnectDense(args), x, tf.ones([3, 2]))).toBeAllClose(sums.div(keep), close);
    const classical = dropConnectDense({ ...args, scaling: 'classical' });
    expect(predict(classical, x)).toBeAllClose(sums.mul(keep), close);
  });
});
