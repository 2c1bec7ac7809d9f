// Written by `npm run generate` from catalogue.json: not to be edited.
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

export interface LayerOfAll {
  /** That of its factory. */
  name: string;
  factory: (args: never) => tf.layers.Layer | Parameters<typeof tf.layers.rnn>[0]['cell'];
  firstArgument: string;
  /** A new layer, with further arguments, whether it knows them or not. */
  make: (more?: object) => unknown;
}

export const everyLayer: readonly LayerOfAll[] = [
  {
    name: 'annealedDropout',
    factory: annealedDropout,
    firstArgument: 'rate',
    make: (more) => annealedDropout({ rate: 0.5, steps: 3, ...more }),
  },
  {
    name: 'cosineConv1d',
    factory: cosineConv1d,
    firstArgument: 'filters',
    make: (more) => cosineConv1d({ filters: 4, kernelSize: 2, ...more }),
  },
  {
    name: 'cosineConv2d',
    factory: cosineConv2d,
    firstArgument: 'filters',
    make: (more) => cosineConv2d({ filters: 4, kernelSize: 2, ...more }),
  },
  {
    name: 'cosineDense',
    factory: cosineDense,
    firstArgument: 'units',
    make: (more) => cosineDense({ units: 4, ...more }),
  },
  {
    name: 'dropConnectDense',
    factory: dropConnectDense,
    firstArgument: 'units',
    make: (more) => dropConnectDense({ units: 4, rate: 0.5, ...more }),
  },
  {
    name: 'dropout',
    factory: dropout,
    firstArgument: 'rate',
    make: (more) => dropout({ rate: 0.5, ...more }),
  },
  {
    name: 'iterativeWhitening',
    factory: iterativeWhitening,
    firstArgument: 'groupSize',
    make: (more) => iterativeWhitening({ ...more }),
  },
  {
    name: 'layerNormLSTMCell',
    factory: layerNormLSTMCell,
    firstArgument: 'units',
    make: (more) => layerNormLSTMCell({ units: 4, ...more }),
  },
  {
    name: 'meanOnlyBatchNorm',
    factory: meanOnlyBatchNorm,
    firstArgument: 'axis',
    make: (more) => meanOnlyBatchNorm({ ...more }),
  },
  { name: 'rrelu', factory: rrelu, firstArgument: 'lower', make: (more) => rrelu({ ...more }) },
  {
    name: 'standoutDense',
    factory: standoutDense,
    firstArgument: 'units',
    make: (more) => standoutDense({ units: 4, ...more }),
  },
  {
    name: 'uniformDropout',
    factory: uniformDropout,
    firstArgument: 'beta',
    make: (more) => uniformDropout({ beta: 0.1, ...more }),
  },
  {
    name: 'weightNorm',
    factory: weightNorm,
    firstArgument: 'layer',
    make: (more) => weightNorm({ layer: tf.layers.dense({ units: 4 }), ...more }),
  },
];
