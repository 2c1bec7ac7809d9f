// A second copy of tfjs beside the user's: the file for script tags, which holds all of it.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const [first] = process.argv.slice(2);
const warnings = [];
console.warn = (line) => warnings.push(String(line));

const other = () => require('@tensorflow/tfjs/dist/tf.js');
if (first === 'other') other();
const tf = await import('@tensorflow/tfjs');
const { cosineDense, dataInit, dropout, fold, weightNorm } = await import('evenkeel');
const stranger = first === 'none' ? tf : other();

function messageOf(attempt) {
  try {
    attempt();
    return 'works';
  } catch (error) {
    return error.message;
  }
}
const input = stranger.input({ shape: [3] });
const model = () => stranger.sequential({ layers: [stranger.layers.dense({ units: 2, inputShape: [3] })] });
const messages = [
  () => weightNorm({ layer: stranger.layers.dense({ units: 2 }) }),
  () => fold(model()),
  () => cosineDense({ units: 2 }).apply(input),
  () => dropout({ rate: 0.5 }).apply(input),
  () => weightNorm({ layer: tf.layers.dense({ units: 2 }) }).apply(input),
  () =>
    stranger.sequential({
      layers: [stranger.layers.inputLayer({ inputShape: [3] }), cosineDense({ units: 2 })],
    }),
  () => dataInit(model(), tf.ones([2, 3])),
].map(messageOf);
console.log(JSON.stringify({ messages, warnings: warnings.filter((line) => line.startsWith('evenkeel')) }));
