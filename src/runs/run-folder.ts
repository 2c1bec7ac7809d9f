import { appendFileSync, existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type * as tf from '@tensorflow/tfjs';
import { damagedFile } from '../data/damaged.js';
import { DataFailure } from '../data/failure.js';
import { makeFolder } from '../data/make-folder.js';
import { modelFiles } from '../data/model-files.js';
import { writeAtomically } from '../data/write-atomically.js';
import { codeOf } from '../errors/caught.js';
import type { FinishedRun, LogRecord, RunConfig, RunEnvironment, RunResult } from '../training/records.js';
import { checkConfigFile, checkRecord } from './check-run.js';
import { type BoardEvent, encodeEvent } from './tensorboard.js';

export const runName = ({ recipe, seed }: RunConfig): string => `${recipe}-seed${seed}`;

/**
 * The folder of one run:
 *
 * - config.json: what decides its numbers, and where it was made;
 * - log.jsonl: a line a step group and an epoch, written as they come;
 * - events.out.tfevents.*: the same numbers for TensorBoard;
 * - model/: the trained model;
 * - result.json: the final numbers, written last: a folder that has it is a finished run.
 */
export class RunFolder {
  private constructor(
    readonly path: string,
    private readonly eventsPath: string,
  ) {}

  /** An empty folder of this run; what an unfinished run has left there is deleted, a finished one never. */
  static async create(path: string, config: RunConfig, environment: RunEnvironment): Promise<RunFolder> {
    if (existsSync(join(path, 'result.json'))) {
      throw new DataFailure(`${path} holds a finished run; delete it to make it again`);
    }
    await inOneLine(path, async () => {
      await rm(path, { recursive: true, force: true });
      await makeFolder(path);
      await writeJson(join(path, 'config.json'), { ...config, environment });
    });
    const folder = new RunFolder(path, join(path, `events.out.tfevents.${now().toFixed(0)}.evenkeel`));
    folder.appendEvent({ wallTime: now(), fileVersion: 'brain.Event:2' });
    return folder;
  }

  append(record: LogRecord): void {
    this.appendLine(join(this.path, 'log.jsonl'), `${JSON.stringify(record)}\n`);
    this.appendEvent({ wallTime: now(), step: record.step, scalars: scalarsOf(record) });
  }

  async finish(model: tf.LayersModel, result: RunResult): Promise<void> {
    await model.save(modelFiles(join(this.path, 'model')), { includeOptimizer: true });
    await writeJson(join(this.path, 'result.json'), result);
  }

  private appendEvent(event: BoardEvent): void {
    this.appendLine(this.eventsPath, encodeEvent(event));
  }

  // One call to the system a record: a process that is killed leaves whole lines, and at most one cut short at the end.
  private appendLine(path: string, line: string | Uint8Array): void {
    try {
      appendFileSync(path, line);
    } catch (error) {
      throw notWritable(path, error);
    }
  }
}

function scalarsOf(record: LogRecord): Record<string, number> {
  if (record.kind === 'epoch') {
    return {
      'epoch/loss': record.loss,
      'epoch/accuracy': record.accuracy,
      'evaluation/loss': record.evaluationLoss,
      'evaluation/accuracy': record.evaluationAccuracy,
      'speed/milliseconds_per_step': record.millisecondsPerStep,
    };
  }
  const byLayer = (name: string, values: Record<string, number>) =>
    Object.entries(values).map(([layer, value]) => [`${name}/${layer}`, value]);
  return {
    'steps/loss': record.loss,
    'steps/accuracy': record.accuracy,
    ...Object.fromEntries(byLayer('activation_sparsity', record.activationSparsity)),
    ...Object.fromEntries(byLayer('gradient_norm', record.gradientNorm)),
    ...Object.fromEntries(byLayer('drop_rate', record.dropRate ?? {})),
  };
}

const MAKE_AGAIN = 'delete its folder to make the run again';

/** A finished run; undefined for an unfinished one and for a folder that is not there. */
export async function readRun(path: string): Promise<FinishedRun | undefined> {
  if (!existsSync(join(path, 'result.json'))) return undefined;
  const result = await readJson<RunResult>(join(path, 'result.json'));
  const numbers = [result?.testLoss, result?.testAccuracy, result?.parameters, result?.millisecondsPerStep];
  if (!numbers.every(Number.isFinite)) {
    throw new DataFailure(`${join(path, 'result.json')} lacks numbers; ${MAKE_AGAIN}`);
  }
  const about = join(path, 'config.json');
  const whole = await readJson<RunConfig & { environment: RunEnvironment }>(about);
  checkConfigFile(whole, damagedFile(about, MAKE_AGAIN));
  const { environment, ...config } = whole;
  const log = (await readText(join(path, 'log.jsonl')))
    .split('\n')
    // What follows the last line break is nothing, or a line that a power cut has cut short.
    .slice(0, -1)
    .map((line, i) => {
      const place = `line ${i + 1} of ${join(path, 'log.jsonl')}`;
      const record = parse<LogRecord>(line, place);
      checkRecord(record, damagedFile(place, MAKE_AGAIN));
      return record;
    });
  return { config, environment, log, result };
}

/** A new folder `<out>/<date>-<time>-<name>`, never one that exists. */
export async function newRunsFolder(out: string, name: string, date: Date): Promise<string> {
  const part = (value: number) => String(value).padStart(2, '0');
  const day = [date.getFullYear(), part(date.getMonth() + 1), part(date.getDate())].join('-');
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(part).join('');
  const first = join(out, `${day}-${time}-${name}`);
  return await inOneLine(out, async () => {
    await makeFolder(out);
    for (let n = 1; ; n++) {
      const path = n === 1 ? first : `${first}-${n}`;
      try {
        await mkdir(path);
        return path;
      } catch (error) {
        if (codeOf(error) !== 'EEXIST') throw error;
      }
    }
  });
}

/** Folders of this name under `out`, oldest first. */
export async function runsFolders(out: string, name: string): Promise<string[]> {
  const pattern = new RegExp(`^\\d{4}-\\d{2}-\\d{2}-\\d{6}-${name}(-\\d+)?$`);
  try {
    const names = (await readdir(out)).filter((entry) => pattern.test(entry));
    return names.sort((a, b) => a.localeCompare(b, 'en', { numeric: true })).map((entry) => join(out, entry));
  } catch {
    return [];
  }
}

export async function writeJson(path: string, value: unknown): Promise<void> {
  await writeText(path, `${JSON.stringify(value, null, 2)}\n`);
}

/** @throws DataFailure where it cannot be written */
export async function writeText(path: string, text: string): Promise<void> {
  await inOneLine(path, () => writeAtomically(path, text));
}

export async function readJson<T>(path: string): Promise<T> {
  return parse(await readText(path), path);
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const code = codeOf(error);
    throw new DataFailure(`cannot read ${path} (${code}); ${MAKE_AGAIN}`);
  }
}

function parse<T>(text: string, place: string): T {
  try {
    return JSON.parse(text) as T;
  } catch {
    throw new DataFailure(`${place} is damaged: it is not JSON; ${MAKE_AGAIN}`);
  }
}

async function inOneLine<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw notWritable(path, error);
  }
}

const WHY: ReadonlyMap<string, string> = new Map([
  ['EEXIST', 'a file is in the way'],
  ['ENOTDIR', 'a file is in the way'],
  ['EISDIR', 'a folder is in the way'],
  ['ENOSPC', 'the disk is full'],
]);

function notWritable(path: string, error: unknown): unknown {
  const code = codeOf(error);
  if (code === undefined || error instanceof DataFailure) return error;
  return new DataFailure(
    `cannot write to ${path} (${WHY.get(code) ?? code}); choose another folder with --out`,
  );
}

const now = () => Date.now() / 1000;
