/** The kit itself: a layer that breaks a promise must be told so. */
import * as tf from '@tensorflow/tfjs';
import { checkGradient, checkLeaks, layerContract } from 'evenkeel/testing';
import { describe, expect, it } from 'vitest';

/** y = x w, kept right, for the broken ones to differ from in one point each. */
class Scale extends tf.layers.Layer {
  static className = 'TestScale';
  protected w!: tf.LayerVariable;
  readonly start: number;

  constructor(args: { start?: number; name?: string } = {}) {
    super(args);
    this.start = args.start ?? 2;
  }
  protected get trained(): boolean {
    return true;
  }
  override build(inputShape: tf.Shape): void {
    const size = inputShape.at(-1) as number;
    const initializer = tf.initializers.constant({ value: this.start });
    this.w = this.addWeight('w', [size], 'float32', initializer, undefined, this.trained);
    super.build(inputShape);
  }
  override computeOutputShape(inputShape: tf.Shape): tf.Shape {
    return inputShape;
  }
  override call(inputs: tf.Tensor | tf.Tensor[], _kwargs: object): tf.Tensor {
    return tf.tidy(() => this.f([inputs].flat()[0] as tf.Tensor));
  }
  protected f(x: tf.Tensor): tf.Tensor {
    return x.mul(this.w.read());
  }
  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), start: this.start };
  }
}

const BROKEN: [string, typeof Scale, RegExp][] = [
  [
    'another shape than promised',
    class extends Scale {
      static override className = 'TestShape';
      override computeOutputShape(inputShape: tf.Shape): tf.Shape {
        return [...inputShape.slice(0, -1), 7];
      }
    },
    /the output has shape \[4,3\], promised was \[4,7\]/,
  ],
  [
    'numbers that are not finite',
    class extends Scale {
      static override className = 'TestFinite';
      protected override f(x: tf.Tensor): tf.Tensor {
        return super.f(x).div(0);
      }
    },
    /not finite/,
  ],
  [
    'randomness in prediction',
    class extends Scale {
      static override className = 'TestChance';
      protected override f(x: tf.Tensor): tf.Tensor {
        return super.f(x).add(tf.randomNormal(x.shape));
      }
    },
    /a second prediction differs from the first/,
  ],
  [
    'a config without an argument',
    class extends Scale {
      static override className = 'TestConfig';
      override getConfig(): tf.serialization.ConfigDict {
        const { start: _, ...config } = super.getConfig();
        return config;
      }
      protected override f(x: tf.Tensor): tf.Tensor {
        return super.f(x).mul(this.start);
      }
    },
    /made again from its config and weights it predicts something else/,
  ],
  [
    'a weight without a gradient',
    class extends Scale {
      static override className = 'TestGradient';
      protected override f(x: tf.Tensor): tf.Tensor {
        return tf.customGrad((x) => ({
          value: (x as tf.Tensor).mul(this.w.read()),
          gradFunc: (dy: tf.Tensor) => dy,
        }))(x);
      }
    },
    /a training step does not move the weight w/,
  ],
  [
    'a leak',
    class extends Scale {
      static override className = 'TestLeak';
      protected override f(x: tf.Tensor): tf.Tensor {
        tf.keep(tf.zeros([1]));
        return super.f(x);
      }
    },
    /left behind by a call/,
  ],
];

describe('layerContract', () => {
  it('is kept by a layer that keeps it', async () => {
    tf.serialization.registerClass(Scale);
    await layerContract(() => new Scale({ start: 3 }), { inputShape: [3] });
  });

  it.each(BROKEN)('sees %s', async (_, Broken, message) => {
    tf.serialization.registerClass(Broken);
    await expect(layerContract(() => new Broken({ start: 3 }), { inputShape: [3] })).rejects.toThrow(message);
  });
});

describe('checkGradient', () => {
  const wrong = tf.customGrad((x) => ({
    value: tf.square(x as tf.Tensor),
    gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => dy.mul((saved[0] as tf.Tensor) ?? 1),
  }));

  it('passes a right gradient and refuses a wrong one, naming the input and the place', () => {
    const x = () => tf.tensor1d([0.5, -1, 2]);
    expect(() => checkGradient((x) => x.square(), [x()])).not.toThrow();
    expect(() => checkGradient((a, b) => wrong(a as tf.Tensor).add(b as tf.Tensor), [x(), x()])).toThrow(
      /the gradient of input 0 is not that of central differences: largest error .* at \[\d\]/,
    );
  });
});

describe('checkLeaks', () => {
  it('lets the first call build what stays, and counts what the second leaves', async () => {
    let built: tf.Tensor | undefined;
    await checkLeaks(() => {
      built ??= tf.keep(tf.zeros([2]));
      return built.add(1);
    });
    built?.dispose();
    const left: tf.Tensor[] = [];
    await expect(checkLeaks(async () => void left.push(tf.zeros([1])))).rejects.toThrow(
      '1 tensor is left behind by a call',
    );
    tf.dispose(left);
  });
});
