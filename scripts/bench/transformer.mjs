/** A transformer encoder as a user of tfjs writes it: of its layers, and of two small ones that it lacks. */
import * as tf from '@tensorflow/tfjs';

const { layers } = tf;

/** Adds to each step of a sequence a vector that is learned for its place. */
class PositionEmbedding extends tf.layers.Layer {
  static className = 'BenchPositionEmbedding';
  build([, steps, units]) {
    this.places = this.addWeight('places', [steps, units], 'float32', tf.initializers.randomNormal({}));
    super.build();
  }
  call(inputs) {
    return tf.tidy(() => tf.add([inputs].flat()[0], this.places.read()));
  }
}

/** softmax(q k' / sqrt(d)) v in each of the heads; q, k, v and the result are [batch, steps, units]. */
class Attention extends tf.layers.Layer {
  static className = 'BenchAttention';
  constructor({ heads, ...args }) {
    super(args);
    this.heads = heads;
  }
  computeOutputShape([queries]) {
    return queries;
  }
  call([q, k, v]) {
    return tf.tidy(() => {
      const [batch, steps, units] = q.shape;
      const size = units / this.heads;
      const split = (x) => x.reshape([batch, steps, this.heads, size]).transpose([0, 2, 1, 3]);
      const scores = tf.matMul(split(q), split(k), false, true).mul(1 / Math.sqrt(size));
      const mixed = tf.matMul(tf.softmax(scores), split(v));
      return mixed.transpose([0, 2, 1, 3]).reshape([batch, steps, units]);
    });
  }
}

/** Attention, then a feed-forward net, each added to what goes into it, and normalized after. */
function block(x, { units, heads }) {
  const dense = (width, activation) => layers.dense({ units: width, activation });
  const after = (result) => layers.layerNormalization().apply(layers.add().apply([x, result]));
  const [q, k, v] = [0, 1, 2].map(() => dense(units).apply(x));
  const attention = new Attention({ heads }).apply([q, k, v]);
  x = after(dense(units).apply(attention));
  return after(dense(units).apply(dense(4 * units, 'relu').apply(x)));
}

export function transformer({ steps = 28, features = 28, units = 64, heads = 4, blocks = 2 } = {}) {
  const inputs = tf.input({ shape: [steps, features] });
  let x = new PositionEmbedding({}).apply(layers.dense({ units }).apply(inputs));
  for (let i = 0; i < blocks; i++) x = block(x, { units, heads });
  const pooled = layers.globalAveragePooling1d({}).apply(x);
  return tf.model({ inputs, outputs: layers.dense({ units: 10, activation: 'softmax' }).apply(pooled) });
}
