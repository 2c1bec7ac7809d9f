import * as tf from '@tensorflow/tfjs';
import { KEEP_ONE } from '../errors/copies.js';

let checked = false;

/** Makes a layer class known to `tf.loadLayersModel`; warns if a second copy of tfjs will look it up elsewhere. */
export function register<T extends tf.serialization.Serializable>(
  layerClass: tf.serialization.SerializableConstructor<T>,
): void {
  if (!checked) {
    checked = true;
    // The first copy of tfjs sets the global environment; in a second copy it is of a foreign class.
    if (!(tf.env() instanceof tf.Environment)) {
      // biome-ignore lint/suspicious/noConsole: at import there is nobody to return this to, and it fails far away later
      console.warn(
        'evenkeel: two copies of @tensorflow/tfjs are loaded, so models made with the other one will not know ' +
          `evenkeel's layers. ${KEEP_ONE}`,
      );
    }
  }
  tf.serialization.registerClass(layerClass);
}
