import type { Acceleration } from './acceleration.js';
import { adam } from './adam.js';
import { averagePool, averagePool3d } from './average-pool.js';
import { broadcastMatMul, broadcastMatMulOnWasm, matMul, matMulGradient } from './batch-mat-mul.js';
import { batchNorm } from './batch-normalization.js';
import { cast } from './cast.js';
import { clipByValue } from './clip-by-value.js';
import { constraints } from './constraints.js';
import { conv2dBackpropFilter } from './conv-2d-backprop-filter.js';
import { conv2dBackpropInput } from './conv-2d-backprop-input.js';
import { conv3d, conv3dOnWasm, conv3dTransposeGradient } from './conv-3d.js';
import { dense } from './dense.js';
import { depthwiseConv2dBackpropFilter } from './depthwise-conv-2d-backprop-filter.js';
import { depthwiseConv2dBackpropInput } from './depthwise-conv-2d-backprop-input.js';
import { dropout, seededDropout } from './dropout.js';
import { einsum } from './einsum.js';
import { einsumKernel, einsumOnWasm } from './einsum-kernel.js';
import { emptyConvolutions, emptyConvolutionsOnWebgl } from './empty-convolutions.js';
import { emptyGradients } from './empty-gradients.js';
import { emptyOnCpu } from './empty-on-cpu.js';
import { emptyOnWasm, emptyOnWebgl } from './empty-tensors.js';
import { frozenBatchNorm } from './frozen-batch-normalization.js';
import { gru } from './gru.js';
import { layerNorm } from './layer-normalization.js';
import { lstm } from './lstm.js';
import { maxPoolGradient } from './max-pool-gradient.js';
import { maximum } from './maximum.js';
import { mean } from './mean.js';
import { meanOnNative } from './mean-on-native.js';
import { minimum } from './minimum.js';
import { momentum } from './momentum.js';
import { ofNothing, ofNothingOnWasm } from './of-nothing.js';
import { oneColumn } from './one-column.js';
import { padOnWebgl } from './pad-on-webgl.js';
import { pointwiseFilterGradient } from './pointwise-filter-gradient.js';
import { pool3d, pool3dOnWasm } from './pool-3d.js';
import { prelu } from './prelu.js';
import { reach3d, reach3dOnNative, reach3dOnWasm } from './reach-3d.js';
import { relu } from './relu.js';
import { reshape } from './reshape.js';
import { resizeBilinear, resizeNearestNeighbor } from './resize.js';
import { rmsprop } from './rmsprop.js';
import { sameConvolutions } from './same-convolutions.js';
import { savedOutputs } from './saved-outputs.js';
import { sgd } from './sgd.js';
import { slice } from './slice.js';
import { softmax } from './softmax.js';
import { softmaxCrossEntropy } from './softmax-cross-entropy.js';
import { norm } from './sqrt.js';
import { squaredDifference } from './squared-difference.js';
import { sum } from './sum.js';
import { sumOnNative } from './sum-on-native.js';
import { sumOnWasm } from './sum-on-wasm.js';
import { tile } from './tile.js';
import { unclippedCrossEntropy } from './unclipped-cross-entropy.js';
import { unequalStrides } from './unequal-strides.js';
import { unsortedSegmentSum } from './unsorted-segment-sum.js';

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
