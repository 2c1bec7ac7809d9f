import * as tf from '@tensorflow/tfjs';
import type { Acceleration } from '../../acceleration.js';
import { overrideOn } from '../on-backends.js';

/**
 * Rows by their indices, as of an embedding, which TensorFlow checks itself. tfjs-node waits for the indices and checks each
 * in JavaScript, before TensorFlow does.
 *
 * @throws Error for an index that is out of range
 */
export const gather: Acceleration = overrideOn(
  'tensorflow',
  ['GatherV2'],
  ({ x, indices }, { axis, batchDims }, { backend }) => {
    const along = tf.scalar(axis, 'int32');
    // TensorFlow sees the types of the inputs.
    const batches = { name: 'batch_dims', type: backend.binding.TF_ATTR_INT, value: batchDims };
    try {
      return backend.executeSingleOutput('GatherV2', [batches], [x, indices, along]);
    } finally {
      along.dispose();
    }
  },
);
