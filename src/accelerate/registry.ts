import type { Acceleration } from './acceleration.js';
import { gradients } from './gradients/registry.js';
import { kernels } from './kernels/registry.js';
import { batchNormalization } from './layers/batch-normalization.js';
import { dense } from './layers/dense.js';
import { dropout } from './layers/dropout.js';
import { frozenBatchNormalization } from './layers/frozen-batch-normalization.js';
import { layerNormalization } from './layers/layer-normalization.js';
import { seededDropout } from './layers/seeded-dropout.js';
import { adam } from './optimizers/adam.js';
import { momentum } from './optimizers/momentum.js';
import { rmsprop } from './optimizers/rmsprop.js';
import { sgd } from './optimizers/sgd.js';
import { gru } from './recurrent/gru.js';
import { lstm } from './recurrent/lstm.js';
import { constraints } from './training/constraints.js';
import { softmaxCrossEntropy } from './training/softmax-cross-entropy.js';
import { unclippedCrossEntropy } from './training/unclipped-cross-entropy.js';

/**
 * All accelerations by name. A name is an address: its kind leads to the folder and its last segment, in kebab case, to the
 * file, which exports it under that segment: `kernel/wasm/matMul` is `matMul` of `kernels/wasm/mat-mul.ts`. What serves
 * several backends is in one file beside their folders and exports one acceleration for each: `kernel/cpu/pool3d` is
 * `pool3d.cpu` of `kernels/pool-3d.ts`.
 *
 * They are applied in this order. Where two override the same method or kernel, the later one gets each call first and may
 * hand it to the earlier one: `layer/seededDropout` leaves a layer without a seed to `layer/dropout`.
 *
 * The comment before an entry is its line in README's table: `Faster`, `Fixed` with what is wrong in tfjs, or `Repair`. An
 * entry without one shares that of the entry before it. `npm run generate` writes the table.
 */
export const accelerations = {
  ...gradients,
  ...kernels,
  /** Faster: bias and relu with the product, for inputs of any rank; computes no gradient that nobody needs. */
  'layer/dense': dense,
  /** Fixed: throws in training without scale or center, or on an axis before the last; there it predicts wrongly on cpu (tensorflow/tfjs#2868). Also faster: a closed form, right far from 0 too; on native TensorFlow's fused op. */
  'layer/batchNormalization': batchNormalization,
  /** Fixed: throws in training without scale or center, and at rank 5. Also faster: a closed form, right far from 0 too; on native one program. */
  'layer/layerNormalization': layerNormalization,
  /** Faster: masks of layers without a seed from a generator on the device. */
  'layer/dropout': dropout,
  /** Repair: where `trainable` is false, for the layer or for a model that contains it, batch normalization uses its moving statistics and leaves them alone. */
  'layer/frozenBatchNormalization': frozenBatchNormalization,
  /** Repair: a new mask at each call; tfjs repeats the first. */
  'layer/seededDropout': seededDropout,
  /** Fixed: over a single step there is no gradient by the input, so that nothing before the layer trains. Also faster: whole sequences at once, with a gradient in closed form; left to tfjs on webgl. */
  'recurrent/lstm': lstm,
  'recurrent/gru': gru,
  /** Faster: updates in place on native; one pass on cpu, and for small weights on wasm. */
  'optimizer/sgd': sgd,
  'optimizer/momentum': momentum,
  'optimizer/adam': adam,
  /** Fixed: if centred, it subtracts epsilon from the variance: NaN for a gradient of 0. Here `rate dw / sqrt(max(0, s - a^2) + epsilon)`, as in TensorFlow. */
  'optimizer/rmsprop': rmsprop,
  /** Faster: categorical and sparse, as loss and as metric, clipped as in tfjs; one pass for the value and one for the gradient. */
  'training/softmaxCrossEntropy': softmaxCrossEntropy,
  /** Repair: computes the losses of a softmax from its inputs. They are right for confident mistakes, where those of tfjs end at 16.1 and have no gradient. */
  'training/unclippedCrossEntropy': unclippedCrossEntropy,
  /** Repair: applies constraints after each step; tfjs never applies them in `fit` (tensorflow/tfjs#3345, tensorflow/tfjs#3979). */
  'training/constraints': constraints,
} satisfies Record<string, Acceleration>;

/** What `only` calls one acceleration. */
export type AccelerationName = keyof typeof accelerations;

type GroupOf<Name extends string> = Name extends `${infer First}/${infer Rest}`
  ? First | `${First}/${GroupOf<Rest>}`
  : never;

/** What `only` calls all accelerations of a kind, or of a kind on one backend: `optimizer`, `kernel/wasm`. */
export type AccelerationGroup = GroupOf<AccelerationName>;

/** In the order in which they are applied. */
export const NAMES = Object.keys(accelerations) as AccelerationName[];

export const accelerationOf = (name: AccelerationName): Acceleration => accelerations[name];
