/** Whole epochs of MNIST by `model.fit`: data, shuffling and running accuracy included. */
import * as tf from '@tensorflow/tfjs';
import { toBatch } from '../../dist/src/data/examples.js';
import { installedFolder, loadMnist } from '../../dist/src/data/mnist.js';
import { RECORDED } from './compare.mjs';
import { netOf } from './nets.mjs';

const BATCH = 128;

/** The last batch of an epoch, whose step is compiled by itself. */
const LAST = 60_000 % BATCH;

export const EPOCHS = ['dense', 'cnnBatchNorm'].map(netOf).map((net) => ({
  name: net.name,
  line: () => `epoch ${net.key} ${installedFolder()}`,
  limits: [1],
  start: () => fitter(net),
}));

async function fitter({ model: make, optimizer }) {
  const model = make();
  model.compile({ optimizer: optimizer(), loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  const { train } = await loadMnist();
  const { x, y } = toBatch(train, model.inputs[0].shape.slice(1));
  const epoch = (x, y) => model.fit(x, y, { epochs: 1, batchSize: BATCH, shuffle: true, verbose: 0 });
  async function withFirst(count) {
    const few = [x, y].map((t) => t.slice(0, count));
    await epoch(...few);
    tf.dispose(few);
  }
  let accuracy;
  return {
    async step() {
      const { history } = await epoch(x, y);
      accuracy = history.acc[0];
    },
    attempt: () => withFirst(BATCH),
    async warmUp() {
      for (let i = 0; i < RECORDED; i++) await withFirst(BATCH + LAST);
    },
    accuracy: () => accuracy,
    dispose() {
      tf.dispose([x, y]);
      model.optimizer.dispose();
      model.dispose();
    },
  };
}
