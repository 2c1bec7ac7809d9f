import type { Acceleration } from '../acceleration.js';
import { broadcastMatMul } from './broadcast-mat-mul.js';
import { conv3d } from './conv-3d.js';
import { zeroSizeConcat } from './cpu/zero-size-concat.js';
import { croppedPool3d } from './cropped-pool-3d.js';
import { einsum } from './einsum.js';
import { cast } from './native/cast.js';
import { depthwiseUnequalStrides } from './native/depthwise-unequal-strides.js';
import { gather } from './native/gather.js';
import { mean } from './native/mean.js';
import { oneColumnOutput } from './native/one-column-output.js';
import { pointwiseFilterGradient } from './native/pointwise-filter-gradient.js';
import { reshape } from './native/reshape.js';
import { softmax } from './native/softmax.js';
import { sum as sumOnNative } from './native/sum.js';
import { pool3d } from './pool-3d.js';
import { clipByValue } from './wasm/clip-by-value.js';
import { conv2dBackpropFilter } from './wasm/conv-2d-backprop-filter.js';
import { conv2dBackpropInput } from './wasm/conv-2d-backprop-input.js';
import { croppedConvolutions } from './wasm/cropped-convolutions.js';
import { depthwiseConv2dBackpropFilter } from './wasm/depthwise-conv-2d-backprop-filter.js';
import { depthwiseConv2dBackpropInput } from './wasm/depthwise-conv-2d-backprop-input.js';
import { matMul } from './wasm/mat-mul.js';
import { maxPoolGradient } from './wasm/max-pool-gradient.js';
import { prelu } from './wasm/prelu.js';
import { slice } from './wasm/slice.js';
import { sum as sumOnWasm } from './wasm/sum.js';
import { unsortedSegmentSum } from './wasm/unsorted-segment-sum.js';
import { pad } from './webgl/pad.js';
import { zeroSizeConvolutions } from './zero-size-convolutions.js';
import { zeroSizeMatMul } from './zero-size-mat-mul.js';
import { zeroSizeReductions } from './zero-size-reductions.js';
import { zeroSizeTranspose } from './zero-size-transpose.js';

/** The second segment is the backend. What serves several is in a file beside their folders, with an export for each. */
export const kernels = {
  /** Faster: sums over all rows by TensorFlow's op for the gradient of a bias. */
  'kernel/native/sum': sumOnNative,
  /** Faster: oneDNN's op, which TensorFlow takes in every graph. */
  'kernel/native/softmax': softmax,
  'kernel/native/mean': mean,
  /** Faster: a cast to the type and a reshape to the shape that a tensor has make no copy. */
  'kernel/native/cast': cast,
  'kernel/native/reshape': reshape,
  /** Faster: embeddings, and all that gathers, do not wait for their indices to be checked in JavaScript. */
  'kernel/native/gather': gather,
  /** Faster: products of transposed and of batched matrices by wasm's fast kernel. */
  'kernel/wasm/matMul': matMul,
  /** Fixed: products whose batches broadcast along one axis of several, such as `[2, 1]` and `[2, 3]`. */
  'kernel/cpu/broadcastMatMul': broadcastMatMul.cpu,
  'kernel/webgl/broadcastMatMul': broadcastMatMul.webgl,
  'kernel/wasm/broadcastMatMul': broadcastMatMul.wasm,
  /** Fixed: wrong shapes for `i,jk->ij`. */
  'kernel/cpu/einsum': einsum.cpu,
  'kernel/webgl/einsum': einsum.webgl,
  /** Fixed: is missing. */
  'kernel/wasm/einsum': einsum.wasm,
  /** Faster: copies within wasm's memory. */
  'kernel/wasm/slice': slice,
  'kernel/wasm/sum': sumOnWasm,
  /** Fixed: turns NaN into a bound, so that the loss of weights that are NaN reads 16.118. */
  'kernel/wasm/clipByValue': clipByValue,
  /** Fixed: is missing, so that convolutions do not train (tensorflow/tfjs#8474). */
  'kernel/wasm/conv2dBackpropFilter': conv2dBackpropFilter,
  /** Faster: one product of matrices. */
  'kernel/wasm/conv2dBackpropInput': conv2dBackpropInput,
  /** Fixed: has no gradient for a window without a positive entry; of equal maxima it takes the last, not the first. */
  'kernel/wasm/maxPoolGradient': maxPoolGradient,
  /** Fixed: by a filter of one pixel with strides it ends the process, since TensorFlow writes out of bounds: each stage of a residual network has one, and transposed convolutions. */
  'kernel/native/pointwiseFilterGradient': pointwiseFilterGradient,
  /** Fixed: are missing, so that depthwise convolutions do not train. */
  'kernel/wasm/depthwiseConv2dBackpropFilter': depthwiseConv2dBackpropFilter,
  'kernel/wasm/depthwiseConv2dBackpropInput': depthwiseConv2dBackpropInput,
  /** Fixed: is missing, so that embeddings do not train (tensorflow/tfjs#8082). */
  'kernel/wasm/unsortedSegmentSum': unsortedSegmentSum,
  /** Fixed: conv1d, conv2d, depthwise and separable convolutions with `same` and a stride above the window, on one axis or both; there the gradient of conv2dTranspose by its input too. */
  'kernel/wasm/croppedConvolutions': croppedConvolutions,
  /** Fixed: conv3d and conv3dTranspose with `same` and a stride above the window. */
  'kernel/cpu/conv3d': conv3d.cpu,
  'kernel/webgl/conv3d': conv3d.webgl,
  /** Fixed: the same, and the gradients of every conv3d. */
  'kernel/wasm/conv3d': conv3d.wasm,
  /** Fixed: pooling of three axes with `same` and a stride above the window; the gradient of maxPooling3d. */
  'kernel/cpu/pool3d': pool3d.cpu,
  'kernel/webgl/pool3d': pool3d.webgl,
  /** Fixed: the same, and maxPooling3d of windows without a positive entry. */
  'kernel/wasm/pool3d': pool3d.wasm,
  /** Fixed: slopes shared along an axis before one that has its own. */
  'kernel/wasm/prelu': prelu,
  /** Fixed: sum, mean, prod, max, min, any and all of no values: 0 or NaN, and on wasm whatever its memory held. */
  'kernel/cpu/zeroSizeReductions': zeroSizeReductions.cpu,
  'kernel/webgl/zeroSizeReductions': zeroSizeReductions.webgl,
  'kernel/wasm/zeroSizeReductions': zeroSizeReductions.wasm,
  /** Fixed: the gradient of averagePooling3d with `same` and a stride above the window. */
  'kernel/cpu/croppedPool3d': croppedPool3d.cpu,
  'kernel/webgl/croppedPool3d': croppedPool3d.webgl,
  'kernel/wasm/croppedPool3d': croppedPool3d.wasm,
  /** Fixed: the same, and the outputs of pooling of three axes. */
  'kernel/native/croppedPool3d': croppedPool3d.native,
  /** Fixed: convolutions of one channel to one column, with a stride along it and none down the rows: TensorFlow leaves every second row uninitialized, in Python too. */
  'kernel/native/oneColumnOutput': oneColumnOutput,
  /** Fixed: depthwise convolutions whose strides differ along rows and columns take that of the rows for both. */
  'kernel/native/depthwiseUnequalStrides': depthwiseUnequalStrides,
  /** Fixed: convolutions of a batch of no examples throw, or have the shape of their input. */
  'kernel/native/zeroSizeConvolutions': zeroSizeConvolutions.native,
  'kernel/webgl/zeroSizeConvolutions': zeroSizeConvolutions.webgl,
  /** Fixed: tensors of no values, concatenated or stacked, throw in the next slice. */
  'kernel/cpu/zeroSizeConcat': zeroSizeConcat,
  /** Fixed: of no values throw, or return whatever the memory held. */
  'kernel/wasm/zeroSizeTranspose': zeroSizeTranspose.wasm,
  'kernel/webgl/zeroSizeTranspose': zeroSizeTranspose.webgl,
  'kernel/wasm/zeroSizeMatMul': zeroSizeMatMul.wasm,
  'kernel/webgl/zeroSizeMatMul': zeroSizeMatMul.webgl,
  /** Fixed: `tf.pad` of five axes does not compile. */
  'kernel/webgl/pad': pad,
} satisfies Record<`kernel/${'cpu' | 'native' | 'wasm' | 'webgl'}/${string}`, Acceleration>;
