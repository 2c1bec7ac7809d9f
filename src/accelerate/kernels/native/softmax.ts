import * as tf from '@tensorflow/tfjs';
import { nativeResult } from '../../../ops/native-op.js';
import { nativeBackend } from '../../../tfjs/native-backend.js';
import type { Acceleration } from '../../acceleration.js';
import { overrideOn } from '../on-backends.js';

/** oneDNN's op, under the name that TensorFlow gives it when it puts it in place of its own. */
const ONEDNN = { T: 'float32', _kernel: { string: 'MklNameChangeOp' } } as const;

const byOneDnn = (logits: tf.Tensor): tf.Tensor | null =>
  nativeResult([logits], ({ op }, logits) => op('_MklSoftmax', ONEDNN, logits));

const override = overrideOn('tensorflow', ['Softmax'], ({ logits }) =>
  logits.dtype === 'float32' && logits.size > 0 && logits.rank > 0 ? byOneDnn(logits) : null,
);

/**
 * TensorFlow puts oneDNN's softmax in place of its own in every graph, but not where ops run one by one. With the same op in
 * both, a step gives the same bits whether it is compiled or not.
 */
export const softmax: Acceleration = {
  // Other builds, as those for macOS, are without oneDNN.
  needed: () => nativeBackend() !== null && override.needed?.() !== false && isThere(),
  apply: override.apply,
};

function isThere(): boolean {
  try {
    return tf.tidy(() => byOneDnn(tf.ones([1, 2])) !== null);
  } catch {
    return false;
  }
}
