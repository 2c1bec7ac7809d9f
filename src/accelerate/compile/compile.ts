import * as tf from '@tensorflow/tfjs';
import {
  asModel,
  type CompiledModel,
  modelPrototype,
  type Step,
  trainingModel,
} from '../../tfjs/model-prototype.js';
import type { Overrides } from '../../tfjs/overrides.js';
import type { Engine } from './graph.js';
import { type Kind, ModelSteps } from './model-steps.js';
import type { StepReport } from './steps.js';

/** What is compiled of a model: one entry for each shape of a batch, those used last at the end; at most 16 of a kind. */
export interface CompiledReport extends Record<Kind, StepReport[]> {
  /** Steps of `fit`, `fitDataset` and `trainOnBatch`. */
  training: StepReport[];
  /** Steps of `evaluate`, and of the validation that `fit` does. */
  evaluation: StepReport[];
  /** Batches of `predict`. */
  prediction: StepReport[];
}

let models = new WeakMap<tf.LayersModel, ModelSteps>();
/** Those of which something may be compiled, to be closed. */
const all = new Set<WeakRef<ModelSteps>>();

function stepsFor(model: tf.LayersModel, engine: Engine): ModelSteps {
  const known = models.get(model);
  if (known) return known;
  const made = new ModelSteps(model, engine);
  models.set(model, made);
  for (const ref of all) if (!ref.deref()) all.delete(ref);
  all.add(new WeakRef(made));
  return made;
}

// Shared because a training keeps the step that it began with, whatever is turned on or off meanwhile.
let current: Engine | null = null;

/** What is compiled of a model, and what is not, and why. */
export function compiledOf(model: tf.LayersModel): CompiledReport {
  return (models.get(trainingModel(model)) ?? new ModelSteps(model, 'graph')).report();
}

/** Gives up every graph. */
export function closeAll(): void {
  for (const ref of all) ref.deref()?.close();
  all.clear();
  models = new WeakMap();
}

/**
 * Steps of training, evaluation and prediction as graphs: each is recorded as it runs op by op, and given to TensorFlow as
 * a whole from then on.
 */
export function compileSteps(overrides: Overrides, engine: Engine): void {
  current = engine;
  const prototype = modelPrototype();
  overrides.method(prototype, 'makeTrainFunction', (make) => {
    return function (this: CompiledModel) {
      const step = make.call(this);
      return (data: tf.Tensor[]) => run(asModel(this), 'training', data, step);
    };
  });
  overrides.method(prototype, 'makeTestFunction', (make) => {
    return function (this: CompiledModel) {
      make.call(this);
      const step = this.testFunction;
      this.testFunction = (data) => run(asModel(this), 'evaluation', data, step);
    };
  });
  overrides.method(prototype, 'predictLoop', (predict) => {
    return function (this: CompiledModel, inputs: tf.Tensor | tf.Tensor[], batchSize = 32, verbose = false) {
      const list = [inputs].flat();
      const size = list[0]?.shape[0] ?? 0;
      const isPlain = !verbose && size > 0 && list.every(({ shape }) => shape[0] === size);
      if (!isPlain) return predict.call(this, inputs, batchSize, verbose);
      const isSingle = !Array.isArray(inputs);
      const one = (batch: tf.Tensor[], count: number): tf.Tensor[] =>
        run(asModel(this), 'prediction', batch, (batch) =>
          [predict.call(this, isSingle ? batch[0]! : batch, count)].flat(),
        );
      return tf.tidy(() => {
        const outputs = inBatches(list, size, batchSize, one);
        return outputs.length === 1 ? outputs[0]! : outputs;
      });
    };
  });
  overrides.method(prototype, 'dispose', (dispose) => {
    return function (this: CompiledModel) {
      models.get(trainingModel(asModel(this)))?.close();
      return dispose.call(this);
    };
  });
  overrides.onUndo(() => {
    current = null;
    closeAll();
  });
}

/** A training that began while steps were compiled goes on op by op once they no longer are. */
const run = (model: tf.LayersModel, kind: Kind, data: tf.Tensor[], step: Step): tf.Tensor[] =>
  current === null ? step(data) : stepsFor(model, current).run(kind, data, step);

/** The outputs of all examples, batch by batch. */
function inBatches(
  inputs: tf.Tensor[],
  size: number,
  batchSize: number,
  predict: (batch: tf.Tensor[], count: number) => tf.Tensor[],
): tf.Tensor[] {
  if (size <= batchSize) return predict(inputs, size);
  const batches: tf.Tensor[][] = [];
  for (let first = 0; first < size; first += batchSize) {
    const count = Math.min(batchSize, size - first);
    const batch = inputs.map((x) =>
      tf.slice(x, [first, ...x.shape.slice(1).map(() => 0)], [count, ...x.shape.slice(1)]),
    );
    batches.push(predict(batch, count));
    tf.dispose(batch);
  }
  return (batches[0] ?? []).map((_, output) => tf.concat(batches.map((batch) => batch[output]!)));
}
