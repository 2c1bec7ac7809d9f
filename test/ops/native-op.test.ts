import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nativeOp, nativeProgram, nativeResult } from '../../src/ops/native-op.js';

const FLOAT = { T: 'float32' } as const;
const isNative = () => tf.getBackend() === 'tensorflow';

interface Binding {
  createTensor(...args: unknown[]): number;
  executeOp(...args: unknown[]): { id: number }[];
  deleteTensor(id: number): void;
}

/** The tensors of TensorFlow's that were made and not let go of since the test began. */
let alive: Set<number>;
let restore: () => void;

beforeEach(() => {
  alive = new Set();
  const backend = tf.backend() as unknown as { binding?: Binding };
  const { binding } = backend;
  restore = () => {};
  if (!binding) return;
  backend.binding = Object.create(binding, {
    createTensor: { value: (...args: unknown[]) => made(binding.createTensor(...args)) },
    executeOp: {
      value: (...args: unknown[]) => {
        const outputs = binding.executeOp(...args);
        for (const { id } of outputs) made(id);
        return outputs;
      },
    },
    deleteTensor: {
      value: (id: number) => {
        alive.delete(id);
        binding.deleteTensor(id);
      },
    },
  }) as Binding;
  restore = () => {
    backend.binding = binding;
  };
});
afterEach(() => restore());

const made = (id: number): number => {
  alive.add(id);
  return id;
};

describe('a program of TensorFlow ops', () => {
  it('is null on other backends', ({ skip }) => {
    skip(isNative(), 'the native backend runs it');
    const x = tf.ones([2]);
    expect(nativeProgram([x], (_, x) => [x])).toBeNull();
    expect(nativeResult([x], (_, x) => x)).toBeNull();
    expect(nativeOp('Neg', FLOAT, () => [x])).toBeNull();
  });

  it('returns what it computed, and keeps nothing else', ({ skip }) => {
    skip(!isNative(), 'native only');
    const before = tf.memory().numTensors;
    const x = tf.tensor1d([1, 2, 3]);
    const results = nativeProgram([x], ({ op, scalar }, x) => {
      const twice = op('Mul', FLOAT, x, scalar(2));
      return [op('AddV2', FLOAT, twice, scalar(1)), op('AddV2', FLOAT, twice, scalar(2))];
    }) as tf.Tensor[];
    expect(results[0] as tf.Tensor).toBeAllClose([3, 5, 7]);
    expect(results[1] as tf.Tensor).toBeAllClose([4, 6, 8]);
    tf.dispose([x, results]);
    expect(alive.size).toBe(0);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('keeps nothing where an op of it fails, and says what failed', ({ skip }) => {
    skip(!isNative(), 'native only');
    const x = tf.tensor1d([1, 2, 3]);
    const y = tf.tensor1d([1, 2]);
    expect(() =>
      nativeResult([x, y], ({ op, filled }, x, y) => {
        const negative = op('Neg', FLOAT, x);
        return op('AddV2', FLOAT, op('AddV2', FLOAT, negative, y), filled(4, 1));
      }),
    ).toThrow(/Incompatible shapes/);
    expect(x).toBeAllClose([1, 2, 3]);
    tf.dispose([x, y]);
    expect(alive.size).toBe(0);
  });

  it('has its constants: scalars, integers, vectors of one value', ({ skip }) => {
    skip(!isNative(), 'native only');
    tf.tidy(() => {
      const filled = nativeResult([], ({ op, integers, scalar }) =>
        op('Fill', { ...FLOAT, index_type: 'int32' }, integers([2, 2]), scalar(3)),
      );
      expect(filled as tf.Tensor).toBeAllClose([
        [3, 3],
        [3, 3],
      ]);
      const parts = nativeProgram([], ({ ops, integer, filled }) =>
        ops(2, 'Split', { ...FLOAT, num_split: { int: 2 } }, integer(0), filled(4, 5)),
      ) as tf.Tensor[];
      for (const part of parts) expect(part).toBeAllClose([5, 5]);
    });
  });

  it('lets go of what a part made when the part ends, and has its constants after it', ({ skip }) => {
    skip(!isNative(), 'native only');
    const x = tf.tensor1d([1, 2, 3]);
    const before = alive.size;
    const inside: number[] = [];
    const result = nativeResult([x], ({ op, scalar, tidy }, x) => {
      const [first, same] = tidy(() => {
        const outer = op('Mul', FLOAT, x, scalar(2));
        const [inner] = tidy(() => [op('AddV2', FLOAT, op('Neg', FLOAT, outer), scalar(1))]);
        inside.push(alive.size);
        return [op('AddV2', FLOAT, inner, scalar(1)), x];
      });
      inside.push(alive.size);
      return op('Mul', FLOAT, op('AddV2', FLOAT, first, same), scalar(2));
    }) as tf.Tensor;
    expect(result).toBeAllClose([2, 0, -2]);
    // x; the scalar, the product and the result of the inner part; then the result of the outer one.
    expect(inside.map((count) => count - before)).toEqual([4, 2]);
    tf.dispose([x, result]);
    expect(alive.size).toBe(0);
  });

  it('keeps nothing where an op of a part fails', ({ skip }) => {
    skip(!isNative(), 'native only');
    const x = tf.tensor1d([1, 2, 3]);
    expect(() =>
      nativeResult(
        [x],
        ({ op, filled, tidy }, x) => tidy(() => [op('AddV2', FLOAT, op('Neg', FLOAT, x), filled(4, 1))])[0],
      ),
    ).toThrow(/Incompatible shapes/);
    x.dispose();
    expect(alive.size).toBe(0);
  });
});
