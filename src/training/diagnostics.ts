import * as tf from '@tensorflow/tfjs';
import type { Batch } from '../data/examples.js';
import type { Diagnostics } from './records.js';

/** A stage of the network: the layers that carry the same number (`hidden_1`, `norm_1`, `relu_1`), or one without. */
interface Block {
  /** Name of its first layer with weights, else of its first. */
  name: string;
  layers: tf.layers.Layer[];
}

/**
 * Looks into a model on one batch, in inference mode, with no effect on it.
 *
 * Blocks are in order of depth. A hidden block's activation sparsity is the fraction of its last layer's outputs that are
 * exactly 0; a block's gradient norm is the Euclidean norm of d(mean cross-entropy)/d(its trainable weights).
 */
export function probe(model: tf.LayersModel, batch: Batch): () => Diagnostics {
  const blocks = blocksOf(model);
  const hidden = blocks.slice(0, -1);
  const ends = hidden.map(({ layers }) => layers.at(-1)!.output as tf.SymbolicTensor);
  // Shares the layers of the model and owns nothing: there is nothing to dispose of.
  const activations = ends.length > 0 ? tf.model({ inputs: model.inputs, outputs: ends }) : undefined;
  return () => ({
    activationSparsity: activations ? sparsity(activations, hidden, batch.x) : {},
    gradientNorm: gradientNorms(model, blocks, batch),
  });
}

function blocksOf(model: tf.LayersModel): Block[] {
  const groups = new Map<string, tf.layers.Layer[]>();
  for (const layer of model.layers) {
    if (layer.getClassName() === 'InputLayer') continue;
    const number = /_(\d+)$/.exec(layer.name)?.[1] ?? layer.name;
    groups.set(number, [...(groups.get(number) ?? []), layer]);
  }
  return [...groups.values()].map((layers) => ({
    name: (layers.find((layer) => layer.trainableWeights.length > 0) ?? layers[0]!).name,
    layers,
  }));
}

function sparsity(activations: tf.LayersModel, hidden: Block[], x: tf.Tensor): Record<string, number> {
  return tf.tidy(() => {
    const outputs = [activations.predict(x)].flat() as tf.Tensor[];
    const fractions = tf.stack(outputs.map((output) => tf.mean(tf.equal(output, 0).toFloat()))).dataSync();
    return Object.fromEntries(hidden.map(({ name }, i) => [name, fractions[i]!]));
  });
}

function gradientNorms(model: tf.LayersModel, blocks: Block[], { x, y }: Batch): Record<string, number> {
  return tf.tidy(() => {
    const trained = blocks.filter(({ layers }) => layers.some((layer) => layer.trainableWeights.length > 0));
    const variables = trained.map(({ layers }) =>
      layers.flatMap((layer) => layer.trainableWeights).map(({ name }) => variableOf(name)),
    );
    const loss = () =>
      tf.mean(tf.metrics.categoricalCrossentropy(y, model.apply(x) as tf.Tensor)) as tf.Scalar;
    const { grads } = tf.variableGrads(loss, variables.flat());
    const squares = variables.map((block) =>
      tf.addN(block.map(({ name }) => tf.sum(tf.square(grads[name]!)))),
    );
    const norms = tf.sqrt(tf.stack(squares)).dataSync();
    return Object.fromEntries(trained.map(({ name }, i) => [name, norms[i]!]));
  });
}

/** A layer keeps its variable to itself; the engine knows each by the name of the weight. */
function variableOf(name: string): tf.Variable {
  return tf.engine().registeredVariables[name]!;
}
