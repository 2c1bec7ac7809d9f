import { createHash, type Hash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import * as yauzl from 'yauzl';
import { codeOf, messageOf } from '../errors/caught.js';
import type { Manifest } from './cache.js';
import { NativeFailure } from './failure.js';

/** The wheel is not what the index published: worth fetching once more. */
export class DamagedWheel extends NativeFailure {
  override name = 'DamagedWheel';
}

export interface RecordLine {
  /** Hexadecimal. */
  sha256: string;
  size: number;
}

/** RECORD, the wheel's own list of files: `path,sha256=<base64url without padding>,size`. */
export function parseRecord(text: string): Map<string, RecordLine> {
  const lines = new Map<string, RecordLine>();
  for (const line of text.split(/\r?\n/)) {
    const match = /^"?(.*?)"?,sha256=([\w-]+)=*,(\d+)$/.exec(line);
    if (!match?.[1] || !match[2]) continue;
    lines.set(match[1], {
      sha256: Buffer.from(match[2], 'base64url').toString('hex'),
      size: Number(match[3]),
    });
  }
  return lines;
}

/**
 * The few of the wheel's 5,000 headers that tfjs-node's binding includes, at 2.21 and at 2.15 (whose status header
 * lies in tsl/c): 200 kB, kept so that another version of tfjs-node needs no second download.
 */
const headers =
  /^tensorflow\/include\/(tensorflow\/c\/(eager\/)?\w+\.h|(tensorflow\/core|tsl)\/platform\/ctstring\w*\.h|(xla\/)?tsl\/c\/\w+\.h)$/;

/** Where a file of the wheel goes under the cache entry; undefined for the thousands that nobody needs. */
export function placeInEntry(path: string, libraries: readonly string[]): string | undefined {
  if (headers.test(path)) return path.replace(/^tensorflow\//, '');
  const name = libraries.find((library) => path === `tensorflow/${library}`);
  return name && join('lib', name);
}

async function* hashing(source: AsyncIterable<Buffer>, hash: Hash, onBytes: (bytes: number) => void) {
  for await (const chunk of source) {
    hash.update(chunk);
    onBytes(chunk.length);
    yield chunk;
  }
}

export async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

async function textOf(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function openZip(path: string): Promise<yauzl.ZipFile> {
  return new Promise((resolve, reject) => {
    yauzl.open(path, { lazyEntries: true, autoClose: false }, (error, zip) =>
      error ? reject(error) : resolve(zip),
    );
  });
}

function readEntries(zip: yauzl.ZipFile): Promise<yauzl.Entry[]> {
  return new Promise((resolve, reject) => {
    const entries: yauzl.Entry[] = [];
    zip.on('entry', (entry: yauzl.Entry) => {
      entries.push(entry);
      zip.readEntry();
    });
    zip.on('end', () => resolve(entries));
    zip.on('error', reject);
    zip.readEntry();
  });
}

const openStream = (zip: yauzl.ZipFile, entry: yauzl.Entry): Promise<Readable> =>
  new Promise((resolve, reject) => {
    zip.openReadStream(entry, (error, stream) => (error ? reject(error) : resolve(stream)));
  });

/** Errors of the file system carry a code such as ENOSPC; what is left comes from the zip or its streams. */
const isFromSystem = (error: unknown) => /^E[A-Z]+$/.test(codeOf(error) ?? '');

export interface ExtractOptions {
  wheel: string;
  /** Folder of the cache entry under construction. */
  into: string;
  libraries: readonly string[];
  onProgress: (done: number, total: number) => void;
  signal: AbortSignal;
}

interface WantedFile {
  entry: yauzl.Entry;
  place: string;
}

function wantedFiles(entries: readonly yauzl.Entry[], { wheel, libraries }: ExtractOptions): WantedFile[] {
  const files = entries.flatMap((entry) => {
    const place = placeInEntry(entry.fileName, libraries);
    return place === undefined ? [] : [{ entry, place }];
  });
  const absent = libraries.find((library) => !files.some(({ place }) => place === join('lib', library)));
  if (!absent) return files;
  throw new NativeFailure(`the wheel ${wheel} holds no ${absent}; choose another version with --tensorflow`);
}

async function readRecord(zip: yauzl.ZipFile, entries: readonly yauzl.Entry[], wheel: string) {
  const list = entries.find((entry) => entry.fileName.endsWith('.dist-info/RECORD'));
  if (!list) throw new DamagedWheel(`the wheel ${wheel} holds no RECORD`);
  return parseRecord(await textOf(await openStream(zip, list)));
}

/** Writes one file and waits until the disk has it; returns the SHA-256 of what was written. */
async function writeOut(
  source: Readable,
  target: string,
  onBytes: (bytes: number) => void,
  signal: AbortSignal,
): Promise<string> {
  await mkdir(dirname(target), { recursive: true });
  const hash = createHash('sha256');
  const sink = createWriteStream(target, { highWaterMark: 1 << 20 });
  await pipeline(hashing(source, hash, onBytes), sink, { signal });
  // A manifest must not outlive the data it vouches for when the power goes.
  const handle = await open(target, 'r+');
  await handle.sync();
  await handle.close();
  return hash.digest('hex');
}

async function extractFrom(zip: yauzl.ZipFile, options: ExtractOptions): Promise<Manifest['files']> {
  const { wheel, into, onProgress, signal } = options;
  const entries = await readEntries(zip);
  const record = await readRecord(zip, entries, wheel);
  const wanted = wantedFiles(entries, options);
  const total = wanted.reduce((sum, { entry }) => sum + entry.uncompressedSize, 0);
  let done = 0;
  const onBytes = (bytes: number) => {
    done += bytes;
    onProgress(done, total);
  };
  const files: Manifest['files'] = {};
  for (const { entry, place } of wanted) {
    const sha256 = await writeOut(await openStream(zip, entry), join(into, place), onBytes, signal);
    const expected = record.get(entry.fileName);
    if (sha256 !== expected?.sha256) {
      throw new DamagedWheel(
        `${entry.fileName} in the wheel has SHA-256 ${sha256}, its RECORD says ${expected?.sha256 ?? 'nothing'}`,
      );
    }
    files[place] = { sha256, size: expected.size };
  }
  return files;
}

/** Takes the library and the headers out of a wheel, each file checked against the wheel's list; returns what it wrote. */
export async function extractWheel(options: ExtractOptions): Promise<Manifest['files']> {
  let zip: yauzl.ZipFile | undefined;
  try {
    zip = await openZip(options.wheel);
    return await extractFrom(zip, options);
  } catch (error) {
    if (error instanceof NativeFailure || isFromSystem(error) || options.signal.aborted) throw error;
    throw new DamagedWheel(`the wheel ${options.wheel} is damaged (${messageOf(error)})`);
  } finally {
    zip?.close();
  }
}
