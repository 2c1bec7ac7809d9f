import * as tf from '@tensorflow/tfjs';
import { dropout, fold, weightNorm } from 'evenkeel';

function saved(model) {
  return new Promise((resolve) => {
    model.save(tf.io.withSaveHandler(resolve));
  });
}

/** What is run everywhere, and must give the same: a mask, a prediction, and the prediction of the folded model. */
export async function program() {
  await tf.setBackend('cpu');
  const kernelInitializer = () => tf.initializers.glorotNormal({ seed: 1 });
  const model = tf.sequential({
    layers: [
      tf.layers.inputLayer({ inputShape: [3] }),
      weightNorm({
        layer: tf.layers.dense({ units: 8, activation: 'tanh', kernelInitializer: kernelInitializer() }),
      }),
      dropout({ name: 'hidden_dropout', rate: 0.5, seed: 1 }),
      tf.layers.dense({ units: 2, kernelInitializer: kernelInitializer() }),
    ],
  });
  const x = tf.tensor2d([0.1, 0.2, 0.3, 1, -1, 0.5], [2, 3]);
  const masked = model.getLayer('hidden_dropout').apply(tf.ones([1, 8]), { training: true });

  const loaded = await tf.loadLayersModel(tf.io.fromMemory(await saved(model)));

  const folded = fold(model);
  const foldedModel = await saved(folded);
  return {
    mask: [...masked.dataSync()],
    prediction: [...model.predict(x).dataSync()],
    loaded: [...loaded.predict(x).dataSync()],
    folded: [...folded.predict(x).dataSync()],
    foldedLayers: folded.layers.map((layer) => layer.getClassName()),
    foldedModel: { ...foldedModel, weightData: [...new Uint8Array(foldedModel.weightData)] },
  };
}
