import { type Backend, buildModel, predict, readModel, start } from '../../../recipes/browser/classifier.js';

/** The predictions of a model for the images of a file, as the page makes them. */
async function predictions(backend: Backend, folder: string, images: string): Promise<number[]> {
  await start(backend);
  const model = await buildModel(await readModel(folder), folder);
  const pixels = new Float32Array(await (await fetch(images)).arrayBuffer());
  return Array.from(await predict(model, pixels));
}

Object.assign(globalThis, { predictions });
