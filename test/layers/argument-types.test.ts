/** What the types of arguments refuse, and the layers too: each `@ts-expect-error` is an error where the types allow the line. */
import { annealedDropout, cosineConv1d, cosineConv2d, dropout, linear, standoutDense } from 'evenkeel';
import { describe, expect, it } from 'vitest';

const schedule = linear({ from: 0.5, to: 0, steps: 3 });

describe('of steps, epochs and schedule, annealedDropout', () => {
  it('takes each alone', () => {
    expect(annealedDropout({ rate: 0.5, steps: 3 }).currentRate).toBe(0.5);
    expect(annealedDropout({ rate: 0.5, epochs: 3 }).scheduleUnit).toBe('epochs');
    expect(annealedDropout({ schedule }).currentRate).toBe(0.5);
    expect(annealedDropout({ rate: 0.5, schedule }).currentRate).toBe(0.25);
  });

  it('refuses two, and none', () => {
    // @ts-expect-error: two lengths
    expect(() => annealedDropout({ rate: 0.5, steps: 3, epochs: 3 })).toThrow(/'steps and epochs'/);
    // @ts-expect-error: a length and a schedule
    expect(() => annealedDropout({ rate: 0.5, steps: 3, schedule })).toThrow(/'steps and schedule'/);
    // @ts-expect-error: a length and a schedule
    expect(() => annealedDropout({ rate: 0.5, epochs: 3, schedule })).toThrow(/'epochs and schedule'/);
    // @ts-expect-error: no length
    expect(() => annealedDropout({ rate: 0.5 })).toThrow(/one of steps, epochs and schedule must be given/);
  });

  it('needs a rate with steps and epochs', () => {
    // @ts-expect-error: no rate
    expect(() => annealedDropout({ steps: 3 })).toThrow(/rate must be/);
    // @ts-expect-error: no rate
    expect(() => annealedDropout({ epochs: 3 })).toThrow(/rate must be/);
  });
});

it('a schedule needs one unit', () => {
  const refused = /^linear: one of steps, epochs and fraction must be given, received '[a-z ]+'\.$/;
  // @ts-expect-error: none
  expect(() => linear({ from: 1, to: 0 })).toThrow(refused);
  // @ts-expect-error: two
  expect(() => linear({ from: 1, to: 0, steps: 1, epochs: 1 })).toThrow(refused);
  // @ts-expect-error: two
  expect(() => linear({ from: 1, to: 0, steps: 1, fraction: 1 })).toThrow(refused);
  // @ts-expect-error: two
  expect(() => linear({ from: 1, to: 0, epochs: 1, fraction: 1 })).toThrow(refused);
});

describe('the types that follow from the fields of a layer', () => {
  it('ask for what is required', () => {
    // @ts-expect-error: no rate
    expect(() => dropout({ seed: 1 })).toThrow(/rate must be/);
    // @ts-expect-error: no units
    expect(() => standoutDense({ activation: 'relu' })).toThrow(/units must be/);
  });

  it('know each name', () => {
    // @ts-expect-error: alwaysOn
    expect(() => dropout({ rate: 0.5, alwayson: true })).toThrow(/'alwayson'/);
    // @ts-expect-error: of cosineConv2d alone
    expect(() => cosineConv1d({ filters: 1, kernelSize: 1, dataFormat: 'channelsLast' })).toThrow(
      /dataFormat/,
    );
  });

  it('know what each may be', () => {
    // @ts-expect-error: a string
    expect(() => dropout({ rate: '0.5' })).toThrow(/rate must be a number/);
    // @ts-expect-error: neither
    expect(() => dropout({ rate: 0.5, scaling: 'none' })).toThrow(/'inverted' or 'classical'/);
    // @ts-expect-error: two sizes for a window of one dimension
    expect(() => cosineConv1d({ filters: 1, kernelSize: [2, 2] })).toThrow(/a positive integer, received/);
    // @ts-expect-error: three for one of two
    expect(() => cosineConv2d({ filters: 1, kernelSize: [2, 2, 2] })).toThrow(/or 2 of them/);
  });
});
