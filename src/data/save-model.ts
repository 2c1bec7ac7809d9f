import { createHash, randomBytes } from 'node:crypto';
import { open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../errors/caught.js';
import { DataFailure } from './failure.js';
import { makeFolder } from './make-folder.js';

/** Weights: a hash of their content, and what tells this save from others. Of older versions the hash alone. */
const WEIGHTS = /^weights-([0-9a-f]{16})([0-9a-f]{8})?\.bin$/;
/** The model.json of a save under way: the name of its weights and the process. Of older versions: eight digits. */
const UNDER_WAY = /^model\.json\.(?:([0-9a-f]{24})\.([0-9]+)|[0-9a-f]{8})\.partial$/;
/** Weights of older versions that were not whole. */
const UNFINISHED = /^weights-[0-9a-f]{16}\.bin\.[0-9a-f]{8}\.partial$/;

/** What happens again where another process, in another container for one, took this one for dead. */
const ATTEMPTS = 5;

/**
 * Writes a model in an order in which a save may die and others may run beside it: model.json under a name that tells
 * others what this save needs, the weights under a name that no other save has, and then model.json's own name.
 *
 * @param json model.json, given the names of the files of its weights
 * @throws DataFailure where the folder cannot be written
 */
export async function saveModel(
  folder: string,
  data: Uint8Array,
  json: (weights: string[]) => string,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await makeFolder(folder);
      await replace(folder, data, json);
      return await sweep(folder);
    } catch (error) {
      const code = codeOf(error);
      if (code === undefined) throw error;
      if (code === 'ENOENT' && attempt < ATTEMPTS) continue;
      throw new DataFailure(
        `cannot save the model to ${folder} (${code}); choose a folder that can be written`,
      );
    }
  }
}

async function replace(folder: string, data: Uint8Array, json: (weights: string[]) => string): Promise<void> {
  const id = hashOf(data) + randomBytes(4).toString('hex');
  const weights = join(folder, `weights-${id}.bin`);
  const announced = join(folder, `model.json.${id}.${process.pid}.partial`);
  try {
    await writeThrough(announced, json([`weights-${id}.bin`]));
    await writeThrough(weights, data);
    await rename(announced, join(folder, 'model.json'));
  } catch (error) {
    await Promise.all([announced, weights].map((path) => rm(path, { force: true })));
    throw error;
  }
}

/** A name must not reach the disk before what it names. */
async function writeThrough(path: string, content: string | Uint8Array): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Takes out what older saves and dead ones have left. What model.json names is read after the list: never before it. */
async function sweep(folder: string): Promise<void> {
  const names = await readdir(folder);
  const current = await readFile(join(folder, 'model.json'), 'utf8');
  const needed = new Set<string>();
  const old: string[] = [];
  for (const name of names) {
    const [matched, id, pid] = UNDER_WAY.exec(name) ?? [];
    if (!matched) continue;
    if (id && isAlive(Number(pid))) needed.add(`weights-${id}.bin`);
    else old.push(name);
  }
  for (const name of names) {
    const isOld = WEIGHTS.test(name) && !needed.has(name) && !current.includes(`"${name}"`);
    if (isOld || UNFINISHED.test(name)) old.push(name);
  }
  await Promise.all(old.map((name) => rm(join(folder, name), { force: true })));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // A process of another user may not be signalled, but is there.
    return codeOf(error) === 'EPERM';
  }
}

/** Whether a file of weights holds what its name says, where that says something. */
export function hasContent(name: string, data: Uint8Array): boolean {
  const hash = WEIGHTS.exec(name)?.[1];
  return hash === undefined || hash === hashOf(data);
}

function hashOf(data: Uint8Array): string {
  return createHash('sha256').update(data).digest('hex').slice(0, 16);
}
