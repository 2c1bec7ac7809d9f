import * as tf from '@tensorflow/tfjs';
import { nativeOp, nativeOps } from '../ops/native-op.js';

/** What `BlockLSTMV2` computes and its gradient needs: i, c, f, o, the candidates, tanh c, h; `[steps, batch, units]`. */
export type Block = [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];

const TYPE = { T: 'float32', use_peephole: false } as const;

/** A whole sequence through an LSTM of sigmoid gates and tanh by one op; native backend only. */
export function blockLstm(x: tf.Tensor3D, w: tf.Tensor, u: tf.Tensor, b: tf.Tensor | null): Block {
  return tf.tidy(() => {
    return nativeOps('BlockLSTMV2', { ...TYPE, cell_clip: 0 }, () => operands(x, w, u, b), 7) as Block;
  });
}

/** The gradients by x, W and U in one, and b; `dh` has the shape of h. */
export function blockLstmGradient(
  x: tf.Tensor3D,
  w: tf.Tensor,
  u: tf.Tensor,
  b: tf.Tensor | null,
  block: Block,
  dh: tf.Tensor,
): { dx: tf.Tensor; dweights: tf.Tensor; db: tf.Tensor } {
  return tf.tidy(() => {
    const inputs = () => [...operands(x, w, u, b), ...block, tf.zerosLike(block[1]), dh];
    const outputs = nativeOps('BlockLSTMGradV2', TYPE, inputs, 8) as tf.Tensor[];
    const [dx, , , dweights, , , , db] = outputs as [tf.Tensor, ...tf.Tensor[]];
    return { dx, dweights, db } as { dx: tf.Tensor; dweights: tf.Tensor; db: tf.Tensor };
  });
}

function operands(x: tf.Tensor3D, w: tf.Tensor, u: tf.Tensor, b: tf.Tensor | null): tf.Tensor[] {
  const [steps, batch] = x.shape;
  const units = u.shape[0] as number;
  const length = nativeOp('Cast', { SrcT: 'int32', DstT: 'int64' }, () => [tf.scalar(steps, 'int32')]);
  const state = tf.zeros([batch, units]);
  const peephole = tf.zeros([units]);
  return [
    length as tf.Tensor,
    x,
    state,
    state,
    tf.concat([w, u], 0),
    peephole,
    peephole,
    peephole,
    b ?? tf.zeros([4 * units]),
  ];
}
