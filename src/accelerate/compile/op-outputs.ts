/** Ops by the names of their outputs, from TensorFlow's own list; scripts/op-outputs.py writes this. `...` marks one of many. */
const OPS: Record<string, string> = {
  '': 'AssignVariableOp CreateSummaryFileWriter DestroyResourceOp FlushSummaryWriter NoOp ResourceApplyAdam ResourceApplyGradientDescent ResourceApplyMomentum WriteScalarSummary WriteSummary',
  activations: 'Elu LeakyRelu Relu Relu6 Selu Softplus',
  backprops: 'EluGrad Relu6Grad',
  band: 'MatrixBandPart',
  bins: 'Bincount',
  contents: 'EncodeJpeg EncodePng',
  crops: 'CropAndResize',
  'cs_prev_grad dicfo wci_grad wcf_grad wco_grad': 'LSTMBlockCellGrad',
  dense: 'SparseToDense',
  filter_backprop: 'Dilation2DBackpropFilter',
  'i cs f o ci co h': 'BlockLSTMV2',
  image: 'DecodeBmp DecodeGif DecodeJpeg DecodePng',
  in_backprop: 'Dilation2DBackpropInput',
  index: 'Where',
  'indices values shape': 'StringSplit',
  logsoftmax: 'LogSoftmax',
  'loss backprop': 'SoftmaxCrossEntropyWithLogits',
  'ngrams ngrams_splits': 'StringNGrams',
  out: 'Complex Cumprod Cumsum',
  'out idx': 'ListDiff',
  output:
    'All Any ArgMax ArgMin AvgPool AvgPool3D AvgPool3DGrad AvgPoolGrad BatchMatMul BatchMatMulV2 BatchToSpaceND BiasAdd BiasAddGrad Bitcast BroadcastTo ClipByValue Concat ConcatV2 Const Conv2D Conv2DBackpropFilter Conv2DBackpropInput Conv3D Conv3DBackpropFilterV2 Conv3DBackpropInputV2 DenseBincount DepthToSpace DepthwiseConv2dNative DepthwiseConv2dNativeBackpropFilter DepthwiseConv2dNativeBackpropInput Diag Dilation2D Einsum EuclideanNorm ExpandDims FFT Fill GatherNd GatherV2 IFFT Identity Imag LRN LRNGrad LinSpace LowerBound Max MaxPool MaxPool3D MaxPool3DGrad MaxPoolGrad Mean Min MirrorPad Multinomial OneHot Pack Pad PadV2 Placeholder Prod Range Real Reshape ResizeBilinearGrad ResizeNearestNeighborGrad Reverse ReverseV2 ScatterNd Select SelectV2 Shape Slice SpaceToBatchND SparseSegmentMean SparseSegmentSum StatelessRandomUniform StatelessRandomUniformFullInt StaticRegexReplace StridedSlice StringToHashBucketFast Sum TensorScatterUpdate Tile UnsortedSegmentSum UpperBound',
  'output argmax': 'MaxPoolWithArgmax',
  'output...': 'Split SplitV StatefulPartitionedCall Unpack',
  'output_indices output_shape': 'SparseReshape',
  'output_indices output_values empty_row_indicator reverse_index_map': 'SparseFillEmptyRows',
  product: 'MatMul _FusedMatMul',
  r0: 'BroadcastArgs',
  resized_images: 'ResizeBilinear ResizeNearestNeighbor',
  resource: 'VarHandleOp',
  result: 'RaggedTensorToTensor',
  'rt_nested_splits rt_dense_values': 'RaggedRange',
  selected_indices: 'NonMaxSuppressionV3',
  'selected_indices selected_scores valid_outputs': 'NonMaxSuppressionV5',
  'selected_indices valid_outputs': 'NonMaxSuppressionV4',
  softmax: 'Softmax _MklSoftmax',
  sum: 'AddN',
  value: 'ReadVariableOp',
  'values indices': 'TopK TopKV2',
  writer: 'SummaryWriter',
  'x_backprop scale_backprop offset_backprop reserve_space_4 reserve_space_5': 'FusedBatchNormGradV3',
  y: 'Abs Acos Acosh Asin Asinh Atan Atanh Cast Ceil ComplexAbs Cos Cosh Erf Exp Expm1 Floor IsFinite IsInf IsNan Log Log1p LogicalNot Neg OnesLike Reciprocal Round Rsqrt Sigmoid Sign Sin Sinh Sqrt Square Tan Tanh Transpose ZerosLike',
  'y batch_mean batch_variance reserve_space_1 reserve_space_2': 'FusedBatchNorm',
  'y batch_mean batch_variance reserve_space_1 reserve_space_2 reserve_space_3': 'FusedBatchNormV3',
  'y idx': 'Unique UniqueV2',
  z: 'Add AddV2 Atan2 BitwiseAnd Div DivNoNan Equal FloorDiv FloorMod Greater GreaterEqual Less LessEqual LogicalAnd LogicalOr Maximum Minimum Mod Mul NotEqual Pow RealDiv RightShift SigmoidGrad SquaredDifference Sub TanhGrad',
};

interface Outputs {
  names: string[];
  /** Whether the one output is a list of tensors. */
  isList: boolean;
}

const outputs = new Map<string, Outputs>(
  Object.entries(OPS).flatMap(([names, ops]) => {
    const isList = names.endsWith('...');
    const one = { names: names.replace('...', '').split(' '), isList };
    return ops.split(' ').map((op) => [op, one] as const);
  }),
);

/** How a function refers to an output of an op in it; null for an op that is not known here. */
export function outputName(op: string, output: number): string | null {
  const known = outputs.get(op);
  if (!known) return null;
  return known.isList ? `${known.names[0]}:${output}` : `${known.names[output]}:0`;
}
