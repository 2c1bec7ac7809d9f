/**
 * Writes test/native/fixtures/wheel-<platform>.json: the names of the files in TensorFlow's wheel for a platform that have
 * to do with the C library, so that the tests know what is inside wheels they cannot run. Downloads 220 to 280 MB each.
 *
 *   npm run build && node scripts/wheel-listing.mjs [platform...]
 */
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import yauzl from 'yauzl';
import { pipOf } from '../dist/src/native/chain.js';
import { thisMachine } from '../dist/src/native/machine.js';
import { downloadWheel } from '../dist/src/native/pip.js';
import { defaultTensorflow, platforms } from '../dist/src/native/platforms.js';

const related =
  /\/lib(tensorflow|pywrap)[^/]*$|^tensorflow\/include\/(tensorflow\/c\/|tensorflow\/core\/platform\/ctstring|(xla\/)?tsl\/(c\/|platform\/ctstring))|\/RECORD$/;

async function namesIn(wheel) {
  const zip = await promisify(yauzl.open)(wheel, { lazyEntries: true });
  const files = [];
  await new Promise((resolve, reject) => {
    zip.on('entry', ({ fileName, uncompressedSize }) => {
      files.push({ name: fileName, size: uncompressedSize });
      zip.readEntry();
    });
    zip.on('end', resolve);
    zip.on('error', reject);
    zip.readEntry();
  });
  return files;
}

const machine = thisMachine();
const { python } = await pipOf(machine);
const wanted = process.argv.slice(2);
for (const platform of Object.values(platforms).filter(
  ({ name }) => wanted.length === 0 || wanted.includes(name),
)) {
  const into = await mkdtemp(join(tmpdir(), 'wheel-'));
  try {
    const wheel = await downloadWheel({
      python,
      platform,
      version: defaultTensorflow,
      into,
      machine,
      onProgress() {},
      signal: new AbortController().signal,
    });
    const files = (await namesIn(wheel)).filter(({ name }) => related.test(name));
    const listing = { wheel: basename(wheel), bytes: (await stat(wheel)).size, files };
    const path = new URL(`../test/native/fixtures/wheel-${platform.name}.json`, import.meta.url);
    await writeFile(path, `${JSON.stringify(listing, null, 1)}\n`);
    console.log(`${platform.name}: ${files.length} of the files in ${listing.wheel}`);
  } finally {
    await rm(into, { recursive: true, force: true });
  }
}
