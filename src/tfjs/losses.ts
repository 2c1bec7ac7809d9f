import * as tf from '@tensorflow/tfjs';

/** A loss or a metric of a model: of each example. */
export type Loss = (target: tf.Tensor, output: tf.Tensor) => tf.Tensor;

/** What tfjs's steps of training and of evaluation read from a model. */
interface Compiled {
  lossFunctions: Loss[];
  metricsTensors: [Loss, output: number][];
  testFunction: unknown;
}

type Method = (this: Compiled) => unknown;

/**
 * The function that a model gets by a loss's name. tfjs exports neither the functions nor the table of their names, so that
 * a compiled model is the only place to read one from.
 */
export function lossNamed(loss: string): Loss {
  // Of nothing but an input, with names, so that layers made later have the names that they would have had.
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
 * A model as it is, with its losses and metrics replaced while a step of it is made. `make` is `makeTrainFunction` or
 * `makeTestFunction`, both of which read them from `this` at each step.
 */
export function withLosses(model: object, make: Method, replace: (loss: Loss) => Loss): unknown {
  const { lossFunctions, metricsTensors } = model as Compiled;
  const view: Compiled = Object.create(model, {
    lossFunctions: { value: lossFunctions.map(replace) },
    metricsTensors: { value: metricsTensors.map(([metric, output]) => [replace(metric), output]) },
    // Set by `makeTestFunction`.
    testFunction: { writable: true },
  });
  const step = make.call(view);
  if (view.testFunction) (model as Compiled).testFunction = view.testFunction;
  return step;
}

let epsilon: number | null = null;

/**
 * What tfjs's losses clip by: 1e-7, or 1e-4 on webgl of 16 bits. It asks the backend on which one of them ran first, and
 * keeps that for good, but exports it nowhere; so it is read from a loss that divides by it.
 */
export function lossEpsilon(): number {
  epsilon ??= tf.tidy(() => {
    const small = 1e-4;
    const [loss] = tf.metrics.meanAbsolutePercentageError(tf.zeros([1]), tf.fill([1], small)).dataSync();
    return Number(((100 * small) / (loss as number)).toPrecision(2));
  });
  return epsilon;
}
