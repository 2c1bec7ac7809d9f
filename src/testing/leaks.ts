import * as tf from '@tensorflow/tfjs';

/**
 * Throws if `f` leaves tensors behind. It is called twice and the second call is counted: the first may build weights,
 * slots of an optimizer and caches that are to stay.
 *
 * ```ts
 * await checkLeaks(() => model.trainOnBatch(x, y));
 * ```
 *
 * @param f may be async; a tensor that it returns is disposed
 * @throws an Error with the number of tensors that were left
 */
export async function checkLeaks(f: () => unknown): Promise<void> {
  const run = async (): Promise<void> => {
    tf.dispose((await f()) as tf.TensorContainer);
  };
  await run();
  const before = tf.memory().numTensors;
  await run();
  const left = tf.memory().numTensors - before;
  if (left > 0) throw new Error(`${left} ${left === 1 ? 'tensor is' : 'tensors are'} left behind by a call`);
}
