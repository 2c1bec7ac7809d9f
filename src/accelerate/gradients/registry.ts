import type { Acceleration } from '../acceleration.js';
import { averagePool } from './average-pool.js';
import { averagePool3d } from './average-pool-3d.js';
import { conv3dTranspose } from './conv-3d-transpose.js';
import { einsum } from './einsum.js';
import { matMul } from './mat-mul.js';
import { maximum } from './maximum.js';
import { mean } from './mean.js';
import { minimum } from './minimum.js';
import { relu } from './relu.js';
import { resizeBilinear } from './resize-bilinear.js';
import { resizeNearestNeighbor } from './resize-nearest-neighbor.js';
import { savedOutputs } from './saved-outputs.js';
import { softmax } from './softmax.js';
import { sqrt } from './sqrt.js';
import { squaredDifference } from './squared-difference.js';
import { sum } from './sum.js';
import { tile } from './tile.js';
import { zeroSizeBatch } from './zero-size-batch.js';

export const gradients = {
  /** Faster: one pass. */
  'gradient/relu': relu,
  /** Faster: one program on native. */
  'gradient/softmax': softmax,
  /** Faster: one pass (tensorflow/tfjs#2120). */
  'gradient/tile': tile,
  /** Faster: one pass. */
  'gradient/sum': sum,
  /** Faster: one pass. */
  'gradient/mean': mean,
  /** Fixed: throws where inputs broadcast (tensorflow/tfjs#8721, tensorflow/tfjs#8548). */
  'gradient/matMul': matMul,
  /** Fixed: throws where inputs broadcast. */
  'gradient/maximum': maximum,
  /** Fixed: throws where inputs broadcast. */
  'gradient/minimum': minimum,
  /** Fixed: throws where inputs broadcast. */
  'gradient/squaredDifference': squaredDifference,
  /** Fixed: is missing. */
  'gradient/einsum': einsum,
  /** Fixed: is infinite or NaN at zero, so that `tf.norm` has none there. */
  'gradient/sqrt': sqrt,
  /** Fixed: second derivatives of exp, tanh, sigmoid, softmax, logSoftmax and pow are wrong, or throw: a saved output counts as a constant. */
  'gradient/savedOutputs': savedOutputs,
  /** Fixed: divides by the whole window where it reaches over the edge; with `same` that is wrong by 33 to 67 percent. Right on native. */
  'gradient/averagePool': averagePool,
  'gradient/averagePool3d': averagePool3d,
  /** Fixed: mixes examples on cpu, ignores half-pixel centers. */
  'gradient/resizeNearestNeighbor': resizeNearestNeighbor,
  /** Fixed: transposes the image on cpu, ignores half-pixel centers, and never ends on cpu where corners are aligned and an axis has one pixel. */
  'gradient/resizeBilinear': resizeBilinear,
  /** Fixed: is missing, so that the layer does not train. */
  'gradient/conv3dTranspose': conv3dTranspose,
  /** Fixed: a batch of no examples throws, or has gradients of whatever the memory held; here they are zero. */
  'gradient/zeroSizeBatch': zeroSizeBatch,
} satisfies Record<`gradient/${string}`, Acceleration>;
