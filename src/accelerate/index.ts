import * as tf from '@tensorflow/tfjs';
import { ArgumentError } from '../errors/argument-error.js';
import { KEEP_ONE } from '../errors/copies.js';
import { didYouMean } from '../errors/did-you-mean.js';
import { withFlagOff } from '../tfjs/flags.js';
import { Overrides } from '../tfjs/overrides.js';
import type { Acceleration } from './acceleration.js';
import { type AccelerationName, accelerations } from './registry.js';

export type { AccelerationName };

export interface AccelerateOptions {
  /**
   * Turns on only these, which may also be those of `repair`. Default: all but those of `repair`.
   */
  only?: readonly AccelerationName[];
  /**
   * Also what changes behaviour that a model may rely on: `constraints` are applied after each step, `frozenBatchNorm`
   * uses its moving statistics and freezes what is compiled from then on, `seededDropout` draws a new mask at each call, `unclippedCrossEntropy` has losses and
   * gradients where probabilities are below 1e-7. Default: false.
   */
  repair?: boolean;
}

const NAMES = Object.keys(accelerations) as AccelerationName[];
const of = (name: AccelerationName): Acceleration => accelerations[name];

/** What was changed, by name, in the order in which it was. */
const on = new Map<AccelerationName, Overrides>();

/** What is asked for, and is for a backend that has not been set yet. */
const waiting = new Set<AccelerationName>();

/**
 * Trains the built-in layers of tfjs at the speed of its engine, and fixes what is broken in them: for every model, also
 * those that exist, without a change to its code. On every backend; most is won on the native one.
 *
 * Kernels, gradients and methods of tfjs are replaced by name (README lists them). What a later version of tfjs
 * has fixed is left alone. A second call adds what is not on yet, and takes nothing off. What only one backend needs is
 * turned on once that backend is set, before or after.
 *
 * ```ts
 * accelerate();
 * accelerate({ only: ['layerNorm', 'adam'] });
 * accelerate({ repair: true });
 * accelerate.restore();
 * ```
 *
 * @returns the names of all that is on, also of what is registered for cpu and webgl while another backend is in use
 * @throws Error for an option or a name that is none, where no backend is ready, or where two copies of tfjs are
 *   loaded; nothing is changed then
 */
export function accelerate(options: AccelerateOptions = {}): AccelerationName[] {
  const chosen = choose(options);
  requireReady();
  quietly(() => turnOn(chosen));
  return [...on.keys()];
}

/** Undoes all of it, to the last registration. */
accelerate.restore = (): void => {
  waiting.clear();
  for (const name of [...on.keys()].reverse()) undo(name);
  following?.undo();
  following = null;
};

/** Whether an acceleration is needed is tried: that is neither printed nor checked where tfjs's flags are on. */
const quietly = (f: () => void): void => withFlagOff('DEBUG', () => withFlagOff('IS_TEST', f));

/** Turns on what the backend in use has a place for, all or nothing; the rest waits for its own. */
function turnOn(chosen: readonly AccelerationName[]): void {
  const now = chosen.filter((name) => (of(name).backend ?? tf.getBackend()) === tf.getBackend());
  const added: AccelerationName[] = [];
  try {
    for (const name of now) {
      const { needed, apply } = of(name);
      if (on.has(name) || needed?.() === false) continue;
      const overrides = new Overrides();
      on.set(name, overrides);
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

let following: Overrides | null = null;

/** Turns on what waits for a backend once that one is set. */
function follow(): void {
  if (following) return;
  following = new Overrides();
  following.method(Object.getPrototypeOf(tf.engine()), 'setBackend', (setBackend) => {
    return async function (this: unknown, backend: string) {
      const isSet = await setBackend.call(this, backend);
      quietly(() => turnOn([...waiting]));
      return isSet;
    };
  });
}

function undo(name: AccelerationName): void {
  on.get(name)?.undo();
  on.delete(name);
}

function choose(options: AccelerateOptions): readonly AccelerationName[] {
  const { only, repair = false, ...others } = options ?? {};
  const isObject = typeof options === 'object' && options !== null && !Array.isArray(options);
  if (!isObject)
    throw new ArgumentError('accelerate', 'options', 'an object of `only` and `repair`', options);
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) {
    throw new Error(`accelerate: no option ${unknown}; ${didYouMean(unknown, ['only', 'repair'])}`);
  }
  if (typeof repair !== 'boolean') throw new ArgumentError('accelerate', 'repair', 'true or false', repair);
  if (only === undefined) return NAMES.filter((name) => repair || !of(name).repair);
  if (!Array.isArray(only) || only.length === 0) {
    throw new ArgumentError('accelerate', 'only', 'a list of one name or more', only);
  }
  for (const name of only) {
    if (NAMES.includes(name)) continue;
    const received = typeof name === 'string' ? `'${name}'` : String(name);
    throw new Error(`accelerate: only has no ${received}; ${didYouMean(String(name), NAMES)}`);
  }
  return NAMES.filter((name) => only.includes(name) || (repair && of(name).repair));
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
