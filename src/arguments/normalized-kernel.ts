import type * as tf from '@tensorflow/tfjs';
import { kernelLengths } from '../ops/lengths.js';
import { unitKernel } from '../ops/weight-norm.js';

/** Stands in a layer where it keeps its kernel, and is read from two weights: `g v / |v|`. */
export class NormalizedKernel {
  private value: tf.Tensor | null = null;

  constructor(
    readonly g: tf.LayerVariable,
    readonly v: tf.LayerVariable,
    private readonly outputAxes: number[],
    private readonly epsilon: number,
  ) {}

  /** Computes each kernel once for all that `f` reads: a recurrent layer reads its own at each step. */
  static held<T>(kernels: readonly NormalizedKernel[], f: () => T): T {
    try {
      for (const kernel of kernels) kernel.value = kernel.compute();
      return f();
    } finally {
      for (const kernel of kernels) kernel.value = null;
    }
  }

  read(): tf.Tensor {
    return this.value ?? this.compute();
  }

  compute(): tf.Tensor {
    const v = this.v.read();
    const shape = v.shape.map(() => 1);
    for (const axis of this.outputAxes) shape[shape.length + axis] = v.shape.at(axis) as number;
    return unitKernel(v, this.outputAxes, { epsilon: this.epsilon }).mul(this.g.read().reshape(shape));
  }

  /** Takes a kernel apart, so that it is read as it was given. */
  write(kernel: tf.Tensor): void {
    // Of what was given: a constraint may change the length of v, and the output must not change.
    const lengths = kernelLengths(kernel, this.outputAxes, this.epsilon);
    this.v.write(kernel);
    this.g.write(lengths);
    lengths.dispose();
  }
}
