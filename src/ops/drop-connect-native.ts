import type * as tf from '@tensorflow/tfjs';
import { FLOAT, SHAPED, SLICE, TRANSPOSE } from './native-attributes.js';
import { inBytes, packed, unpacked } from './native-bits.js';
import { type Handle, nativeProgram } from './native-op.js';
import { joined, padded, selecting, sizesOf, split } from './native-parts.js';

const TRANSPOSED_BYTES = { T: 'uint8', Tperm: 'int32' } as const;
const EXPANDED = { ...FLOAT, Tdim: 'int32' } as const;
const PRODUCT = { ...FLOAT, adj_x: false, adj_y: false } as const;
const PRODUCT_BY_ROWS = { ...FLOAT, adj_x: false, adj_y: true } as const;

/**
 * The product of a block of examples, and their masks at a bit each, which {@link nativeGradients} reads. By TensorFlow's
 * own ops; null on any other backend, and where a second gradient is to be taken.
 *
 * @param x `[examples, inputs]`
 * @param kernel `[inputs, units]`
 * @param kept bool, `[examples, inputs, units]`
 */
export function nativeProduct(
  x: tf.Tensor2D,
  kernel: tf.Tensor2D,
  kept: tf.Tensor,
): [product: tf.Tensor, bits: tf.Tensor] | null {
  const [inputs, units] = kernel.shape;
  const [examples] = x.shape;
  const sizes = sizesOf(examples, inputs * units);
  return nativeProgram([x, kernel, kept], (ops, x, kernel, kept) => {
    const { op, integer, integers, tidy } = ops;
    const rows = split(ops, 'float32', op('ExpandDims', EXPANDED, x, integer(1)), sizes);
    const masks = split(ops, 'bool', kept, sizes);
    const thinned = selecting(ops, kernel, sizes);
    const products = rows.map(
      (x, n) => tidy(() => [op('BatchMatMulV2', PRODUCT, x, thinned(n, masks[n]!))])[0],
    );
    const product = op('Reshape', SHAPED, joined(ops, 'float32', products), integers([examples, units]));
    const [bits] = tidy(() => [packed(ops, kept, [examples, inputs, units])]);
    return [product, bits];
  });
}

/**
 * The gradients of all examples by `x` and the kernel; null where {@link nativeProduct} has kept no bits, or is null.
 *
 * What the masks of one input leave of dy, `T_bj = M_bj dy_bj`, serves both: `dx_b = sum_j T_bj W_j` and
 * `dW_j = sum_b x_b T_bj`.
 *
 * @param bits of each block of examples, in their order
 */
export function nativeGradients(
  dy: tf.Tensor2D,
  x: tf.Tensor2D,
  kernel: tf.Tensor2D,
  bits: tf.Tensor[],
): [dx: tf.Tensor, dW: tf.Tensor] | null {
  if (bits.length === 0) return null;
  const [inputs, units] = kernel.shape;
  const [examples] = x.shape;
  const columns = inBytes(units);
  const sizes = sizesOf(inputs, examples * columns);
  return nativeProgram([dy, x, kernel, ...bits], (ops, dy, x, kernel, ...bits) => {
    const { op, integer, integers, tidy } = ops;
    const ofInputs = (t: Handle) => split(ops, 'float32', op('ExpandDims', EXPANDED, t, integer(1)), sizes);
    const wide = (t: Handle) => padded(ops, 'float32', t, [0, columns - units]);
    const xs = ofInputs(op('Transpose', TRANSPOSE, x, integers([1, 0])));
    const kernels = ofInputs(wide(kernel));
    const all = op('Transpose', TRANSPOSED_BYTES, joined(ops, 'uint8', bits), integers([1, 0, 2]));
    const masks = split(ops, 'uint8', all, sizes);
    const thinned = selecting(ops, wide(dy), sizes);
    const gradients = sizes.map((size, n) =>
      tidy(() => {
        const left = thinned(n, unpacked(ops, masks[n]!, [size, examples, columns]));
        return [
          op('BatchMatMulV2', PRODUCT_BY_ROWS, kernels[n]!, left),
          op('BatchMatMulV2', PRODUCT, xs[n]!, left),
        ];
      }),
    );
    const together = (parts: Handle[], width: number) =>
      op('Reshape', SHAPED, joined(ops, 'float32', parts), integers([inputs, width]));
    const dx = together(
      gradients.map(([dx]) => dx),
      examples,
    );
    const dW = together(
      gradients.map(([, dW]) => dW),
      columns,
    );
    return [
      op('Transpose', TRANSPOSE, dx, integers([1, 0])),
      op('Slice', SLICE, dW, integers([0, 0]), integers([inputs, units])),
    ];
  });
}
