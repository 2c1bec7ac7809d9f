import type * as tf from '@tensorflow/tfjs';
import { kernelLengths } from '../ops/lengths.js';
import { unitKernel } from '../ops/weight-norm.js';
import { madeBy } from '../tfjs/named.js';
import type { WeightRequest } from './inner-layer.js';

/** Stands in the place of a layer's kernel, and is computed from two weights: `g v / |v|`. */
export class NormalizedKernel {
  private value: tf.Tensor | null = null;

  constructor(
    readonly g: tf.LayerVariable,
    readonly v: tf.LayerVariable,
    private readonly outputAxes: number[],
    private readonly epsilon: number,
  ) {}

  /**
   * Adds length and direction in place of the kernel that was asked for: g and v, or with a prefix `prefixG`, `prefixV`.
   * The kernel's regularizer is left to the caller, since it does not act on v.
   */
  static add(
    request: WeightRequest,
    outputAxes: number[],
    { prefix, epsilon, trainableScale }: { prefix: string; epsilon: number; trainableScale: boolean },
    add: (part: WeightRequest) => tf.LayerVariable,
  ): NormalizedKernel {
    const { shape, initializer } = request;
    // Computed when an initializer runs, since tfjs runs none while it loads a model.
    let kernel: tf.Tensor | undefined;
    const start = (): tf.Tensor => {
      kernel ??= initializer.apply(shape, 'float32');
      return kernel;
    };
    const part = (letter: string, apply: () => tf.Tensor): WeightRequest => ({
      ...request,
      name: prefix ? prefix + letter.toUpperCase() : letter,
      initializer: madeBy(apply),
      regularizer: undefined,
    });
    const g = add({
      ...part('g', () => kernelLengths(start(), outputAxes, epsilon)),
      shape: outputAxes.map((axis) => shape.at(axis) ?? 0),
      trainable: trainableScale,
      constraint: undefined,
    });
    const v = add(part('v', () => start().clone()));
    kernel?.dispose();
    return new NormalizedKernel(g, v, outputAxes, epsilon);
  }

  /** Computes each kernel once while `f` runs: a recurrent layer reads its kernels at each time step. */
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
    const { rank } = v;
    const shape = v.shape.map((size, axis) => (this.outputAxes.includes(axis - rank) ? size : 1));
    return this.direction().mul(this.g.read().reshape(shape));
  }

  /** `v / |v|`. */
  direction(): tf.Tensor {
    return unitKernel(this.v.read(), this.outputAxes, { epsilon: this.epsilon });
  }

  /** Sets g and v such that the kernel is read as it is given. */
  write(kernel: tf.Tensor): void {
    // From the given kernel: a constraint may change the length of v, and the output must not change.
    const lengths = kernelLengths(kernel, this.outputAxes, this.epsilon);
    this.v.write(kernel);
    this.g.write(lengths);
    lengths.dispose();
  }
}
