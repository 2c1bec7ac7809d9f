/** A model as tf.keras writes it, accelerated: what Keras computes in float64. `fixtures/keras-model.py` makes it. */
import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { fold } from '../../src/inference/fold.js';
import { accelerated } from '../support/accelerated.js';
import { TOLERANCE } from '../support/tolerances.js';
import fixture from './fixtures/keras-model.json' with { type: 'json' };

const tensor = ({ shape, values }: { shape: number[]; values: number[] }): tf.Tensor =>
  tf.tensor(values, shape);
const nameOf = ({ originalName }: tf.LayerVariable) => originalName;

async function load(): Promise<tf.LayersModel> {
  const { topology } = fixture;
  const modelTopology = { model_config: topology, keras_version: topology.keras_version };
  const model = (await tf.models.modelFromJSON({ modelTopology } as never)) as tf.LayersModel;
  const values = new Map(fixture.weights.map((weight) => [weight.name, tensor(weight)]));
  model.setWeights(model.weights.map((weight) => values.get(nameOf(weight)) as tf.Tensor));
  tf.dispose([...values.values()]);
  return model;
}

it('has the axes of its batch normalizations in lists', () => {
  const axes = fixture.topology.config.layers.flatMap(({ class_name, config }) =>
    class_name === 'BatchNormalization' ? [(config as { axis: unknown }).axis] : [],
  );
  expect(axes).toEqual([[3], [3], [1]]);
});

it('predicts', async () => {
  const model = await load();
  const y = accelerated(() => model.predict(tensor(fixture.x)) as tf.Tensor);
  expect(y).toBeAllClose(tensor(fixture.prediction), TOLERANCE.forward);
  model.dispose();
});

it('folds: no batch normalization is left, and it predicts the same', async () => {
  const model = await load();
  const folded = fold(model);
  expect(folded.layers.map((layer) => layer.getClassName())).not.toContain('BatchNormalization');
  const y = accelerated(() => folded.predict(tensor(fixture.x)) as tf.Tensor);
  expect(y).toBeAllClose(tensor(fixture.prediction), TOLERANCE.forward);
  folded.dispose();
  model.dispose();
});

it('trains a step', async () => {
  const model = await load();
  await accelerated(async () => {
    model.compile({ optimizer: tf.train.sgd(fixture.rate), loss: 'categoricalCrossentropy' });
    const loss = await model.trainOnBatch(tensor(fixture.x), tensor(fixture.y));
    expect(tf.scalar(loss as number)).toBeAllClose(fixture.loss, TOLERANCE.forward);
  });
  for (const weight of model.weights) {
    const after = fixture.after.find(({ name }) => name === nameOf(weight));
    expect(weight.read(), nameOf(weight)).toBeAllClose(tensor(after as never), TOLERANCE.gradient);
  }
  model.optimizer.dispose();
  model.dispose();
});
