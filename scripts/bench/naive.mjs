/** What is written first by someone who needs the layer: compositions of the library's own ops. */
import * as tf from '@tensorflow/tfjs';

const length = (t, axes) => tf.sqrt(tf.sum(tf.square(t), axes, true).add(1e-12));

class Naive extends tf.layers.Layer {
  constructor(args) {
    super(args);
    this.args = args;
  }
  computeOutputShape([batch, ...shape]) {
    const { units, filters } = this.args;
    return units ? [batch, units] : [batch, shape[0], shape[1], filters];
  }
  kernelShape(inputShape) {
    const { units, filters, kernelSize } = this.args;
    const inputs = inputShape[inputShape.length - 1];
    return units ? [inputs, units] : [kernelSize, kernelSize, inputs, filters];
  }
  addKernel(name, inputShape) {
    const shape = this.kernelShape(inputShape);
    return this.addWeight(name, shape, 'float32', tf.initializers.glorotNormal({}));
  }
  addOutput(name, initializer) {
    const { units, filters } = this.args;
    return this.addWeight(name, [units ?? filters], 'float32', tf.initializers[initializer]());
  }
  product(x, kernel) {
    return this.args.units ? tf.matMul(x, kernel) : tf.conv2d(x, kernel, 1, 'same');
  }
}

export class NaiveCosine extends Naive {
  static className = 'NaiveCosine';
  build(inputShape) {
    this.kernel = this.addKernel('kernel', inputShape);
    super.build(inputShape);
  }
  call(inputs) {
    return tf.tidy(() => {
      const x = Array.isArray(inputs) ? inputs[0] : inputs;
      const kernel = this.kernel.read();
      const axes = kernel.shape.map((_, i) => i).slice(0, -1);
      const w = kernel.div(length(kernel, axes));
      if (this.args.units) return tf.relu(this.product(x.div(length(x, 1)), w));
      const ones = tf.ones([...kernel.shape.slice(0, 3), 1]);
      const patches = tf.sqrt(tf.conv2d(tf.square(x), ones, 1, 'same').add(1e-12));
      return tf.relu(this.product(x, w).div(patches));
    });
  }
}

export class NaiveWeightNorm extends Naive {
  static className = 'NaiveWeightNorm';
  build(inputShape) {
    this.g = this.addOutput('g', 'ones');
    this.v = this.addKernel('v', inputShape);
    this.bias = this.addOutput('bias', 'zeros');
    super.build(inputShape);
  }
  call(inputs) {
    return tf.tidy(() => {
      const x = Array.isArray(inputs) ? inputs[0] : inputs;
      const v = this.v.read();
      const axes = v.shape.map((_, i) => i).slice(0, -1);
      const kernel = v.div(length(v, axes)).mul(this.g.read());
      return tf.relu(this.product(x, kernel).add(this.bias.read()));
    });
  }
}
