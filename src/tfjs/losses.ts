import * as tf from '@tensorflow/tfjs';

/** A loss or a metric of a model: one value for each example. */
export type Loss = (target: tf.Tensor, output: tf.Tensor) => tf.Tensor;

/** The private fields of a compiled model that tfjs's training and evaluation steps read. */
interface Compiled {
  lossFunctions: Loss[];
  metricsTensors: [Loss, output: number][];
  testFunction: unknown;
}

type Method = (this: Compiled) => unknown;

/**
 * The function that tfjs uses for the name of a loss. It exports neither the functions nor the table of names: a compiled
 * model is the only place to read one from.
 */
export function lossNamed(loss: string): Loss {
  // Explicit names: generated ones would advance tfjs's counters and rename the user's later layers.
  const input = tf.input({ shape: [2], name: 'evenkeel_loss' });
  const model = tf.model({ inputs: input, outputs: input, name: 'evenkeel_loss' });
  const optimizer = tf.train.sgd(1);
  model.compile({ loss, optimizer });
  const [found] = (model as unknown as Compiled).lossFunctions;
  optimizer.dispose();
  model.dispose();
  return found as Loss;
}

/**
 * Makes a training or evaluation step with replaced losses and metrics, without changing the model: the step runs on a view
 * of it. `make` is `makeTrainFunction` or `makeTestFunction`; the steps of both read losses and metrics from `this`.
 */
export function withLosses(model: object, make: Method, replace: (loss: Loss) => Loss): unknown {
  const { lossFunctions, metricsTensors } = model as Compiled;
  const view: Compiled = Object.create(model, {
    lossFunctions: { value: lossFunctions.map(replace) },
    metricsTensors: { value: metricsTensors.map(([metric, output]) => [replace(metric), output]) },
    // `makeTestFunction` caches its step here; the model itself must get it.
    testFunction: { writable: true },
  });
  const step = make.call(view);
  if (view.testFunction) (model as Compiled).testFunction = view.testFunction;
  return step;
}

let epsilon: number | null = null;

/**
 * The epsilon to which tfjs's losses clip: 1e-7, or 1e-4 on webgl with float16. tfjs takes it from the backend on which a
 * loss first ran, keeps it permanently, and does not export it. It is read from a metric that divides by it.
 */
export function lossEpsilon(): number {
  epsilon ??= tf.tidy(() => {
    const small = 1e-4;
    const [loss] = tf.metrics.meanAbsolutePercentageError(tf.zeros([1]), tf.fill([1], small)).dataSync();
    return Number(((100 * small) / (loss as number)).toPrecision(2));
  });
  return epsilon;
}
