import * as tf from '@tensorflow/tfjs';

// The cpu backend greets Node users with a banner at its first tensor; this is its own mark that it has.
(tf.findBackend('cpu') as { firstUse?: boolean }).firstUse = false;
