import type * as tf from '@tensorflow/tfjs';

type Pair = [number, number];
type Triple = [number, number, number];
type Rounding = 'floor' | 'round' | 'ceil';
type Padding2d = 'valid' | 'same' | number | tf.backend_util.ExplicitPadding;

/** The attributes of a convolution over two axes. Those that have a default may be absent. */
export interface Convolution2d {
  strides: number | Pair;
  pad: Padding2d;
  dilations?: number | Pair | null;
  dataFormat?: 'NHWC' | 'NCHW';
  dimRoundingMode?: Rounding | undefined;
}

export interface Convolution3d {
  strides: number | Triple;
  pad: 'valid' | 'same';
  dilations?: number | Triple | null;
  dataFormat?: 'NDHWC' | 'NCDHW';
}

export interface Pooling2d {
  filterSize: number | Pair;
  strides: number | Pair;
  pad: Padding2d;
  dimRoundingMode?: Rounding;
}

export interface Pooling3d {
  filterSize: number | Triple;
  strides: number | Triple;
  pad: 'valid' | 'same' | number;
  dataFormat?: 'NDHWC' | 'NCDHW';
  dimRoundingMode?: Rounding;
}

export interface Reduction {
  axis?: number | number[];
  /** What `Max` calls its axes. */
  reductionIndices?: number | number[];
  keepDims: boolean;
}

export interface Resizing {
  size: Pair;
  alignCorners: boolean;
  halfPixelCenters: boolean;
}

interface Kernel<Inputs extends object, Attributes extends object = object, Output = tf.Tensor> {
  /** The engine calls kernels with tensors, though tfjs types them as `TensorInfo`. */
  inputs: Inputs;
  attributes: Attributes;
  output: Output;
}

type Named<Names extends string, T = tf.Tensor> = Record<Names, T>;
type Unary<Attributes extends object = object> = Kernel<Named<'x'>, Attributes>;
type Binary = Kernel<Named<'a' | 'b'>>;
/** Any number of tensors, named '0', '1', ... */
type Listed<Attributes extends object> = Kernel<Record<string, tf.Tensor>, Attributes>;
type Convolve2d<Attributes extends object = object> = Kernel<
  Named<'x' | 'filter', tf.Tensor4D>,
  Convolution2d & Attributes,
  tf.Tensor4D
>;
type FilterGradient2d = Kernel<
  Named<'x' | 'dy', tf.Tensor4D>,
  Convolution2d & { filterShape: tf.Tensor4D['shape'] },
  tf.Tensor4D
>;
type InputGradient2d = Kernel<
  Named<'dy' | 'filter', tf.Tensor4D>,
  Convolution2d & { inputShape: tf.Tensor4D['shape'] },
  tf.Tensor4D
>;

/** The signatures of the kernels of tfjs that are called or overridden here. */
export interface Kernels {
  Add: Binary;
  Sub: Binary;
  Multiply: Binary;
  RealDiv: Binary;
  Maximum: Binary;
  Minimum: Binary;
  SquaredDifference: Binary;
  BatchMatMul: Kernel<Named<'a' | 'b'>, { transposeA: boolean; transposeB: boolean }>;
  Einsum: Listed<{ equation: string }>;
  Prelu: Kernel<Named<'x' | 'alpha'>>;
  Relu: Unary;
  Sqrt: Unary;
  Softmax: Kernel<Named<'logits'>, { dim: number }>;
  ClipByValue: Unary<{ clipValueMin: number; clipValueMax: number }>;

  All: Unary<Reduction>;
  Any: Unary<Reduction>;
  Max: Unary<Reduction>;
  Mean: Unary<Reduction>;
  Min: Unary<Reduction>;
  Prod: Unary<Reduction>;
  Sum: Unary<Reduction>;

  Cast: Unary<{ dtype: tf.DataType }>;
  Concat: Listed<{ axis: number }>;
  Pack: Listed<{ axis: number }>;
  GatherV2: Kernel<Named<'x' | 'indices'>, { axis: number; batchDims: number }>;
  PadV2: Unary<{ paddings: Pair[]; constantValue: number }>;
  Reshape: Unary<{ shape: number[] }>;
  Slice: Unary<{ begin: number | number[]; size: number | number[] }>;
  SplitV: Unary<{ numOrSizeSplits: number | number[]; axis: number }>;
  Tile: Unary<{ reps: number[] }>;
  Transpose: Unary<{ perm: number[] }>;
  Unpack: Kernel<Named<'value'>, { axis: number }>;
  UnsortedSegmentSum: Kernel<Named<'x' | 'segmentIds'>, { numSegments: number }>;
  ResizeBilinear: Kernel<Named<'images', tf.Tensor4D>, Resizing, tf.Tensor4D>;
  ResizeNearestNeighbor: Kernel<Named<'images', tf.Tensor4D>, Resizing, tf.Tensor4D>;

  Conv2D: Convolve2d;
  FusedConv2D: Convolve2d;
  DepthwiseConv2dNative: Convolve2d;
  FusedDepthwiseConv2D: Convolve2d;
  Conv2DBackpropFilter: FilterGradient2d;
  Conv2DBackpropInput: InputGradient2d;
  DepthwiseConv2dNativeBackpropFilter: FilterGradient2d;
  DepthwiseConv2dNativeBackpropInput: InputGradient2d;
  Conv3D: Kernel<Named<'x' | 'filter', tf.Tensor5D>, Convolution3d, tf.Tensor5D>;
  Conv3DBackpropFilterV2: Kernel<
    Named<'x' | 'dy', tf.Tensor5D>,
    Convolution3d & { filterShape: tf.Tensor5D['shape'] },
    tf.Tensor5D
  >;
  Conv3DBackpropInputV2: Kernel<
    Named<'dy' | 'filter', tf.Tensor5D>,
    Convolution3d & { inputShape: tf.Tensor5D['shape'] },
    tf.Tensor5D
  >;

  AvgPool: Kernel<Named<'x', tf.Tensor4D>, Pooling2d, tf.Tensor4D>;
  MaxPool: Kernel<Named<'x', tf.Tensor4D>, Pooling2d, tf.Tensor4D>;
  MaxPoolGrad: Kernel<Named<'dy' | 'input' | 'output', tf.Tensor4D>, Pooling2d, tf.Tensor4D>;
  AvgPool3D: Kernel<Named<'x', tf.Tensor5D>, Pooling3d, tf.Tensor5D>;
  AvgPool3DGrad: Kernel<Named<'dy' | 'input', tf.Tensor5D>, Pooling3d, tf.Tensor5D>;
  MaxPool3D: Kernel<Named<'x', tf.Tensor5D>, Pooling3d, tf.Tensor5D>;
  MaxPool3DGrad: Kernel<Named<'dy' | 'input' | 'output', tf.Tensor5D>, Pooling3d, tf.Tensor5D>;
}

export type KernelName = keyof Kernels;
export type Inputs<K extends KernelName> = Kernels[K]['inputs'];
export type Attributes<K extends KernelName> = Kernels[K]['attributes'];
export type Output<K extends KernelName> = Kernels[K]['output'];

/** The same inputs, of any rank for the compiler: kernels check the rank themselves. */
export type AnyRank<Inputs> = { [Name in keyof Inputs]: tf.TensorInfo };
