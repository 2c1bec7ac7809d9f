import type { Acceleration } from './acceleration.js';
import { averagePool } from './gradients/average-pool.js';
import { averagePool3d } from './gradients/average-pool-3d.js';
import { conv3dTranspose } from './gradients/conv-3d-transpose.js';
import { einsum } from './gradients/einsum.js';
import { emptyGradients } from './gradients/empty-gradients.js';
import { matMul as matMulGradient } from './gradients/mat-mul.js';
import { maximum } from './gradients/maximum.js';
import { mean } from './gradients/mean.js';
import { minimum } from './gradients/minimum.js';
import { relu } from './gradients/relu.js';
import { resizeBilinear } from './gradients/resize-bilinear.js';
import { resizeNearestNeighbor } from './gradients/resize-nearest-neighbor.js';
import { savedOutputs } from './gradients/saved-outputs.js';
import { softmax } from './gradients/softmax.js';
import { norm } from './gradients/sqrt.js';
import { squaredDifference } from './gradients/squared-difference.js';
import { sum } from './gradients/sum.js';
import { tile } from './gradients/tile.js';
import { broadcastMatMul } from './kernels/broadcast-mat-mul.js';
import { conv3d } from './kernels/conv-3d.js';
import { croppedPool3d } from './kernels/cropped-pool-3d.js';
import { einsum as einsumKernel } from './kernels/einsum.js';
import { cast } from './kernels/native/cast.js';
import { depthwiseUnequalStrides } from './kernels/native/depthwise-unequal-strides.js';
import { mean as meanOnNative } from './kernels/native/mean.js';
import { oneColumnOutput } from './kernels/native/one-column-output.js';
import { pointwiseFilterGradient } from './kernels/native/pointwise-filter-gradient.js';
import { reshape } from './kernels/native/reshape.js';
import { sum as sumOnNative } from './kernels/native/sum.js';
import { together } from './kernels/on-backends.js';
import { pool3d } from './kernels/pool-3d.js';
import { clipByValue } from './kernels/wasm/clip-by-value.js';
import { conv2dBackpropFilter } from './kernels/wasm/conv-2d-backprop-filter.js';
import { conv2dBackpropInput } from './kernels/wasm/conv-2d-backprop-input.js';
import { croppedConvolutions } from './kernels/wasm/cropped-convolutions.js';
import { depthwiseConv2dBackpropFilter } from './kernels/wasm/depthwise-conv-2d-backprop-filter.js';
import { depthwiseConv2dBackpropInput } from './kernels/wasm/depthwise-conv-2d-backprop-input.js';
import { matMul } from './kernels/wasm/mat-mul.js';
import { maxPoolGradient } from './kernels/wasm/max-pool-gradient.js';
import { prelu } from './kernels/wasm/prelu.js';
import { slice } from './kernels/wasm/slice.js';
import { sum as sumOnWasm } from './kernels/wasm/sum.js';
import { unsortedSegmentSum } from './kernels/wasm/unsorted-segment-sum.js';
import { pad } from './kernels/webgl/pad.js';
import { zeroSizeConcat } from './kernels/zero-size-concat.js';
import { zeroSizeConvolutions } from './kernels/zero-size-convolutions.js';
import { zeroSizeMatMul } from './kernels/zero-size-mat-mul.js';
import { zeroSizeReductions } from './kernels/zero-size-reductions.js';
import { zeroSizeTranspose } from './kernels/zero-size-transpose.js';
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

/** On the backends that are there without being loaded. */
const inJavaScript = ({ cpu, webgl }: Record<'cpu' | 'webgl', Acceleration>): Acceleration =>
  together(cpu, webgl);

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
  broadcastMatMul: inJavaScript(broadcastMatMul),
  broadcastMatMulOnWasm: broadcastMatMul.wasm,
  matMulGradient,
  maximum,
  minimum,
  squaredDifference,
  einsum,
  einsumKernel: inJavaScript(einsumKernel),
  einsumOnWasm: einsumKernel.wasm,
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
  sameConvolutions: croppedConvolutions,
  conv3d: inJavaScript(conv3d),
  conv3dOnWasm: conv3d.wasm,
  conv3dTransposeGradient: conv3dTranspose,
  pool3d: inJavaScript(pool3d),
  pool3dOnWasm: pool3d.wasm,
  prelu,
  ofNothing: inJavaScript(zeroSizeReductions),
  ofNothingOnWasm: zeroSizeReductions.wasm,
  reach3d: inJavaScript(croppedPool3d),
  reach3dOnWasm: croppedPool3d.wasm,
  reach3dOnNative: croppedPool3d.native,
  oneColumn: oneColumnOutput,
  unequalStrides: depthwiseUnequalStrides,
  emptyConvolutions: zeroSizeConvolutions.native,
  emptyConvolutionsOnWebgl: zeroSizeConvolutions.webgl,
  emptyGradients,
  emptyOnCpu: zeroSizeConcat,
  emptyOnWasm: together(zeroSizeTranspose.wasm, zeroSizeMatMul.wasm),
  emptyOnWebgl: together(zeroSizeTranspose.webgl, zeroSizeMatMul.webgl),
  padOnWebgl: pad,
  frozenBatchNorm,
  seededDropout,
  unclippedCrossEntropy,
  constraints,
} satisfies Record<string, Acceleration>;

/** What `only` calls an acceleration: the kernel, layer or optimizer that it changes. */
export type AccelerationName = keyof typeof accelerations;
