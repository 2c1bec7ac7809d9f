import { ArgumentError } from '../errors/argument-error.js';
import { didYouMean } from '../errors/did-you-mean.js';
import { editDistance } from '../errors/edit-distance.js';
import type { Engine } from './compile/graph.js';
import { type AccelerationGroup, type AccelerationName, accelerationOf, NAMES } from './registry.js';

export interface AccelerateOptions {
  /**
   * Turns on only these: single ones, also those of `repair`, or all of a kind but those of `repair`. Default: all but
   * those of `repair`.
   */
  only?: readonly (AccelerationName | AccelerationGroup)[];
  /**
   * Also what changes behaviour that a model may rely on: `training/constraints` are applied after each step,
   * `layer/frozenBatchNormalization` uses its moving statistics and freezes what is compiled from then on,
   * `layer/seededDropout` draws a new mask at each call, `training/unclippedCrossEntropy` has losses and gradients where
   * probabilities are below 1e-7. Default: false.
   */
  repair?: boolean;
  /**
   * On the native backend: `fit`, `fitDataset`, `trainOnBatch`, `evaluate` and `predict` of every model run each step as one
   * graph of TensorFlow's, from the third step with batches of a shape on, to the same bits as op by op. `'graph'` is the
   * same as `true`. `'xla'` has XLA compile the graph: seconds, for steps that are faster where most of the time goes
   * into elementwise ops, and slower with convolutions; their numbers differ by rounding. What cannot be compiled runs op by
   * op, and says why in one line; `accelerate.compiled(model)` lists it. Other backends: one line that it does nothing.
   * Default: false.
   */
  compile?: boolean | Engine;
}

const segmentsOf = (name: string): string[] => name.split('/');

/** The kinds, and the backends of kernels: every name without one or more of its last segments. */
const GROUPS = [
  ...new Set(
    NAMES.flatMap((name) => {
      const segments = segmentsOf(name);
      return segments.slice(1).map((_, i) => segments.slice(0, i + 1).join('/'));
    }),
  ),
].sort();

/**
 * The accelerations that options ask for, in the order in which they are applied.
 *
 * @throws Error for an option or a name that is unknown
 */
export function choose(options: AccelerateOptions): AccelerationName[] {
  const { only, repair = false, compile = false, ...others } = options ?? {};
  const isObject = typeof options === 'object' && options !== null && !Array.isArray(options);
  if (!isObject)
    throw new ArgumentError('accelerate', 'options', 'an object of `only`, `repair` and `compile`', options);
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) {
    throw new Error(
      `accelerate: no option ${unknown}; ${didYouMean(unknown, ['only', 'repair', 'compile'])}`,
    );
  }
  if (typeof repair !== 'boolean') throw new ArgumentError('accelerate', 'repair', 'true or false', repair);
  if (![true, false, 'graph', 'xla'].includes(compile)) {
    throw new ArgumentError('accelerate', 'compile', "true, false, 'graph' or 'xla'", compile);
  }
  if (only === undefined) return NAMES.filter((name) => repair || !accelerationOf(name).repair);
  if (!Array.isArray(only) || only.length === 0) {
    throw new ArgumentError('accelerate', 'only', 'a list of one name or more', only);
  }
  const asked = new Set<string>(only);
  for (const name of asked) requireName(name);
  return NAMES.filter((name) => {
    if (asked.has(name)) return true;
    if (accelerationOf(name).repair) return repair;
    return GROUPS.some((group) => asked.has(group) && name.startsWith(`${group}/`));
  });
}

function requireName(name: unknown): void {
  if (typeof name !== 'string') throw new Error(`accelerate: only has no ${String(name)}; ${ALL}`);
  if ([...NAMES, ...GROUPS].some((known) => known === name)) return;
  throw new Error(`accelerate: only has no '${name}'; ${suggestion(name)}`);
}

const ALL = `its kinds are ${GROUPS.join(', ')}, and README lists the names`;

/** The names that may be meant, also by one that lacks its kind or the end of its last segment. */
function suggestion(name: string): string {
  const typed = name.toLowerCase();
  const candidates = [...NAMES, ...GROUPS].map((known) => ({ known, distance: distanceTo(known, typed) }));
  const least = Math.min(...candidates.map(({ distance }) => distance));
  if (least > Math.max(2, typed.length / 3)) return ALL;
  const near = candidates.filter(({ distance }) => distance === least).map(({ known }) => known);
  return `did you mean ${near.join(' or ')}?`;
}

function distanceTo(known: string, typed: string): number {
  const last = segmentsOf(known).at(-1)?.toLowerCase() ?? '';
  if (last === typed) return 0;
  if (typed.length > 2 && last.startsWith(typed)) return 0.5;
  return Math.min(editDistance(typed, known.toLowerCase()), editDistance(typed, last));
}
