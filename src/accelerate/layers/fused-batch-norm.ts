import type { Attributes, Handle, Ops } from '../../ops/native-op.js';

/** What the op saves for its gradient. */
export type Saved<T> = [mean: T, variance: T, reserve: T];

const FLOAT = { T: 'float32', U: 'float32', is_training: true, data_format: { string: 'NHWC' } } as const;
const known = new Map<number, Attributes>();

function attributesOf(epsilon: number): Attributes {
  const found = known.get(epsilon) ?? { ...FLOAT, epsilon };
  known.set(epsilon, found);
  return found;
}

/** Normalizes the last of four axes, each channel by its own mean and biased variance. */
export function fusedBatchNorm(
  { ops, filled }: Ops,
  [x, scale, offset]: [Handle, Handle, Handle],
  epsilon: number,
): { y: Handle; saved: Saved<Handle> } {
  const none = filled(0, 0);
  const inputs = [x, scale, offset, none, none];
  const [y, , , mean, variance, reserve] = ops(6, 'FusedBatchNormV3', attributesOf(epsilon), ...inputs);
  return { y: y!, saved: [mean!, variance!, reserve!] };
}

/** The gradients by x, scale and offset. */
export function fusedBatchNormGradient(
  { ops }: Ops,
  [dy, x, scale]: [Handle, Handle, Handle],
  saved: Saved<Handle>,
  epsilon: number,
): [dx: Handle, dscale: Handle, doffset: Handle] {
  const inputs = [dy, x, scale, ...saved];
  const [dx, dscale, doffset] = ops(5, 'FusedBatchNormGradV3', attributesOf(epsilon), ...inputs);
  return [dx!, dscale!, doffset!];
}
