import * as tf from '@tensorflow/tfjs';
import {
  annealedDropout,
  cosineConv1d,
  cosineConv2d,
  cosineDense,
  dropConnectDense,
  dropout,
  iterativeWhitening,
  layerNormLSTMCell,
  meanOnlyBatchNorm,
  rrelu,
  standoutDense,
  uniformDropout,
  weightNorm,
} from 'evenkeel';
import { describe, expect, it } from 'vitest';

const slip = { alwayson: true } as object;

describe('an argument that a layer does not know', () => {
  it.each<[string, () => unknown]>([
    ['annealedDropout', () => annealedDropout({ rate: 0.5, steps: 3, ...slip })],
    ['cosineConv1d', () => cosineConv1d({ filters: 2, kernelSize: 2, ...slip })],
    ['cosineConv2d', () => cosineConv2d({ filters: 2, kernelSize: 2, ...slip })],
    ['cosineDense', () => cosineDense({ units: 2, ...slip })],
    ['dropConnectDense', () => dropConnectDense({ units: 2, rate: 0.5, ...slip })],
    ['dropout', () => dropout({ rate: 0.5, ...slip })],
    ['iterativeWhitening', () => iterativeWhitening({ ...slip })],
    ['layerNormLSTMCell', () => layerNormLSTMCell({ units: 2, ...slip })],
    ['meanOnlyBatchNorm', () => meanOnlyBatchNorm({ ...slip })],
    ['rrelu', () => rrelu({ ...slip })],
    ['standoutDense', () => standoutDense({ units: 2, ...slip })],
    ['uniformDropout', () => uniformDropout({ beta: 0.1, ...slip })],
    ['weightNorm', () => weightNorm({ layer: tf.layers.dense({ units: 2 }), ...slip })],
  ])('is refused by %s', (name, make) => {
    expect(make).toThrow(
      new RegExp(`^${name}: each argument must be one of .* or of every layer, received 'alwayson'\\.$`),
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
  const factories: [string, string, (args: never) => unknown][] = [
    ['annealedDropout', 'rate', annealedDropout],
    ['cosineConv1d', 'filters', cosineConv1d],
    ['cosineConv2d', 'filters', cosineConv2d],
    ['cosineDense', 'units', cosineDense],
    ['dropConnectDense', 'units', dropConnectDense],
    ['dropout', 'rate', dropout],
    ['iterativeWhitening', 'groupSize', iterativeWhitening],
    ['layerNormLSTMCell', 'units', layerNormLSTMCell],
    ['meanOnlyBatchNorm', 'axis', meanOnlyBatchNorm],
    ['rrelu', 'lower', rrelu],
    ['standoutDense', 'units', standoutDense],
    ['uniformDropout', 'beta', uniformDropout],
  ];

  it.each(factories)('%s says what to write', (name, first, factory) => {
    expect(() => factory(0.5 as never)).toThrow(
      `${name}: its argument must be an object: write ${name}({ ${first}: 0.5 }), received 0.5.`,
    );
    expect(() => factory(tf.layers.dense({ units: 2, name: 'hidden' }) as never)).toThrow(
      `${name}: its argument must be an object: write ${name}({ ${first} }), received 'the layer hidden'.`,
    );
    expect(() => factory([] as never)).toThrow(/an object/);
  });
});
