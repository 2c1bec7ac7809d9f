import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { cosineConv } from '../../src/ops/cosine-conv.js';
import { dilate } from '../../src/ops/dilate.js';
import { type ConvGeometry, unfold } from '../../src/ops/unfold.js';
import { checkGradient } from '../../src/testing/index.js';
import { conv64, patches64, sampleNd } from '../support/nd.js';
import { NO_GRADIENT, trainsConvolutions } from '../support/trains.js';

const tensor = (shape: readonly number[], seed: number) =>
  tf.tensor4d(sampleNd([...shape], seed).values, shape as [number, number, number, number]);
const WINDOWS: ConvGeometry[] = [
  { strides: [1, 1], padding: 'valid', dilations: [1, 1] },
  { strides: [2, 3], padding: 'same', dilations: [1, 1] },
  { strides: [1, 1], padding: 'same', dilations: [2, 1] },
  { strides: [2, 1], padding: 'valid', dilations: [1, 2] },
];

describe.each(WINDOWS)('a window %j', (window) => {
  it('sees what the restatement sees, and passes the gradient back to where it was seen', () => {
    const x = tensor([2, 6, 5, 2], 1);
    const seen = patches64(sampleNd([2, 6, 5, 2], 1), [3, 2], window);
    expect(unfold(x, [3, 2], window)).toBeAllClose(tf.tensor(seen.values, seen.shape), { rtol: 0, atol: 0 });
    checkGradient((x) => unfold(x as tf.Tensor4D, [3, 2], window), [tensor([1, 6, 4, 1], 1)]);
  });

  it.for([
    { center: false, bias: false },
    { center: false, bias: true },
    { center: true, bias: true },
  ])('has the gradient of its own central differences, %j', ({ center, bias }, { skip }) => {
    skip(!center && !trainsConvolutions(), NO_GRADIENT);
    const inputs = [
      tensor([1, 6, 5, 2], 1),
      tensor([3, 2, 2, 2], 2),
      ...(bias ? [tf.tensor1d([0.4, -0.8])] : []),
    ];
    checkGradient(
      (x, w, b) =>
        cosineConv(x as tf.Tensor4D, w as tf.Tensor4D, (b as tf.Tensor1D) ?? null, window, { center }),
      inputs,
    );
  });
});

const same: ConvGeometry = { strides: [1, 1], padding: 'same', dilations: [1, 1] };
const finite = (t: tf.Tensor) => Array.from(t.dataSync()).every(Number.isFinite);

describe('cosineConv', () => {
  it('is the convolution over both lengths', () => {
    const [x, w] = [sampleNd([1, 5, 4, 2], 1), sampleNd([3, 3, 2, 2], 2)];
    const y = conv64(x, w, same);
    const x2 = conv64(
      { ...x, values: x.values.map((v) => v * v) },
      { ...w, values: w.values.map(() => 1) },
      same,
    );
    const w2 = [0, 1].map((j) => w.values.reduce((sum, v, i) => sum + (i % 2 === j ? v * v : 0), 0));
    const expected = y.values.map((v, i) => v / Math.sqrt((x2.values[i] as number) * (w2[i % 2] as number)));
    expect(cosineConv(tensor(x.shape, 1), tensor(w.shape, 2), null, same)).toBeAllClose(expected, {
      rtol: 1e-5,
      atol: 1e-6,
    });
  });

  it.each([false, true])(
    'gives 0 with a finite gradient for a zero image and filter, centred %s',
    (center) => {
      const x = tf.concat([tf.zeros([1, 4, 4, 2]), tensor([1, 4, 4, 2], 1)], 0) as tf.Tensor4D;
      const w = tf.concat([tf.zeros([3, 3, 2, 1]), tensor([3, 3, 2, 1], 2)], 3) as tf.Tensor4D;
      const y = cosineConv(x, w, null, same, { center });
      expect(y.slice([0], [1])).toBeAllClose(tf.zeros([1, 4, 4, 2]));
      expect(y.slice([0, 0, 0, 0], [2, 4, 4, 1])).toBeAllClose(tf.zeros([2, 4, 4, 1]));
      if (!center && !trainsConvolutions()) return;
      const grads = tf.grads((x, w) =>
        cosineConv(x as tf.Tensor4D, w as tf.Tensor4D, null, same, { center }).sum(),
      )([x, w]);
      expect(grads.every(finite)).toBe(true);
    },
  );

  it.each([0.1, 1, 255])('centred, gives 0 where a patch is constant at %d', (value) => {
    const x = tf.concat([tf.fill([1, 4, 3, 2], value), tf.zeros([1, 4, 3, 2])], 2) as tf.Tensor4D;
    const y = cosineConv(x, tensor([2, 2, 2, 3], 2), null, { ...same, padding: 'valid' }, { center: true });
    // Of five columns of patches the third straddles the edge between the two halves.
    for (const columns of [y.slice([0, 0, 0], [1, 3, 2]), y.slice([0, 0, 3], [1, 3, 2])])
      expect(columns).toBeAllClose(tf.zerosLike(columns), { atol: 1e-5 });
    expect(y.slice([0, 0, 2], [1, 3, 1]).abs().min().dataSync()[0]).toBeGreaterThan(0.01);
  });

  it.each([1e-20, 1e-3, 1e20])('does not change for images of magnitude %d', (magnitude) => {
    const [x, w] = [tensor([2, 4, 5, 2], 1), tensor([3, 3, 2, 2], 2)];
    for (const center of [false, true]) {
      const plain = cosineConv(x, w, null, same, { center });
      const scaled = cosineConv(x.mul(magnitude), w, null, same, { center });
      expect(scaled).toBeAllClose(plain, { rtol: 1e-4, atol: 1e-5 });
    }
  });
});

describe('dilate', () => {
  it('puts zeros between the entries of an axis', () => {
    expect(dilate(tf.tensor2d([[1, 2, 3]]), 1, 3)).toBeAllClose([[1, 0, 0, 2, 0, 0, 3]]);
    expect(
      dilate(
        tf.tensor2d([
          [1, 2],
          [3, 4],
        ]),
        0,
        2,
      ),
    ).toBeAllClose([
      [1, 2],
      [0, 0],
      [3, 4],
    ]);
  });
});
