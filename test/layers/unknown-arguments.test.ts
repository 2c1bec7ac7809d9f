import * as tf from '@tensorflow/tfjs';
import { dropout, rrelu, standoutDense } from 'evenkeel';
import { describe, expect, it } from 'vitest';
import { everyLayer } from '../support/every-layer.js';

const slip = { alwayson: true };

describe('an argument that a layer does not know', () => {
  it.each(everyLayer)('is refused by $name', ({ name, make }) => {
    expect(() => make(slip)).toThrow(
      new RegExp(`^${name}: each argument must be one of .* or of every layer, received 'alwayson'\\.$`),
    );
  });

  it.each(everyLayer)('is named by $name before one that is missing', ({ name, factory }) => {
    expect(() => factory({ misspelt: 1 } as never)).toThrow(
      new RegExp(`^${name}: each argument must be one of .*, received 'misspelt'\\.$`),
    );
  });

  it.each<[string, () => unknown, string]>([
    [
      'a string for a number',
      () => rrelu({ lower: '0.1' as never }),
      "rrelu: lower must be a finite number of float32, received '0.1'.",
    ],
    [
      'nothing at all',
      () => standoutDense(undefined as never),
      'standoutDense: units must be a positive integer, received undefined.',
    ],
    [
      'a function for a number',
      () => dropout({ rate: (() => 0.5) as never }),
      'dropout: rate must be a number from 0 to 1, received the function rate.',
    ],
    [
      'numbers that JSON does not know',
      () => dropout({ rate: 0.5, noiseShape: [2n] as never }),
      'dropout: noiseShape must be a list of positive integers and null, received 2.',
    ],
    [
      'a list with a hole',
      // biome-ignore lint/suspicious/noSparseArray: that is what is tested
      () => dropout({ rate: 0.5, noiseShape: [, 1] as never }),
      'dropout: noiseShape must be a list of positive integers and null, received [null,1].',
    ],
  ])('and %s', (_, make, message) => {
    expect(make).toThrow(message);
  });
});

describe('a value or a layer where an object of arguments is meant', () => {
  // In the place of weightNorm's arguments a layer has an error of its own, and a value is no layer.
  const ofPlainArguments = everyLayer.filter(({ firstArgument }) => firstArgument !== 'layer');

  it.each(ofPlainArguments)('$name says what to write', ({ name, firstArgument: first, factory }) => {
    expect(() => factory(0.5 as never)).toThrow(
      `${name}: its argument must be an object: write ${name}({ ${first}: 0.5 }), received 0.5.`,
    );
    expect(() => factory(tf.layers.dense({ units: 2, name: 'hidden' }) as never)).toThrow(
      `${name}: its argument must be an object: write ${name}({ ${first} }), received 'the layer hidden'.`,
    );
    expect(() => factory([] as never)).toThrow(/an object/);
  });
});
