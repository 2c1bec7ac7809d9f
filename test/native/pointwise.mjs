// Steps of convolutions by filters of one pixel with strides, for which TensorFlow's own gradient ends the process.
import { accelerate } from 'evenkeel/accelerate';
import { loadBackend } from 'evenkeel/node';

const { tf } = await loadBackend({ prefer: ['native'] });
accelerate();

const image = (batch) => tf.sin(tf.range(0, batch * 12 * 6 * 5)).reshape([batch, 12, 6, 5]);
const steps = {
  conv2d: (w, strides) => tf.conv2d(image(3), w, strides, 'same'),
  conv2dTranspose: (w, strides) => {
    const [height, width] = [12 / strides[0], 6 / strides[1]];
    const x = tf.sin(tf.range(0, 3 * height * width * 2)).reshape([3, height, width, 2]);
    return tf.conv2dTranspose(x, w, [3, 12, 6, 5], strides, 'same');
  },
};
for (let i = 0; i < 60; i++) {
  for (const op of Object.values(steps)) {
    for (const strides of [
      [2, 2],
      [2, 1],
      [1, 2],
      [3, 3],
    ]) {
      tf.tidy(() =>
        tf
          .grad((w) => op(w, strides))(tf.ones([1, 1, 5, 2]))
          .dataSync(),
      );
    }
  }
}
process.stdout.write('finished');
process.exit(0);
