import * as tf from '@tensorflow/tfjs';
import { ArgumentError } from '../errors/argument-error.js';
import { KEEP_ONE } from '../errors/copies.js';
import { withFlagOff } from '../tfjs/flags.js';
import { Overrides } from '../tfjs/overrides.js';
import { enginePrototype } from '../tfjs/tape.js';
import { type AccelerateOptions, choose } from './choose.js';
import { type CompiledReport, compiledOf, compileSteps } from './compile/compile.js';
import type { Engine } from './compile/graph.js';
import type { GraphReport, StepReport } from './compile/steps.js';
import { type AccelerationGroup, type AccelerationName, accelerationOf } from './registry.js';

export type {
  AccelerateOptions,
  AccelerationGroup,
  AccelerationName,
  CompiledReport,
  GraphReport,
  StepReport,
};

/** The accelerations that are on, in the order in which they were applied. */
const active = new Map<AccelerationName, Overrides>();

/** Those that are asked for, but belong to a backend that has not been set yet. */
const waiting = new Set<AccelerationName>();

/** Backends whose kernels are there only once the backend has been set, by the second segment of a kernel's name. */
const LOADED_LATER: Record<string, string> = { wasm: 'wasm', native: 'tensorflow' };

/** `accelerate()`, and what belongs to it. */
export interface Accelerate {
  (options?: AccelerateOptions): AccelerationName[];

  /** Undoes all of it, to the last registration, and gives up every graph. */
  restore(): void;

  /**
   * What is compiled of a model: for training, evaluation and prediction one entry for each shape of a batch, with the
   * graphs that there are, or the reason why its steps run op by op. Nothing is listed that has not run since
   * `accelerate({ compile: true })`.
   *
   * ```ts
   * for (const { shapes, compiled, reason } of accelerate.compiled(model).training) {
   *   console.log(shapes, compiled ? 'runs as a graph' : (reason ?? 'is recorded'));
   * }
   * ```
   *
   * @throws Error for what is no model
   */
  compiled(model: tf.LayersModel): CompiledReport;
}

/**
 * Trains the built-in layers of tfjs at the speed of its engine, and fixes what is broken in them: for every model, also
 * those that exist, without a change to its code. On every backend; most is won on the native one, where `compile` also
 * has whole steps run as graphs of TensorFlow's.
 *
 * Kernels, gradients and methods of tfjs are replaced by name (README lists them). What a later version of tfjs
 * has fixed is left alone. A second call adds what is not on yet, and takes nothing off. What only one backend needs is
 * turned on once that backend is set, before or after.
 *
 * ```ts
 * accelerate();
 * accelerate({ compile: true });
 * accelerate({ only: ['layer/layerNormalization', 'optimizer'] });
 * accelerate({ repair: true });
 * accelerate.restore();
 * ```
 *
 * @returns the names of all that is on, also of what is registered for cpu and webgl while another backend is in use
 * @throws Error for an option or a name that is none, where no backend is ready, or where two copies of tfjs are
 *   loaded; nothing is changed then
 */
export const accelerate: Accelerate = Object.assign(turnOnChosen, { restore, compiled });

function turnOnChosen(options: AccelerateOptions = {}): AccelerationName[] {
  const chosen = choose(options);
  requireReady();
  recompiling(() => quietly(() => turnOn(chosen)));
  if (options.compile) compile(options.compile === 'xla' ? 'xla' : 'graph');
  return [...active.keys()];
}

function restore(): void {
  stopCompiling();
  waiting.clear();
  for (const name of [...active.keys()].reverse()) undo(name);
  following?.undo();
  following = null;
}

function compiled(model: tf.LayersModel): CompiledReport {
  if (!(model instanceof tf.LayersModel)) {
    throw new ArgumentError('accelerate.compiled', 'model', 'a model', model);
  }
  return compiledOf(model);
}

/** Whether an acceleration is needed is tried: that is neither printed nor checked where tfjs's flags are on. */
const quietly = (f: () => void): void => withFlagOff('DEBUG', () => withFlagOff('IS_TEST', f));

let compiling: { overrides: Overrides; engine: Engine } | null = null;

function compile(engine: Engine): void {
  if (tf.getBackend() !== 'tensorflow') {
    const backend = tf.getBackend();
    // biome-ignore lint/suspicious/noConsole: it is no error, and the names returned do not show it
    console.warn(`accelerate: compile does nothing on ${backend}; it is for the native backend, in Node`);
  }
  if (compiling?.engine === engine) return;
  stopCompiling();
  startCompiling(engine);
}

function stopCompiling(): void {
  compiling?.overrides.undo();
  compiling = null;
}

function startCompiling(engine: Engine): void {
  compiling = { overrides: new Overrides(), engine };
  compileSteps(compiling.overrides, engine);
}

/** Runs a change of what tfjs does while no step is compiled: graphs have the ops of the time they were recorded. */
function recompiling<T>(change: () => T): T {
  const before = compiling;
  stopCompiling();
  try {
    return change();
  } finally {
    if (before) startCompiling(before.engine);
  }
}

/** Turns on what the backend in use has a place for, all or nothing; the rest waits for its own. */
function turnOn(chosen: readonly AccelerationName[]): void {
  const now = chosen.filter(isBackendSet);
  const added: AccelerationName[] = [];
  try {
    for (const name of now) {
      const { needed, apply } = accelerationOf(name);
      if (active.has(name) || needed?.() === false) continue;
      const overrides = new Overrides();
      active.set(name, overrides);
      added.push(name);
      apply(overrides);
    }
  } catch (error) {
    for (const name of added.reverse()) undo(name);
    throw error;
  }
  for (const name of chosen) {
    if (now.includes(name)) waiting.delete(name);
    else waiting.add(name);
  }
  if (waiting.size > 0) follow();
}

function isBackendSet(name: AccelerationName): boolean {
  const [kind, backend = ''] = name.split('/');
  const needed = kind === 'kernel' ? LOADED_LATER[backend] : undefined;
  return needed === undefined || needed === tf.getBackend();
}

let following: Overrides | null = null;

/** Turns on what waits for a backend once that one is set. */
function follow(): void {
  if (following) return;
  following = new Overrides();
  following.method(enginePrototype(), 'setBackend', (setBackend) => {
    return async function (this: unknown, backend: string) {
      const isSet = await setBackend.call(this, backend);
      recompiling(() => quietly(() => turnOn([...waiting])));
      return isSet;
    };
  });
}

function undo(name: AccelerationName): void {
  active.get(name)?.undo();
  active.delete(name);
}

function requireReady(): void {
  if (!(tf.env() instanceof tf.Environment)) {
    throw new Error(
      `accelerate: two copies of @tensorflow/tfjs are loaded, and it would change the one that trains nothing. ${KEEP_ONE}`,
    );
  }
  try {
    tf.backend();
  } catch {
    throw new Error(
      'accelerate: no backend is ready; call it after `await tf.ready()` or `await loadBackend()`',
    );
  }
}
