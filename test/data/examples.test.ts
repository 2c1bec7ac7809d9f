import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { batches, type Examples, epochOrder, split, take } from '../../src/data/examples.js';
import { synthetic } from '../../src/data/synthetic.js';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

/** Example i has the input [i, i] and the label i mod 3. */
const counted = (count: number): Examples => ({
  count,
  features: 2,
  classes: 3,
  inputs: Float32Array.from({ length: 2 * count }, (_, i) => Math.floor(i / 2)),
  labels: Uint8Array.from({ length: count }, (_, i) => i % 3),
});
const numbers = ({ inputs }: Examples) => Array.from(inputs).filter((_, i) => i % 2 === 0);
const sorted = (values: Iterable<number>) => [...values].sort((a, b) => a - b);

describe('epochOrder', () => {
  it('is a permutation, the same for the same seed and epoch, another for others', () => {
    const order = epochOrder(1000, 1, 1);
    expect(sorted(order)).toEqual([...Array(1000).keys()]);
    expect(epochOrder(1000, 1, 1)).toEqual(order);
    expect(epochOrder(1000, 1, 2)).not.toEqual(order);
    expect(epochOrder(1000, 2, 1)).not.toEqual(order);
  });

  it('brings every example to every place about equally often', () => {
    const times = new Uint32Array(25);
    const epochs = 4000;
    for (let epoch = 0; epoch < epochs; epoch++) {
      epochOrder(5, 7, epoch).forEach((from, to) => {
        times[from * 5 + to] = (times[from * 5 + to] as number) + 1;
      });
    }
    const expected = epochs / 5;
    const chiSquare = times.reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0);
    // 16 degrees of freedom: above 45 with a probability of 1e-4, and the seed is fixed.
    expect(chiSquare).toBeLessThan(45);
  });
});

describe('split', () => {
  it('gives every example to one side, with its label, the same for the same seed', () => {
    const { train, heldOut } = split(counted(100), 30, 0);
    expect([train.count, heldOut.count]).toEqual([70, 30]);
    expect(sorted([...numbers(train), ...numbers(heldOut)])).toEqual([...Array(100).keys()]);
    expect(Array.from(heldOut.labels)).toEqual(numbers(heldOut).map((n) => n % 3));
    expect(numbers(split(counted(100), 30, 0).heldOut)).toEqual(numbers(heldOut));
    expect(numbers(split(counted(100), 30, 1).heldOut)).not.toEqual(numbers(heldOut));
  });
});

describe('batches', () => {
  it('cover the examples once in the given order, the last batch shorter', () => {
    const before = tf.memory().numTensors;
    const seen: number[] = [];
    const sizes: number[] = [];
    for (const { x, y } of batches(counted(10), 4, { order: epochOrder(10, 3, 1) })) {
      const rows = x.arraySync() as number[][];
      sizes.push(rows.length);
      seen.push(...rows.map(([first]) => first as number));
      expect(y.argMax(1).arraySync()).toEqual(rows.map(([first]) => (first as number) % 3));
      expect(y.sum(1).arraySync()).toEqual(rows.map(() => 1));
      tf.dispose([x, y]);
    }
    expect(sizes).toEqual([4, 4, 2]);
    expect(seen).toEqual(Array.from(epochOrder(10, 3, 1)));
    // The two sums and two positions of each batch above are the test's own.
    expect(tf.memory().numTensors - before).toBe(2 * sizes.length);
  });

  it('without an order are in that of the data', () => {
    const first = [...batches(take(counted(10), 3), 2)].flatMap(({ x }) =>
      (x.arraySync() as number[][]).map(([n]) => n),
    );
    expect(first).toEqual([0, 1, 2]);
  });

  it('have the shape that is asked for', () => {
    const [batch] = [...batches(counted(10), 10, { shape: [1, 2] })];
    expect(batch?.x.shape).toEqual([10, 1, 2]);
  });
});

describe('synthetic', () => {
  it('has labels that the inputs decide, and every class', () => {
    const { inputs, labels, features } = synthetic(300, 5, 3, 1);
    labels.forEach((label, i) => {
      const scores = Array.from(inputs.subarray(i * features, i * features + 3));
      expect(scores[label]).toBe(Math.max(...scores));
    });
    expect(new Set(labels).size).toBe(3);
    expect(synthetic(300, 5, 3, 2).inputs).not.toEqual(inputs);
  });
});

it.each([-1, 1.5, 11, Number.NaN])('neither takes nor keeps aside %d of ten', (count) => {
  const ten = synthetic(10, 3, 2, 1);
  expect(() => take(ten, count)).toThrow(
    /^take: count must be an integer from 0 to 10, the number of examples/,
  );
  expect(() => split(ten, count, 0)).toThrow(
    /^split: holdOut must be an integer from 0 to 10, the number of/,
  );
});
