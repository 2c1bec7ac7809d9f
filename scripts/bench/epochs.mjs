/** Whole epochs of MNIST by `model.fit`: data, shuffling and running accuracy included. */
import * as tf from '@tensorflow/tfjs';
import { toBatch } from '../../dist/src/data/examples.js';
import { installedFolder, loadMnist } from '../../dist/src/data/mnist.js';
import { NETS } from './nets.mjs';

const BATCH = 128;

export const EPOCHS = NETS.filter(({ torch }) => ['dense', 'cnnBatchNorm'].includes(torch)).map((net) => ({
  name: net.name,
  torch: `epoch ${net.torch} ${installedFolder()}`,
  limits: [1],
  start: () => fitter(net),
}));

async function fitter({ model: make, optimizer }) {
  const model = make();
  model.compile({ optimizer: optimizer(), loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  const { train } = await loadMnist();
  const { x, y } = toBatch(train, model.inputs[0].shape.slice(1));
  const epoch = (x, y) => model.fit(x, y, { epochs: 1, batchSize: BATCH, shuffle: true, verbose: 0 });
  let accuracy;
  return {
    async step() {
      const { history } = await epoch(x, y);
      accuracy = history.acc[0];
    },
    async attempt() {
      const few = [x, y].map((t) => t.slice(0, BATCH));
      await epoch(...few);
      tf.dispose(few);
    },
    accuracy: () => accuracy,
    dispose() {
      tf.dispose([x, y]);
      model.optimizer.dispose();
      model.dispose();
    },
  };
}
