import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { didYouMean } from '../../src/errors/did-you-mean.js';
import { editDistance } from '../../src/errors/edit-distance.js';

/** By its definition, each way of three. */
function byDefinition(a: string, b: string): number {
  if (!a || !b) return a.length + b.length;
  const [restA, restB] = [a.slice(1), b.slice(1)];
  if (a[0] === b[0]) return byDefinition(restA, restB);
  return 1 + Math.min(byDefinition(restA, b), byDefinition(a, restB), byDefinition(restA, restB));
}

describe('editDistance', () => {
  it.each([
    ['', '', 0],
    ['kitten', 'sitting', 3],
    ['abc', '', 3],
    ['dropout', 'droput', 1],
    ['flaw', 'lawn', 2],
  ])('of %j and %j', (a, b, distance) => {
    expect([editDistance(a, b), editDistance(b, a)]).toEqual([distance, distance]);
  });

  it('is what its definition says', () => {
    const word = fc.string({ maxLength: 6, unit: fc.constantFrom('a', 'b', 'c') });
    const same = (a: string, b: string) => {
      expect(editDistance(a, b)).toBe(byDefinition(a, b));
    };
    fc.assert(fc.property(word, word, same), { seed: 1, numRuns: 200 });
  });
});

describe('didYouMean', () => {
  const known = ['mlp-relu', 'mlp-rrelu', 'mlp-cosine'];

  it.each([
    ['mlp-relo', 'did you mean mlp-relu?'],
    ['MLP-RRELU', 'did you mean mlp-rrelu?'],
    ['mlp-cosin', 'did you mean mlp-cosine?'],
    ['transformer', 'there are mlp-relu, mlp-rrelu, mlp-cosine'],
    // Nobody waits for the distance of a megabyte.
    ['x'.repeat(1_000_000), 'there are mlp-relu, mlp-rrelu, mlp-cosine'],
  ])('%.20s', (name, expected) => {
    expect(didYouMean(name, known)).toBe(expected);
  });
});
