import {
  annealed,
  constant,
  cosine,
  early,
  exponential,
  late,
  linear,
  piecewise,
  polynomial,
  stepDecay,
  valueAt,
} from 'evenkeel';
import { describe, expect, it } from 'vitest';
import { requireRates, requireSchedule } from '../../src/schedules/require-schedule.js';

const NaNs = Number.NaN;

describe('a schedule that cannot be', () => {
  it.each([
    [() => linear({ from: 1, to: 0, steps: 0 }), 'linear: steps must be a positive integer, received 0.'],
    [() => linear({ from: 1, to: 0, steps: -3 }), 'linear: steps must be a positive integer, received -3.'],
    [() => linear({ from: 1, to: 0, steps: 2.5 }), 'linear: steps must be a positive integer, received 2.5.'],
    [
      () => linear({ from: 1, to: 0, epochs: NaNs }),
      'linear: epochs must be a number above 0, received NaN.',
    ],
    [
      () => linear({ from: 1, to: 0, fraction: 2 }),
      'linear: fraction must be above 0 and at most 1, received 2.',
    ],
    [() => linear({ from: NaNs, to: 0, steps: 1 }), 'linear: from must be a finite number, received NaN.'],
    [() => linear({ to: 0, steps: 1 } as never), 'linear: from must be a finite number, received undefined.'],
    [
      () => linear({ from: 1, to: 0 } as never),
      "linear: one of steps, epochs and fraction must be given, received 'none of them'.",
    ],
    [
      () => linear({ from: 1, to: 0, steps: 1, epochs: 2 } as never),
      "linear: one of steps, epochs and fraction must be given, received 'steps and epochs'.",
    ],
    [
      () => linear({ from: 1, to: 0, step: 1 } as never),
      "linear: its arguments must be of from, to, steps, epochs, fraction, received 'step'.",
    ],
    [() => constant('1' as never), "constant: value must be a finite number, received '1'."],
    [
      () => exponential({ from: 1, factor: 0, steps: 1 }),
      'exponential: factor must be a number above 0, received 0.',
    ],
    [
      () => polynomial({ from: 1, to: 0, power: -1, steps: 1 }),
      'polynomial: power must be a number above 0, received -1.',
    ],
    [
      () => piecewise({ steps: [] }),
      'piecewise: steps must be points [time, value] in the order of their times, which start from 0 or later, received [].',
    ],
    [
      () =>
        piecewise({
          steps: [
            [3, 0],
            [1, 0],
          ],
        }),
      /^piecewise: steps must be points .*, received \[\[3,0\],\[1,0\]\]\.$/,
    ],
    [
      () => piecewise({ epochs: [[-1, 0]] }),
      /^piecewise: epochs must be points .*, received \[\[-1,0\]\]\.$/,
    ],
    [
      () => piecewise({ epochs: [[0, NaNs]] }),
      'piecewise: epochs[0][1] must be a finite number, received NaN.',
    ],
    [
      () =>
        piecewise({
          steps: [
            [0, 1],
            ['2' as never, 1],
          ],
        }),
      "piecewise: steps[1][0] must be a finite number, received '2'.",
    ],
    [
      () => stepDecay({ from: 1, factor: -2, steps: 1 }),
      'stepDecay: factor must be a number above 0, received -2.',
    ],
    [
      () => linear(cosine({ from: 1, to: 0, steps: 1 })),
      "linear: its arguments must be of from, to, steps, epochs, fraction, received 'kind'.",
    ],
    [
      () => piecewise({ fraction: [[1.5, 0]] }),
      'piecewise: fraction must be points of times from 0 to 1, received [[1.5,0]].',
    ],
    [
      () => piecewise({ steps: [[0, 0]], interpolation: 'cubic' as never }),
      "piecewise: interpolation must be 'linear' or 'constant', received 'cubic'.",
    ],
    [() => early({ rate: 1.5, epochs: 3 }), 'early: rate must be a number from 0 to 1, received 1.5.'],
    [() => late({ rate: -0.5, epochs: 3 }), 'late: rate must be a number from 0 to 1, received -0.5.'],
    [() => annealed({ rate: NaNs }), 'annealed: rate must be a number from 0 to 1, received NaN.'],
    [() => late({ rate: 0.5, steps: 2.5 }), 'late: steps must be a positive integer, received 2.5.'],
    [() => late({ rate: 0.5, epochs: -1 }), 'late: epochs must be a number above 0, received -1.'],
    [
      () => late({ rate: 0.5 } as never),
      "late: one of steps, epochs and fraction must be given, received 'none of them'.",
    ],
    [
      () => annealed({ rate: 0.5, step: 3 } as never),
      "annealed: its arguments must be of rate, steps, epochs, fraction, received 'step'.",
    ],
  ])('%s', (make, message) => {
    expect(make).toThrow(message);
  });

  it.each([linear, piecewise, early, late, annealed])('without arguments: $name', (make) => {
    expect(() => make(undefined as never)).toThrow(/^\w+: \w+.* must be .*, received .*\.$/);
  });

  it('from JSON is refused by whoever takes it', () => {
    const kinds = 'constant, linear, cosine, polynomial, exponential, step, piecewise';
    expect(() => requireSchedule('annealedDropout', 'schedule', { kind: 'sine' })).toThrow(
      `annealedDropout: schedule must be a schedule of kind ${kinds}, received {"kind":"sine"}.`,
    );
    for (const value of [null, undefined, 0.5, 'linear', []]) {
      expect(() => requireSchedule('annealedDropout', 'schedule', value)).toThrow(
        'must be a schedule of kind',
      );
    }
    expect(() =>
      requireSchedule('annealedDropout', 'schedule', { kind: 'linear', from: 1, to: 0, steps: -1 }),
    ).toThrow('annealedDropout: schedule: steps must be a positive integer, received -1.');
  });

  it('from JSON is refused by valueAt too', () => {
    const at = (schedule: object) => () => valueAt(schedule as never, 1);
    expect(at({ kind: 'sine', steps: 3 })).toThrow(/^valueAt: schedule must be a schedule of kind .*"sine"/);
    expect(at({ kind: 'linear', from: 1, to: 0, steps: 1, epochs: 5 })).toThrow(
      "valueAt: schedule: one of steps, epochs and fraction must be given, received 'steps and epochs'.",
    );
    expect(at({ kind: 'constant', value: null })).toThrow(
      'valueAt: schedule: value must be a finite number, received null.',
    );
  });

  it('leaves 0 to 1', () => {
    expect(() => requireRates('x', 'schedule', exponential({ from: 0.5, factor: 2, epochs: 3 }))).toThrow(
      'x: schedule must be a schedule within 0 to 1 (this one goes from 0.5 to Infinity), received {',
    );
    expect(requireRates('x', 'schedule', exponential({ from: 0.5, factor: 2, fraction: 1 }))).toBeTruthy();
    expect(requireRates('x', 'schedule', exponential({ from: 1, factor: 0.5, epochs: 3 }))).toBeTruthy();
  });
});
