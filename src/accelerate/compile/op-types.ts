/** Ops by those of their attributes that are the type of an input, with its place; scripts/op-outputs.py writes this. */
const OPS: Record<string, string> = {
  'SrcT:0': 'Cast',
  'T:0':
    'Abs Acos Acosh Add AddN AddV2 Asin Asinh Atan Atan2 Atanh AvgPool AvgPool3D BatchMatMul BatchMatMulV2 BiasAdd BiasAddGrad Bitcast BitwiseAnd BroadcastArgs Ceil ClipByValue Complex ComplexAbs ConcatV2 Conv2D Conv2DBackpropFilter Conv3D Conv3DBackpropFilterV2 Cos Cosh CropAndResize DepthToSpace DepthwiseConv2dNative DepthwiseConv2dNativeBackpropFilter Diag Dilation2D Dilation2DBackpropFilter Dilation2DBackpropInput Div DivNoNan Einsum Elu EluGrad EncodePng Equal Erf Exp Expm1 Floor FloorDiv FloorMod FusedBatchNorm Greater GreaterEqual Identity Imag IsFinite IsInf IsNan LRN LRNGrad LSTMBlockCellGrad LeakyRelu Less LessEqual ListDiff Log Log1p LogSoftmax LowerBound MatMul MaxPool MaxPool3D MaxPoolGrad MaxPoolWithArgmax Maximum Minimum Mod Mul Multinomial Neg NonMaxSuppressionV5 NotEqual OnesLike Pack Pow RaggedRange Real RealDiv Reciprocal Relu Relu6 Relu6Grad ResizeBilinear ResizeNearestNeighbor ResizeNearestNeighborGrad Reverse RightShift Round Rsqrt Selu Shape Sigmoid SigmoidGrad Sign Sin Sinh Softmax SoftmaxCrossEntropyWithLogits Softplus Sqrt Square SquaredDifference Sub Tan Tanh TanhGrad TopK Unique Unpack UpperBound Where ZerosLike _FusedMatMul _MklSoftmax',
  'T:0 Index:1': 'Slice StridedSlice',
  'T:0 T_threshold:3': 'NonMaxSuppressionV3 NonMaxSuppressionV4',
  'T:0 Taxis:1': 'UniqueV2',
  'T:0 Tblock_shape:1 Tcrops:2': 'BatchToSpaceND',
  'T:0 Tblock_shape:1 Tpaddings:2': 'SpaceToBatchND',
  'T:0 Tdim:1': 'ExpandDims',
  'T:0 Tidx:1': 'ArgMax ArgMin BroadcastTo Cumprod Cumsum EuclideanNorm Max Mean Min Prod ReverseV2 Sum',
  'T:0 Tidx:1 Tsegmentids:2': 'SparseSegmentMean SparseSegmentSum',
  'T:0 Tidx:2': 'LinSpace',
  'T:0 Tindex:1': 'MatrixBandPart',
  'T:0 Tindices:1': 'TensorScatterUpdate',
  'T:0 Tindices:1 Tnumsegments:2': 'UnsortedSegmentSum',
  'T:0 Tk:1': 'TopKV2',
  'T:0 Tlen:1': 'SplitV',
  'T:0 Tmultiples:1': 'Tile',
  'T:0 Tpaddings:1': 'MirrorPad Pad PadV2',
  'T:0 Tperm:1': 'Transpose',
  'T:0 Tseed:1': 'StatelessRandomUniform StatelessRandomUniformFullInt',
  'T:0 Tshape:1': 'Reshape',
  'T:0 U:1': 'FusedBatchNormV3',
  'T:0 U:3': 'FusedBatchNormGradV3',
  'T:1':
    'AvgPool3DGrad AvgPoolGrad BlockLSTMV2 Concat Conv2DBackpropInput DepthwiseConv2dNativeBackpropInput ResizeBilinearGrad ResourceApplyGradientDescent Select SelectV2 SparseFillEmptyRows Split',
  'T:2': 'Bincount ResourceApplyMomentum WriteSummary',
  'T:3': 'ResourceApplyAdam WriteScalarSummary',
  'TI:0 T:2': 'OneHot',
  'TInput:0 T:2': 'MaxPool3DGrad',
  'Tcomplex:0': 'FFT IFFT',
  'Tidx:0': 'Range',
  'Tidx:0 T:2': 'DenseBincount',
  'Tidx:1': 'All Any',
  'Tindices:0 T:1': 'ScatterNd',
  'Tindices:0 T:2': 'SparseToDense',
  'Tparams:0 Tindices:1': 'GatherNd',
  'Tparams:0 Tindices:1 Taxis:2': 'GatherV2',
  'Tshape:0 T:1': 'Conv3DBackpropInputV2',
  'Tshape:0 T:1 Tindex:3': 'RaggedTensorToTensor',
  'Tsplits:0': 'RaggedGather',
  'Tsplits:1': 'StringNGrams',
  'dtype:1': 'AssignVariableOp',
  'index_type:0 T:1': 'Fill',
};

const types = new Map<string, [attribute: string, input: number][]>(
  Object.entries(OPS).flatMap(([attributes, ops]) => {
    const one = attributes.split(' ').map((attribute): [string, number] => {
      const [name, input] = attribute.split(':') as [string, string];
      return [name, Number(input)];
    });
    return ops.split(' ').map((op) => [op, one] as const);
  }),
);

/** The attributes of an op that are the type of an input, with the place of that input. */
export const inputTypes = (op: string): readonly [attribute: string, input: number][] => types.get(op) ?? [];
