import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';

/**
 * A model and one example as files for onnx_runtime.py, which makes an ONNX model of them: `model.json` with topology and
 * weight specs, `weights.bin`, `x.bin` and `y.bin`, float32 as they lie in memory. They are removed when the process ends.
 *
 * @returns the folder
 */
export async function writeKerasModel(model, { x, y }) {
  const folder = mkdtempSync(join(tmpdir(), 'evenkeel-bench-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const write = (name, data) => writeFileSync(join(folder, name), data);
  const handler = tf.io.withSaveHandler(async ({ modelTopology, weightSpecs, weightData }) => {
    write('model.json', JSON.stringify({ modelTopology, weightSpecs }));
    write('weights.bin', new Uint8Array(weightData));
    return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } };
  });
  await model.save(handler);
  write('x.bin', x.dataSync());
  write('y.bin', y.dataSync());
  return folder;
}
