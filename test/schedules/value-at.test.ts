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
  type Schedule,
  stepDecay,
  valueAt,
} from 'evenkeel';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rangeOf } from '../../src/schedules/range-of.js';
import type { Unit } from '../../src/schedules/schedule.js';
import pytorch from './fixtures/pytorch.json' with { type: 'json' };

const values = (schedule: Schedule, times: number[]) => times.map((t) => valueAt(schedule, t));

describe('valueAt', () => {
  it('follows the equation of each kind', () => {
    const t = [0, 1, 2.5, 4, 7];
    const part = (t: number) => Math.min(t / 4, 1);
    const between = (f: (p: number) => number) => t.map((t) => 0.25 + (2 - 0.25) * f(part(t)));
    const ends = { from: 2, to: 0.25, steps: 4 };
    expect(values(constant(0.3), t)).toEqual([0.3, 0.3, 0.3, 0.3, 0.3]);
    expect(values(linear(ends), t)).toBeAllClose(
      between((p) => 1 - p),
      { rtol: 1e-14 },
    );
    expect(values(cosine(ends), t)).toBeAllClose(
      between((p) => (1 + Math.cos(Math.PI * p)) / 2),
      { rtol: 1e-14 },
    );
    expect(values(polynomial({ ...ends, power: 3 }), t)).toBeAllClose(
      between((p) => (1 - p) ** 3),
      { rtol: 1e-14 },
    );
    expect(values(polynomial(ends), t)).toEqual(values(linear(ends), t));
    const decay = { from: 2, factor: 0.5, steps: 4 };
    expect(values(exponential(decay), t)).toBeAllClose(
      t.map((t) => 2 * 0.5 ** (t / 4)),
      { rtol: 1e-14 },
    );
    expect(values(stepDecay(decay), [0, 3.9, 4, 7.9, 8])).toEqual([2, 2, 1, 1, 0.5]);
  });

  it('goes through points in lines or as a stair, holds the ends, and jumps where two have one time', () => {
    const points = [
      [1, 0],
      [3, 1],
      [3, 0.5],
      [5, 0.75],
    ] as const;
    const t = [0, 1, 2, 2.5, 3, 4, 5, 9];
    expect(values(piecewise({ steps: points }), t)).toEqual([0, 0, 0.5, 0.75, 0.5, 0.625, 0.75, 0.75]);
    expect(values(piecewise({ steps: points, interpolation: 'constant' }), t)).toEqual([
      0, 0, 0, 0, 0.5, 0.5, 0.75, 0.75,
    ]);
    expect(values(piecewise({ steps: [[2, 0.4]] }), t)).toEqual(t.map(() => 0.4));
  });

  it('has the presets of the papers', () => {
    const epochs = [0, 25, 49, 50, 299].map((epoch) => ({ epoch }));
    const at = (schedule: Schedule) => epochs.map((time) => valueAt(schedule, time));
    expect(at(early({ rate: 0.1, epochs: 50 }))).toBeAllClose([0.1, 0.05, 0.002, 0, 0], { atol: 1e-15 });
    expect(at(late({ rate: 0.4, epochs: 50 }))).toEqual([0, 0, 0, 0.4, 0.4]);
    expect([0, 0.5, 1].map((fraction) => valueAt(annealed({ rate: 0.5 }), { fraction }))).toEqual([
      0.5, 0.25, 0,
    ]);
    expect(values(annealed({ rate: 0.5, steps: 10 }), [0, 5, 10, 11])).toEqual([0.5, 0.25, 0, 0]);
  });

  it("gives the values of PyTorch's schedulers", () => {
    for (const { scheduler, schedule, expected } of pytorch.cases) {
      expect(
        values(
          schedule as unknown as Schedule,
          expected.map((_, step) => step),
        ),
        scheduler,
      ).toBeAllClose(expected, { rtol: 1e-9, atol: 1e-12 });
    }
  });

  it('reads the time in the unit of the schedule', () => {
    const time = { step: 5, epoch: 2.5, fraction: 0.25 };
    const ends = { from: 1, to: 0 };
    expect(valueAt(linear({ ...ends, steps: 10 }), time)).toBe(0.5);
    expect(valueAt(linear({ ...ends, epochs: 10 }), time)).toBe(0.75);
    expect(valueAt(linear({ ...ends, fraction: 1 }), time)).toBe(0.75);
    expect(valueAt(linear({ ...ends, steps: 10 }), 5)).toBe(0.5);
    expect(() => valueAt(linear({ ...ends, epochs: 10 }), 5)).toThrow(
      'valueAt: at must be a time with a finite epoch, such as { epoch: 1 }, since the schedule runs by epochs, received 5.',
    );
    expect(() => valueAt(linear({ ...ends, epochs: 10 }), { step: 5 })).toThrow(
      'by epochs, received {"step":5}.',
    );
    expect(() => valueAt(linear({ ...ends, steps: 10 }), Number.NaN)).toThrow('by steps, received NaN.');
    expect(() => valueAt(linear({ ...ends, steps: 10 }), null as never)).toThrow('by steps, received null.');
  });

  it('takes time before the start as the start, and the fraction beyond 1 as the end', () => {
    const decay = { from: 0.25, factor: 2 };
    expect(values(exponential({ ...decay, steps: 1 }), [-3, 0])).toEqual([0.25, 0.25]);
    expect(valueAt(exponential({ ...decay, fraction: 1 }), { fraction: 3 })).toBe(0.5);
    expect(valueAt(stepDecay({ ...decay, fraction: 0.5 }), { fraction: 3 })).toBe(1);
  });

  it('stays at 0, and at its start times 1, forever', () => {
    for (const make of [exponential, stepDecay]) {
      const span = { epochs: Number.MIN_VALUE };
      expect(valueAt(make({ from: 0, factor: 2, ...span }), { epoch: 9 })).toBe(0);
      expect(valueAt(make({ from: 3, factor: 1, ...span }), { epoch: 9 })).toBe(3);
      expect(rangeOf(make({ from: 0, factor: 2, steps: 1 }))).toEqual([0, 0]);
    }
  });

  it('takes a step exactly where a part of training ends, though both are rounded', () => {
    for (let n = 1; n <= 100; n++) {
      const schedule = stepDecay({ from: 1, factor: 0.5, fraction: 1 / n });
      for (let k = 0; k <= n; k++) expect(valueAt(schedule, { fraction: k / n })).toBe(0.5 ** k);
    }
    for (let epoch = 0; epoch < 10; epoch++) {
      // The 24th of a hundred steps, its fraction computed as a training does.
      const stair = late({ rate: 0.4, fraction: (10 * epoch + 3) / 100 });
      expect(valueAt(stair, { fraction: (epoch + 3 / 10) / 10 })).toBe(0.4);
    }
    const tenths = stepDecay({ from: 1, factor: 0.5, fraction: 0.1 });
    expect(valueAt(tenths, { fraction: 0.3 })).toBe(0.125);
    expect(valueAt(tenths, { fraction: 0.3 - 1e-9 })).toBe(0.25);
  });
});

const unit = fc.constantFrom<Unit>('steps', 'epochs', 'fraction');
const number = fc.double({ min: -10, max: 10, noNaN: true });
const lengthOf = (unit: Unit) =>
  unit === 'steps' ? fc.integer({ min: 1, max: 10_000 }) : fc.double({ min: 0.001, max: 1, noNaN: true });
const schedule: fc.Arbitrary<Schedule> = fc
  .record({
    unit,
    from: number,
    to: number,
    factor: fc.double({ min: 0.01, max: 3, noNaN: true }),
    power: fc.double({ min: 0.1, max: 5, noNaN: true }),
  })
  .chain(({ unit, from, to, factor, power }) =>
    fc
      .record({
        length: lengthOf(unit),
        times: fc.array(fc.tuple(lengthOf(unit), number), { minLength: 1, maxLength: 6 }),
      })
      .chain(({ length, times }) => {
        const span = { [unit]: length } as { steps: number };
        const points = { [unit]: [...times].sort(([a], [b]) => a - b) } as { steps: [number, number][] };
        return fc.constantFrom<Schedule>(
          constant(from),
          linear({ from, to, ...span }),
          cosine({ from, to, ...span }),
          polynomial({ from, to, power, ...span }),
          exponential({ from, factor, ...span }),
          stepDecay({ from, factor, ...span }),
          piecewise(points),
          piecewise({ ...points, interpolation: 'constant' }),
        );
      }),
  );
const timesOf = (t: number) => ({ step: t, epoch: t, fraction: t });

describe('any schedule', () => {
  const times = fc.double({ min: 0, max: 20_000, noNaN: true });

  it('survives JSON with its values', () => {
    fc.assert(
      fc.property(schedule, times, (s, t) => {
        const time = timesOf(t);
        // JSON has no -0.
        expect(valueAt(JSON.parse(JSON.stringify(s)), time) + 0).toBe(valueAt(s, time) + 0);
      }),
    );
  });

  it('stays within its range', () => {
    fc.assert(
      fc.property(schedule, times, (s, t) => {
        const [least, greatest] = rangeOf(s);
        const value = valueAt(s, timesOf(t));
        expect(value).toBeGreaterThanOrEqual(least);
        expect(value).toBeLessThanOrEqual(greatest);
      }),
    );
  });

  it('begins and ends exactly where it says, and never turns back between', () => {
    fc.assert(
      fc.property(schedule, times, times, (s, t, u) => {
        if (!('to' in s)) return;
        const length = (s.steps ?? s.epochs ?? s.fraction) as number;
        const at = (time: number) => valueAt(s, { step: time, epoch: time, fraction: time });
        expect(at(0)).toBe(s.from);
        expect(at(length)).toBe(s.to);
        const [a, b] = [t % length, u % length].sort((x, y) => x - y) as [number, number];
        // Rounding may turn by as much.
        const slack = 1e-14 * (Math.abs(s.from) + Math.abs(s.to));
        expect((at(b) - at(a)) * Math.sign(s.to - s.from)).toBeGreaterThanOrEqual(-slack);
      }),
    );
  });
});
