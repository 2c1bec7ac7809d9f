import * as tf from '@tensorflow/tfjs';
import { onlyInput } from '../../src/layer/call.js';
import type { Foldable, Prediction } from '../../src/layer/foldable.js';

interface AxisLinearArgs {
  name?: string;
  axis: number;
  /** A matrix, or a scale. */
  mixing: boolean;
  shifting: boolean;
}

/** `y = x scale + shift` or `y = x matrix + shift` along one axis, in the plainest way. */
export class AxisLinear extends tf.layers.Layer implements Foldable {
  static className = 'TestAxisLinear';
  private readonly args: AxisLinearArgs;
  private factor!: tf.LayerVariable;
  private shift?: tf.LayerVariable;

  constructor(args: AxisLinearArgs) {
    super(args);
    const { axis, mixing, shifting } = args;
    this.args = { axis, mixing, shifting };
  }

  override build(inputShape: tf.Shape): void {
    const size = inputShape.at(this.args.axis) as number;
    const random = tf.initializers.randomNormal({});
    this.factor = this.addWeight('factor', this.args.mixing ? [size, size] : [size], 'float32', random);
    if (this.args.shifting) this.shift = this.addWeight('shift', [size], 'float32', random);
    super.build(inputShape);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = onlyInput(inputs);
      const axis = this.args.axis < 0 ? this.args.axis + x.rank : this.args.axis;
      const order = [...x.shape.keys()].filter((a) => a !== axis).concat(axis);
      const rows = x.transpose(order);
      const flat = rows.reshape([-1, x.shape[axis] as number]);
      const factor = this.factor.read();
      const product = this.args.mixing ? flat.matMul(factor) : flat.mul(factor);
      const y = this.shift ? product.add(this.shift.read()) : product;
      const back = order.map((_, a) => order.indexOf(a));
      return y.reshape(rows.shape).transpose(back);
    });
  }

  prediction(): Prediction {
    const factor = this.factor.read().clone();
    const { axis } = this.args;
    const shift = (this.shift?.read().clone() ?? tf.zeros([factor.shape[0] as number])) as tf.Tensor1D;
    return {
      is: 'map',
      map: this.args.mixing
        ? { axis, matrix: factor as tf.Tensor2D, shift }
        : { axis, scale: factor as tf.Tensor1D, shift },
    };
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), ...this.args };
  }
}
tf.serialization.registerClass(AxisLinear);

export const scaled = (axis = -1, shifting = true) => new AxisLinear({ axis, mixing: false, shifting });
export const mixed = (axis = -1, shifting = true) => new AxisLinear({ axis, mixing: true, shifting });
