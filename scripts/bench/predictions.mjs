/** `predict` of one example, read by the caller. */
import * as tf from '@tensorflow/tfjs';
import { netOf } from './nets.mjs';
import { writeKerasModel } from './write-keras-model.mjs';

/** Predictions of a step: one by itself is too short to be timed. */
export const CALLS = 100;

export const PREDICTIONS = ['dense', 'cnn'].map(netOf).map((net) => {
  let weights;
  /** All have the weights of the first. */
  function build() {
    const model = net.model();
    if (weights) model.setWeights(weights);
    else weights = model.getWeights().map((weight) => tf.keep(weight.clone()));
    return model;
  }
  return {
    name: net.name.replace(', Adam', ''),
    limits: [],
    start: () => predictor(build()),
    async line() {
      const model = build();
      const x = example(model);
      const y = model.predict(x);
      const folder = await writeKerasModel(model, { x, y });
      tf.dispose([x, y]);
      model.dispose();
      return `predict ${folder}`;
    },
  };
});

const example = (model) => tf.randomUniform([1, ...model.inputs[0].shape.slice(1)], 0, 1, 'float32', 1);

function predictor(model) {
  const x = example(model);
  return {
    step() {
      for (let i = 0; i < CALLS; i++) {
        const y = model.predict(x);
        y.dataSync();
        y.dispose();
      }
    },
    dispose() {
      x.dispose();
      model.dispose();
    },
  };
}
