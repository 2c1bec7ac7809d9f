import type { Attributes, Handle, Ops } from '../ops/native-op.js';

/** Where TensorFlow's fused op finds the channels, of which each is normalized by itself: last, or second. */
export type Channels = 'NHWC' | 'NCHW';

/** What the op saves for its gradient. */
export type Saved<T> = [mean: T, variance: T, reserve: T];

const FLOAT = { T: 'float32', U: 'float32', is_training: true } as const;
const known = new Map<string, Attributes>();

function attributesOf(channels: Channels, epsilon: number): Attributes {
  const key = `${channels} ${epsilon}`;
  const found = known.get(key) ?? { ...FLOAT, data_format: { string: channels }, epsilon };
  known.set(key, found);
  return found;
}

/** Normalizes the channels of a tensor of four axes by their own mean and biased variance. */
export function fusedBatchNorm(
  { ops, filled }: Ops,
  [x, scale, offset]: [Handle, Handle, Handle],
  channels: Channels,
  epsilon: number,
): { y: Handle; saved: Saved<Handle> } {
  const none = filled(0, 0);
  const inputs = [x, scale, offset, none, none];
  const [y, , , ...saved] = ops(6, 'FusedBatchNormV3', attributesOf(channels, epsilon), ...inputs);
  return { y: y as Handle, saved: saved as Saved<Handle> };
}

/** The gradients by x, scale and offset. */
export function fusedBatchNormGradient(
  { ops }: Ops,
  [dy, x, scale]: [Handle, Handle, Handle],
  saved: Saved<Handle>,
  channels: Channels,
  epsilon: number,
): [dx: Handle, dscale: Handle, doffset: Handle] {
  const inputs = [dy, x, scale, ...saved];
  const outputs = ops(5, 'FusedBatchNormGradV3', attributesOf(channels, epsilon), ...inputs);
  return outputs.slice(0, 3) as [Handle, Handle, Handle];
}
