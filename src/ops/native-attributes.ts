/** Attributes of TensorFlow's ops for tensors of float32: each one object, which is translated once (`native-op.ts`). */

export const FLOAT = { T: 'float32' } as const;
export const SHAPED = { ...FLOAT, Tshape: 'int32' } as const;
export const TRANSPOSE = { ...FLOAT, Tperm: 'int32' } as const;
export const SLICE = { ...FLOAT, Index: 'int32' } as const;
export const INDEXED = { ...FLOAT, Tidx: 'int32' } as const;
/** A reduction that keeps its axes as 1, and one that drops them. */
export const KEEP = { ...INDEXED, keep_dims: true } as const;
export const DROP = { ...INDEXED, keep_dims: false } as const;
export const FILL = { ...FLOAT, index_type: 'int32' } as const;
/** A bias is along the last axis. */
export const BIAS = { ...FLOAT, data_format: { string: 'NHWC' } } as const;
