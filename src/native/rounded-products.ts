import type * as tfjs from '@tensorflow/tfjs';
import type { NativeAttribute, NativeTensor } from '../tfjs/native-backend.js';
import { nativeBackendOf } from '../tfjs/native-of.js';

/** The numbers of TF_DataType. */
const FLOAT = 1;
const BFLOAT16 = 14;

/** Below these the conversions take longer than the product saves: multiplications of a matrix product, */
const FEWEST_MULTIPLICATIONS = 12e6;
/** and channels of a convolution, on either side. */
const FEWEST_CHANNELS = 16;

/** What tfjs computes `matMul` and convolutions with. */
const PRODUCTS = ['BatchMatMulV2', 'Conv2D', 'Conv2DBackpropInput', 'Conv2DBackpropFilter'];

/**
 * Has the native backend compute its products from bfloat16 copies of their float32 inputs, as bfloat16 ops of
 * TensorFlow, whose sums are float32 and whose result is rounded once more: for processors on which oneDNN does not
 * round float32 inputs by itself. Tensors of tfjs are and stay float32.
 *
 * A copy is kept for as long as its tensor lives: a kernel is converted once for the forward and the backward pass.
 *
 * @returns what undoes it
 */
export function roundProducts(tf: typeof tfjs): () => void {
  const backend = nativeBackendOf(tf);
  const { binding, executeSingleOutput, disposeData } = backend;
  const copies = new Map<object, number>();

  const type = (name: string, value: number) => ({ name, type: binding.TF_ATTR_TYPE, value });
  const convert = (id: number, from: number, to: number): NativeTensor =>
    binding.executeOp('Cast', [type('SrcT', from), type('DstT', to)], [id], 1)[0]!;

  function copyOf(input: tfjs.Tensor): number {
    const id = backend.getInputTensorIds([input])[0]!;
    // The sizes that the gradients of a convolution take as an input.
    if (input.dtype !== 'float32') return id;
    const known = copies.get(input.dataId);
    if (known !== undefined) return known;
    const copy = convert(id, FLOAT, BFLOAT16).id;
    copies.set(input.dataId, copy);
    return copy;
  }

  function drop(data: object): void {
    const copy = copies.get(data);
    if (copy === undefined) return;
    copies.delete(data);
    binding.deleteTensor(copy);
  }

  backend.executeSingleOutput = (name, attributes, inputs) => {
    if (!PRODUCTS.includes(name) || !isFloat(attributes) || !isLarge(name, attributes, inputs)) {
      return executeSingleOutput.call(backend, name, attributes, inputs);
    }
    const others = attributes.filter((attribute) => attribute.name !== 'T');
    const [product] = binding.executeOp(name, [type('T', BFLOAT16), ...others], inputs.map(copyOf), 1);
    const { id } = product!;
    try {
      return backend.createOutputTensor(convert(id, BFLOAT16, FLOAT));
    } finally {
      binding.deleteTensor(id);
    }
  };
  backend.disposeData = (data, force) => {
    const gone = disposeData.call(backend, data, force);
    if (gone) drop(data);
    return gone;
  };

  return () => {
    Object.assign(backend, { executeSingleOutput, disposeData });
    for (const data of [...copies.keys()]) drop(data);
  };
}

const isFloat = (attributes: readonly NativeAttribute[]) =>
  attributes.some(({ name, value }) => name === 'T' && value === FLOAT);

function isLarge(
  name: string,
  attributes: readonly NativeAttribute[],
  inputs: readonly tfjs.Tensor[],
): boolean {
  const [first, second, third] = inputs;
  if (!first || !second) return false;
  if (name === 'BatchMatMulV2') {
    const transposed = attributes.some((attribute) => attribute.name === 'adj_y' && attribute.value);
    const columns = second.shape.at(transposed ? -2 : -1) ?? 0;
    return first.size * columns >= FEWEST_MULTIPLICATIONS;
  }
  const byFilter = name === 'Conv2DBackpropFilter';
  const channels = byFilter ? [first.shape.at(-1), third?.shape.at(-1)] : second.shape.slice(-2);
  return channels.every((count) => (count ?? 0) >= FEWEST_CHANNELS);
}
