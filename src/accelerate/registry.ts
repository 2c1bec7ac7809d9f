import type { Acceleration } from './acceleration.js';
import { averagePool, averagePool3d } from './gradients/average-pool.js';
import { einsum } from './gradients/einsum.js';
import { emptyGradients } from './gradients/empty-gradients.js';
import { maximum } from './gradients/maximum.js';
import { mean } from './gradients/mean.js';
import { minimum } from './gradients/minimum.js';
import { relu } from './gradients/relu.js';
import { resizeBilinear, resizeNearestNeighbor } from './gradients/resize.js';
import { savedOutputs } from './gradients/saved-outputs.js';
import { softmax } from './gradients/softmax.js';
import { norm } from './gradients/sqrt.js';
import { squaredDifference } from './gradients/squared-difference.js';
import { sum } from './gradients/sum.js';
import { tile } from './gradients/tile.js';
import { broadcastMatMul, broadcastMatMulOnWasm, matMul, matMulGradient } from './kernels/batch-mat-mul.js';
import { conv3d, conv3dOnWasm, conv3dTransposeGradient } from './kernels/conv-3d.js';
import { einsumKernel, einsumOnWasm } from './kernels/einsum.js';
import { emptyOnCpu } from './kernels/empty-on-cpu.js';
import { emptyOnWasm, emptyOnWebgl } from './kernels/empty-tensors.js';
import { cast } from './kernels/native/cast.js';
import { emptyConvolutions, emptyConvolutionsOnWebgl } from './kernels/native/empty-convolutions.js';
import { meanOnNative } from './kernels/native/mean.js';
import { oneColumn } from './kernels/native/one-column.js';
import { pointwiseFilterGradient } from './kernels/native/pointwise-filter-gradient.js';
import { reshape } from './kernels/native/reshape.js';
import { sumOnNative } from './kernels/native/sum.js';
import { unequalStrides } from './kernels/native/unequal-strides.js';
import { ofNothing, ofNothingOnWasm } from './kernels/of-nothing.js';
import { padOnWebgl } from './kernels/pad-on-webgl.js';
import { pool3d, pool3dOnWasm } from './kernels/pool-3d.js';
import { reach3d, reach3dOnNative, reach3dOnWasm } from './kernels/reach-3d.js';
import { clipByValue } from './kernels/wasm/clip-by-value.js';
import { conv2dBackpropFilter } from './kernels/wasm/conv-2d-backprop-filter.js';
import { conv2dBackpropInput } from './kernels/wasm/conv-2d-backprop-input.js';
import { depthwiseConv2dBackpropFilter } from './kernels/wasm/depthwise-conv-2d-backprop-filter.js';
import { depthwiseConv2dBackpropInput } from './kernels/wasm/depthwise-conv-2d-backprop-input.js';
import { maxPoolGradient } from './kernels/wasm/max-pool-gradient.js';
import { prelu } from './kernels/wasm/prelu.js';
import { sameConvolutions } from './kernels/wasm/same-convolutions.js';
import { slice } from './kernels/wasm/slice.js';
import { sumOnWasm } from './kernels/wasm/sum.js';
import { unsortedSegmentSum } from './kernels/wasm/unsorted-segment-sum.js';
import { batchNorm } from './layers/batch-normalization.js';
import { dense } from './layers/dense.js';
import { dropout, seededDropout } from './layers/dropout.js';
import { frozenBatchNorm } from './layers/frozen-batch-normalization.js';
import { layerNorm } from './layers/layer-normalization.js';
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
 * All of them by name, in the order in which they are applied: what changes the same method later stands around the
 * earlier.
 */
export const accelerations = {
  dense,
  relu,
  batchNorm,
  layerNorm,
  lstm,
  gru,
  dropout,
  softmax,
  softmaxCrossEntropy,
  sgd,
  momentum,
  adam,
  rmsprop,
  tile,
  sum,
  sumOnNative,
  mean,
  meanOnNative,
  cast,
  reshape,
  matMul,
  broadcastMatMul,
  broadcastMatMulOnWasm,
  matMulGradient,
  maximum,
  minimum,
  squaredDifference,
  einsum,
  einsumKernel,
  einsumOnWasm,
  norm,
  savedOutputs,
  slice,
  sumOnWasm,
  clipByValue,
  conv2dBackpropFilter,
  conv2dBackpropInput,
  maxPoolGradient,
  averagePool,
  averagePool3d,
  resizeNearestNeighbor,
  resizeBilinear,
  pointwiseFilterGradient,
  depthwiseConv2dBackpropFilter,
  depthwiseConv2dBackpropInput,
  unsortedSegmentSum,
  sameConvolutions,
  conv3d,
  conv3dOnWasm,
  conv3dTransposeGradient,
  pool3d,
  pool3dOnWasm,
  prelu,
  ofNothing,
  ofNothingOnWasm,
  reach3d,
  reach3dOnWasm,
  reach3dOnNative,
  oneColumn,
  unequalStrides,
  emptyConvolutions,
  emptyConvolutionsOnWebgl,
  emptyGradients,
  emptyOnCpu,
  emptyOnWasm,
  emptyOnWebgl,
  padOnWebgl,
  frozenBatchNorm,
  seededDropout,
  unclippedCrossEntropy,
  constraints,
} satisfies Record<string, Acceleration>;

/** What `only` calls an acceleration: the kernel, layer or optimizer that it changes. */
export type AccelerationName = keyof typeof accelerations;
