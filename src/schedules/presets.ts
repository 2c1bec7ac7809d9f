import { probability } from '../errors/checks.js';
import { linear, piecewise } from './kinds.js';
import { requireArguments, requireLength } from './require-schedule.js';
import { type In, type Schedule, spanOf, UNITS } from './schedule.js';

type Preset = { rate: number } & In<number>;

/**
 * Early dropout, against underfitting: a rate that falls to 0 in the first part of training, and stays there.
 *
 * `early({ rate: 0.1, epochs: 50 })`
 *
 * Source: Liu et al., "Dropout reduces underfitting", arXiv 2303.01500, section 4, in its linear form.
 */
export function early(args: Preset): Schedule {
  return falling('early', args);
}

/**
 * Late dropout, against overfitting: none at first, then the rate.
 *
 * `late({ rate: 0.4, epochs: 50 })`
 *
 * Source: Liu et al., "Dropout reduces underfitting", arXiv 2303.01500, section 4.
 */
export function late(args: Preset): Schedule {
  const { rate, ...length } = checked('late', args);
  const points = [
    [0, 0],
    [spanOf(length), rate],
  ] as const;
  return piecewise({ interpolation: 'constant', ...withSpan(length, points) });
}

/**
 * Annealed dropout: a rate that falls to 0 in all of training, or in the time given.
 *
 * `annealed({ rate: 0.5 })`
 *
 * Source: Rennie, Goel, Thomas, "Annealed dropout training of deep networks", SLT 2014, equation 5.
 */
export function annealed(args: { rate: number } & Partial<In<number>>): Schedule {
  const timed = UNITS.some((unit) => args?.[unit] !== undefined);
  return falling('annealed', (timed ? args : { ...args, fraction: 1 }) as Preset);
}

function falling(who: string, args: Preset): Schedule {
  const { rate, ...length } = checked(who, args);
  return linear({ from: rate, to: 0, ...length });
}

/** Under the preset's own name, not that of the schedule it makes. */
function checked(who: string, args: Preset): Preset {
  const rate = (who: string, argument: string, value: unknown) => void probability(who, argument, value);
  requireArguments(who, args ?? {}, { rate }, requireLength);
  return args;
}

function withSpan<T>(length: In<number>, span: T): In<T> {
  if (length.steps !== undefined) return { steps: span };
  return length.epochs !== undefined ? { epochs: span } : { fraction: span };
}
