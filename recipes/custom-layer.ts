/**
 * A layer of your own: written, tested, trained.
 *
 * What: Swish with a learned slope, y = x sigmoid(b x), one b for each feature: 0 makes it linear, large makes it ReLU. The
 *   class is all that tfjs needs: weights in `build`, the equation in `call`, arguments in `getConfig`, the registration.
 *   The gradient follows from the ops. Run as a script it is tested first: contract, then gradient by differences.
 * When: no layer does what you need. Keep it to one idea; what is an activation here could be any function of x.
 * Paper: Ramachandran, Zoph, Le, "Searching for Activation Functions", arXiv 1710.05941.
 * Measured: 97.81 ± 0.26 % on MNIST after 10 epochs, 3 seeds (`npx evenkeel compare custom-layer --epochs 10`).
 */
import * as tf from '@tensorflow/tfjs';

/** 0.3, as for plain ReLU, to compare the two; up to 0.5 is better after a hundred steps, 1 diverges. */
export const learningRate = 0.3;

type SwishArgs = ConstructorParameters<typeof tf.layers.Layer>[0] & { slope?: number };

export class Swish extends tf.layers.Layer {
  static className = 'MyProjectSwish'; // one name for all packages: begin it with your own
  private readonly slope: number;
  private b!: tf.LayerVariable;

  constructor({ slope = 1, ...args }: SwishArgs = {}) {
    super(args);
    this.slope = slope;
  }

  override build(inputShape: tf.Shape): void {
    const initializer = tf.initializers.constant({ value: this.slope });
    this.b = this.addWeight('b', [inputShape.at(-1) as number], 'float32', initializer);
    super.build(inputShape);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = Array.isArray(inputs) ? (inputs[0] as tf.Tensor) : inputs;
      return x.mul(x.mul(this.b.read()).sigmoid());
    });
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), slope: this.slope }; // every argument, or a saved model loads as another
  }
}
tf.serialization.registerClass(Swish);

export function buildCustomLayer({
  inputSize = 784,
  hidden = [128, 128],
  classes = 10,
  learningRate: rate = learningRate,
  seed = 1,
} = {}): tf.Sequential {
  const model = tf.sequential({ layers: [tf.layers.inputLayer({ inputShape: [inputSize] })] });
  hidden.forEach((units, i) => {
    const n = i + 1;
    const kernelInitializer = tf.initializers.heNormal({ seed: seed * 100 + n });
    model.add(tf.layers.dense({ name: `hidden_${n}`, units, kernelInitializer }));
    model.add(new Swish({ name: `swish_${n}` }));
  });
  const kernelInitializer = tf.initializers.glorotUniform({ seed: (seed + 1) * 100 });
  model.add(tf.layers.dense({ name: 'output', units: classes, activation: 'softmax', kernelInitializer }));
  model.compile({ optimizer: tf.train.sgd(rate), loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  return model;
}

if (import.meta.filename && import.meta.filename === globalThis.process?.argv[1]) {
  const { checkGradient, layerContract } = await import('evenkeel/testing');
  await layerContract(() => new Swish(), { inputShape: [5] });
  checkGradient((x) => new Swish().apply(x) as tf.Tensor, [tf.randomNormal([4, 5])]);
  console.log('Swish keeps the contract of a layer, and its gradient is that of its output');
  buildCustomLayer().summary();
}
