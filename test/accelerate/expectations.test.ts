/**
 * What the tests of TensorFlow.js 4.22 expect of what accelerate changes, as a table of inputs and numbers: tfjs as it is
 * meets them, and so it must accelerated. The numbers are TensorFlow's, which made most of them, to the digits given there.
 */
import * as tf from '@tensorflow/tfjs';
import { afterEach, describe, expect, it } from 'vitest';
import type { TensorLike, Tolerance } from '../../src/testing/index.js';
import { accelerated } from '../support/accelerated.js';
import { NO_GRADIENT, trainsConvolutions } from '../support/trains.js';

const { layers, train } = tf;

/** Five digits, unless a fact has fewer. */
const DIGITS: Tolerance = { rtol: 5e-5, atol: 1e-5 };

type Numbers = number | number[] | number[][] | number[][][] | number[][][][];

const WAYS = {
  'tfjs as it is': <T>(f: () => T): T => f(),
  accelerated: <T>(f: () => T): T => accelerated(f),
};

/** `count` times the same. */
const all = <T>(value: T, ...[count, ...rest]: number[]): never =>
  Array.from({ length: count as number }, () => (rest.length > 0 ? all(value, ...rest) : value)) as never;

afterEach(() => tf.disposeVariables());

/** What a kernel of the wasm backend is missing for, before accelerate. */
interface Needs {
  needs?: 'convolutions' | 'segments';
}

function untested({ needs }: Needs, way: string): string | undefined {
  if (way === 'accelerated') return undefined;
  if (tf.getBackend() === 'webgl')
    return 'tfjs as it is meets them elsewhere; here it would take half a minute';
  if (needs === 'convolutions' && !trainsConvolutions()) return NO_GRADIENT;
  if (needs === 'segments' && !tf.getKernel('UnsortedSegmentSum', tf.getBackend()))
    return "tfjs's wasm backend has no kernel for the gradient of an embedding";
  return undefined;
}

interface Forward {
  of: string;
  layer: () => tf.layers.Layer;
  weights?: Numbers[];
  x: Numbers;
  training?: boolean;
  y: Numbers;
  /** The last weights after the call. */
  after?: Numbers[];
}

const ROWS = [
  [1, 2, 3, 4],
  [2, 4, 6, 8],
  [12, 11, 10, 9],
];
const PAIRS = [
  [
    [1, 2],
    [3, 4],
  ],
  [
    [2, 4],
    [6, 8],
  ],
  [
    [12, 11],
    [10, 9],
  ],
];
const TRIPLES = [
  [
    [1, 2, 3],
    [6, 5, 4],
  ],
  [
    [3, 6, 24],
    [-10, 0, 5],
  ],
];
const TENS = [
  [10, 20],
  [30, 40],
];
const FORTIES = [
  [4, 13],
  [24, 33],
];
const ONES = { kernelInitializer: 'ones', recurrentInitializer: 'ones', biasInitializer: 'ones' } as const;
const LSTM = [0.7595095, 0.96367633];
const GRU = [0.22847827, 0.2813754, 0.29444352];

/** Dense, of ones. */
const ones = (units: number, args: object = {}) =>
  layers.dense({ units, kernelInitializer: 'ones', ...args });
const batchNorm = (args: object) => () => layers.batchNormalization({ epsilon: 0, ...args });

const forward: Forward[] = [
  ...[5, 8].flatMap((features): Forward[] =>
    ([undefined, 'linear', 'relu', 'softmax'] as const).flatMap((activation) =>
      [undefined, false, 'zeros', 'ones'].map((bias) => {
        const args = { useBias: bias !== false, biasInitializer: (bias || 'zeros') as 'zeros' };
        const sum = features + (bias === 'ones' ? 1 : 0);
        return {
          of: `dense of ones on ${features} ones, ${activation}, bias ${bias}`,
          layer: () => ones(6, { ...(activation ? { activation } : {}), ...args }),
          x: all(1, 2, features),
          y: all(activation === 'softmax' ? 1 / 6 : sum, 2, 6),
        };
      }),
    ),
  ),
  {
    of: 'softmax',
    layer: () => layers.activation({ activation: 'softmax' }),
    x: [
      [2, 1, 3],
      [1, 3, 2],
    ],
    y: [
      [0.24472847, 0.09003057, 0.66524095],
      [0.09003057, 0.66524095, 0.24472847],
    ],
  },
  {
    of: 'softmax of numbers past those of exp',
    layer: () => layers.activation({ activation: 'softmax' }),
    x: [
      [100, 100],
      [-100, -100],
      [-1000, 1000],
    ],
    y: [
      [0.5, 0.5],
      [0.5, 0.5],
      [0, 1],
    ],
  },
  {
    of: 'batch normalization in training, with the statistics of the batch',
    layer: () => layers.batchNormalization({ momentum: 0 }),
    x: ROWS,
    training: true,
    y: [
      [-0.805371, -0.9502233, -1.1624058, -1.3885813],
      [-0.6040282, -0.4319197, -0.11624074, 0.46286058],
      [1.4093992, 1.3821429, 1.2786462, 0.92572117],
    ],
    after: [
      [5.0, 5.6666665, 6.3333335, 7.0],
      [24.666666, 14.888889, 8.222222, 4.6666665],
    ],
  },
  {
    of: 'batch normalization in training, 3 axes',
    layer: () => layers.batchNormalization({ momentum: 0 }),
    x: PAIRS,
    training: true,
    y: [
      [
        [-1.1355163, -1.3552775],
        [-0.6488664, -0.7297648],
      ],
      [
        [-0.8921913, -0.7297648],
        [0.08110833, 0.5212605],
      ],
      [
        [1.5410578, 1.4595294],
        [1.0544081, 0.8340168],
      ],
    ],
    after: [
      [5.6666665, 6.3333335],
      [16.88889, 10.222222],
    ],
  },
  {
    of: 'batch normalization at prediction, neither scale nor center',
    layer: batchNorm({ scale: false, center: false }),
    weights: [
      [5, 5],
      [4, 16],
    ],
    x: TENS,
    y: [
      [2.5, 3.75],
      [12.5, 8.75],
    ],
  },
  {
    of: 'batch normalization at prediction, epsilon 2',
    layer: batchNorm({ scale: false, center: false, epsilon: 2 }),
    weights: [
      [0, 0],
      [7, 7],
    ],
    x: [
      [30, 30],
      [60, 60],
    ],
    y: [
      [10, 10],
      [20, 20],
    ],
  },
  {
    of: 'batch normalization at prediction',
    layer: batchNorm({}),
    weights: [
      [3, 4],
      [-1, -2],
      [2, 5],
      [1, 4],
    ],
    x: TENS,
    y: [
      [23, 28],
      [83, 68],
    ],
  },
  ...(
    [
      [
        [TENS, TENS],
        [FORTIES, FORTIES],
      ],
      [
        [[TENS], [TENS]],
        [[FORTIES], [FORTIES]],
      ],
    ] as [Numbers, Numbers][]
  ).map(([x, y]) => ({
    of: `batch normalization at prediction, ${tf.util.flatten(x as number[]).length} numbers in ${JSON.stringify(x).match(/^\[+/)?.[0].length} axes`,
    layer: batchNorm({}),
    weights: [
      [2, 4],
      [-1, -2],
      [5, 5],
      [4, 16],
    ],
    x,
    y,
  })),
  {
    of: 'layer normalization',
    layer: () => layers.layerNormalization(),
    x: [
      [1, 2, 3],
      [3, 6, 24],
    ],
    y: [
      [-1.2238274, 0, 1.2238274],
      [-0.8626572, -0.5391607, 1.401818],
    ],
  },
  {
    of: 'layer normalization, 3 axes',
    layer: () => layers.layerNormalization(),
    x: TRIPLES,
    y: [
      [
        [-1.2238274, 0, 1.2238274],
        [1.2238274, 0, -1.2238274],
      ],
      [
        [-0.8626572, -0.5391607, 1.401818],
        [-1.3362889, 0.26725778, 1.0690311],
      ],
    ],
  },
  ...[
    [1, 2],
    [-2, -1],
  ].map((axis) => ({
    of: `layer normalization over ${axis}`,
    layer: () => layers.layerNormalization({ axis }),
    x: TRIPLES,
    y: [
      [
        [-1.4635992, -0.8781595, -0.29271984],
        [1.4635992, 0.8781595, 0.29271984],
      ],
      [
        [-0.1645762, 0.13166097, 1.909084],
        [-1.4482707, -0.46081337, 0.03291526],
      ],
    ],
  })),
  ...[1, 2].flatMap((implementation): Forward[] =>
    [false, true].flatMap((returnSequences) => {
      const args = { units: 5, implementation, returnSequences, ...ONES };
      const along = (values: number[]): Numbers =>
        returnSequences
          ? all(
              values.map((value) => all(value, 5)),
              4,
            )
          : all(values.at(-1) as number, 4, 5);
      return [
        {
          of: `lstm of ones on ones, ${JSON.stringify({ implementation, returnSequences })}`,
          layer: () => layers.lstm(args),
          x: all(1, 4, 2, 2),
          y: along(LSTM),
        },
        {
          of: `gru of ones on zeros, ${JSON.stringify({ implementation, returnSequences })}`,
          layer: () => layers.gru(args as never),
          x: all(0, 4, 3, 2),
          y: along(GRU),
        },
      ];
    }),
  ),
];

interface Training extends Needs {
  of: string;
  layers: () => tf.layers.Layer[];
  optimizer?: () => tf.Optimizer;
  loss?: string;
  x: Numbers;
  y: Numbers;
  /** Of the first epochs; one that is left out is not known. */
  losses: (number | undefined)[];
  /** After the epochs, in the order of the model: the trained ones first. */
  weights?: (Numbers | null)[];
  tolerance?: Tolerance;
}

const embedding = (inputLength: number) =>
  layers.embedding({
    inputDim: 10,
    outputDim: 4,
    inputLength,
    maskZero: true,
    embeddingsInitializer: 'ones',
  });
const WORDS = [
  [0, 0, 0, 0, 0, 0],
  [1, 0, 0, 0, 0, 0],
  [1, 2, 0, 0, 0, 0],
  [1, 2, 3, 0, 0, 0],
];
const maskedLstm = (args: object = {}) =>
  layers.lstm({ units: 3, ...ONES, biasInitializer: 'zeros', ...args });

/** 0, 1, 2, ... as images of 5 by 5. */
const images = (at: (i: number) => number): Numbers =>
  Array.from({ length: 2 }, (_, n) =>
    Array.from({ length: 5 }, (_, i) => Array.from({ length: 5 }, (_, j) => [at(25 * n + 5 * i + j)])),
  );

/** Rows of one number each. */
const column = (...values: number[]): Numbers => values.map((value) => [value]);

const training: Training[] = [
  {
    of: 'dense',
    layers: () => [ones(1, { useBias: false, inputShape: [4] })],
    x: all(1, 5, 4),
    y: all(1, 5, 1),
    losses: [9, 7.617599964141846, 6.447536945343018],
  },
  {
    of: 'dense with a bias, one step',
    layers: () => [ones(1, { inputShape: [4] })],
    x: all(1, 5, 4),
    y: all(1, 5, 1),
    losses: [9],
    weights: [all(0.94, 4, 1), [-0.06]],
  },
  {
    of: 'dense, rate 0.025',
    layers: () => [ones(1, { useBias: false, inputShape: [4] })],
    optimizer: () => train.sgd(0.025),
    x: all(1, 5, 4),
    y: all(1, 5, 1),
    losses: [9],
    weights: [all(0.85, 4, 1)],
  },
  {
    of: 'dense with a regularizer',
    layers: () => [
      ones(1, {
        useBias: false,
        inputShape: [4],
        kernelRegularizer: tf.regularizers.l1l2({ l1: 1, l2: 1 }),
      }),
    ],
    x: all(1, 5, 4),
    y: all(1, 5, 1),
    losses: [17, 13.92],
    weights: [all(0.829, 4, 1)],
    tolerance: { rtol: 5e-4, atol: 0 },
  },
  {
    of: 'dense with a regularizer by name',
    layers: () => [ones(1, { useBias: false, inputShape: [4], kernelRegularizer: 'l1l2' })],
    x: all(1, 5, 4),
    y: all(1, 5, 1),
    losses: [9.08, 7.68],
    weights: [all(0.884, 4, 1)],
    tolerance: { rtol: 1e-3, atol: 0 },
  },
  {
    of: 'two dense layers',
    layers: () => [ones(10, { useBias: false, inputShape: [4] }), ones(1, { useBias: false })],
    x: all(1, 4, 4),
    y: all(1, 4, 1),
    losses: [1521, 386.35842895507812],
    weights: [all(-0.61341441, 4, 10), all(-1.77405429, 10, 1)],
  },
  {
    of: 'two dense layers, the first frozen',
    layers: () => [
      ones(10, {
        useBias: false,
        inputShape: [4],
        trainable: false,
        weights: [tf.fill([4, 10], -0.61341441)],
      }),
      ones(1, { useBias: false, weights: [tf.fill([10, 1], -1.77405429)] }),
    ],
    x: all(1, 4, 4),
    y: all(1, 4, 1),
    losses: [1808.7342529296875, 75.336509704589844, 3.1378798484802246],
    weights: [null, all(-0.61341441, 4, 10)],
    tolerance: { rtol: 2e-4, atol: 0 },
  },
  {
    of: 'categorical cross-entropy of sums',
    layers: () => [ones(2, { useBias: false, inputShape: [4] })],
    loss: 'categoricalCrossentropy',
    x: all(1, 4, 4),
    y: all([0, 1], 4),
    losses: [0.6931471824645996, 0.6918979287147522, 0.6906517744064331],
  },
  {
    of: 'categorical cross-entropy at each step',
    layers: () => [
      layers.simpleRNN({ units: 2, returnSequences: true, useBias: false, ...ONES, inputShape: [3, 4] }),
      layers.timeDistributed({ layer: ones(2, { useBias: false }) }),
    ],
    loss: 'categoricalCrossentropy',
    x: all(1, 3, 3, 4),
    y: all(1, 3, 3, 2),
    losses: [1.3862943649291992],
  },
  {
    of: 'batch normalization',
    layers: () => [layers.batchNormalization({ inputShape: [4] })],
    x: ROWS,
    y: all(0, 3, 4),
    losses: [0.9998891353607178, 0.9899163246154785],
    weights: [
      [0.9900254, 0.9900257, 0.9900262, 0.9900271],
      [0, 0, 0, 0],
      [0.09949999, 0.11276666, 0.12603334, 0.13929999],
      [1.4709667, 1.2763889, 1.1437222, 1.0729666],
    ],
  },
  {
    of: 'batch normalization, 3 axes',
    layers: () => [layers.batchNormalization({ inputShape: [2, 2] })],
    x: PAIRS,
    y: all(0, 3, 2, 2),
    losses: [0.9999215006828308, 0.980024516582489],
    weights: [
      [0.98010117, 0.98010194],
      [0, 0],
      [0.11276666, 0.12603334],
      [1.3161889, 1.1835222],
    ],
  },
  {
    of: 'batch normalization between dense layers',
    layers: () => [
      ones(4, { useBias: false, inputShape: [4] }),
      layers.batchNormalization(),
      ones(1, { useBias: false }),
    ],
    optimizer: () => train.sgd(0.1),
    x: ROWS,
    y: all(0, 3, 1),
    losses: [15.999907493591309, 0.025602197274565697, 0.022478966042399406],
    weights: [
      [all(0.99999833, 4), all(0.9999987, 4), all(0.999999, 4), all(0.99999934, 4)],
      all(0.18779878, 4),
      all(0, 4),
      all(0.18779878, 4, 1),
      all(0.7128234, 4),
      all(6.276868, 4),
    ],
    tolerance: { rtol: 5e-4, atol: 1e-5 },
  },
  {
    of: 'batch normalization after a convolution',
    needs: 'convolutions',
    layers: () => [
      layers.conv2d({ filters: 4, kernelSize: 2, kernelInitializer: 'ones', inputShape: [5, 5, 1] }),
      layers.batchNormalization(),
      layers.flatten(),
      ones(1),
    ],
    x: images((i) => i),
    y: column(0, 1),
    losses: [3332.9971, 2122.5361],
    tolerance: { rtol: 5e-4, atol: 0 },
  },
  {
    of: 'batch normalization after a transposed convolution',
    needs: 'convolutions',
    layers: () => [
      layers.conv2dTranspose({ filters: 4, kernelSize: 2, kernelInitializer: 'ones', inputShape: [5, 5, 1] }),
      layers.batchNormalization(),
      layers.flatten(),
      ones(1),
    ],
    x: images((i) => (i - 25) / 100),
    y: column(0, 1),
    losses: [13922.4492, 106532048],
    weights: [
      null,
      null,
      all(7661.0874, 4),
      all(-118.35103, 4),
      null,
      null,
      all(-0.00026271, 4),
      all(0.98333836, 4),
    ],
    tolerance: { rtol: 1e-3, atol: 1e-5 },
  },
  {
    of: 'lstm',
    layers: () => [
      layers.lstm({
        units: 1,
        kernelInitializer: 'zeros',
        recurrentInitializer: 'zeros',
        useBias: false,
        inputShape: [3, 4],
      }),
      ones(1, { useBias: false }),
    ],
    optimizer: () => train.sgd(1),
    x: all(1, 5, 3, 4),
    y: all(1, 5, 1),
    losses: [1, undefined],
    weights: [
      all([0.11455188, 0.06545822, 0.8760446, 0.18237013], 4),
      [[0.02831176, 0.01934617, 0.00025817, 0.05784169]],
      [[1.4559253]],
    ],
  },
  {
    of: 'gru',
    layers: () => [
      layers.gru({
        units: 1,
        kernelInitializer: 'zeros',
        recurrentInitializer: 'zeros',
        useBias: false,
        inputShape: [3, 4],
      }),
      ones(1, { useBias: false }),
    ],
    optimizer: () => train.sgd(1),
    x: all(1, 5, 3, 4),
    y: all(1, 5, 1),
    losses: [1, undefined],
    weights: [all([-0.03750037, 0, 1.7500007], 4), [[-1.562513e-2, 0, 2.086183e-7]], [[1.2187521]]],
  },
  {
    of: 'lstm with a mask',
    needs: 'segments',
    layers: () => [embedding(6), maskedLstm(), ones(1)],
    x: WORDS,
    y: column(1, 2, 3, 4),
    losses: [undefined, undefined, 0.503677, 0.492173],
    tolerance: { rtol: 1e-4, atol: 0 },
  },
];

interface Predicted {
  of: string;
  layers: () => tf.layers.Layer[];
  x: Numbers;
  y: Numbers;
}

const LONG = [1, 2, 3, 4, 5, 6, 7, 8];
const OPPOSITE = [LONG, LONG.map((value) => -value)];

const predicted: Predicted[] = [
  {
    of: 'lstm with a mask',
    layers: () => [embedding(6), maskedLstm(), ones(1)],
    x: WORDS,
    y: column(0, 2.283937, 2.891939, 2.9851441),
  },
  {
    of: 'lstm with a mask, each step',
    layers: () => [embedding(3), maskedLstm({ returnSequences: true }), ones(1)],
    x: WORDS.map((words) => words.slice(0, 3)),
    y: [
      column(0, 0, 0),
      column(2.283937, 2.283937, 2.283937),
      column(2.283937, 2.8919387, 2.8919387),
      column(2.283937, 2.8919387, 2.9851446),
    ] as Numbers,
  },
  {
    of: 'lstm with a mask, backwards',
    layers: () => [
      layers.embedding({
        inputDim: 4,
        outputDim: 2,
        inputLength: 3,
        maskZero: true,
        weights: [
          tf.tensor2d([
            [0.1, 0.2],
            [0.3, 0.4],
            [-0.1, -0.2],
            [-0.3, -0.4],
          ]),
        ],
      }),
      layers.lstm({
        units: 2,
        goBackwards: true,
        recurrentInitializer: 'zeros',
        weights: [tf.tensor2d(OPPOSITE), tf.tensor2d(OPPOSITE), tf.tensor1d(LONG)],
      }),
      ones(1),
    ],
    x: WORDS.map((words) => words.slice(0, 3)),
    y: column(0, 1.2876499, 1.8165315, 1.9599037),
  },
];

/** A function of tensors, its value, and the gradients of `sum(y dy)`. */
interface Gradient extends Needs {
  of: string;
  f: (...inputs: never[]) => tf.Tensor;
  inputs: Numbers[];
  /** Ones where it is left out. */
  dy?: Numbers;
  y?: Numbers;
  gradients: (Numbers | null)[];
}

const product =
  (transposeA: boolean, transposeB: boolean) =>
  (a: tf.Tensor, b: tf.Tensor): tf.Tensor =>
    tf.matMul(a, b, transposeA, transposeB);

/** Numbers of a shape, row by row. */
function shaped(shape: number[], values: number[]): never {
  const [size = 1, ...rest] = shape;
  if (rest.length === 0) return values as never;
  const each = values.length / size;
  return Array.from({ length: size }, (_, i) =>
    shaped(rest, values.slice(i * each, (i + 1) * each)),
  ) as never;
}

const A = [
  -5, -5, -6, 8, -2, -8, 4, -7, -6, -9, -1, 3, 7, -2, 5, -6, 3, 8, 7, -8, 1, 4, -4, 6, 4, -4, -9, -5, 2, -2,
];
const B = [
  -8, -4, -1, 0, -7, 0, 3, 3, 6, 2, -1, 8, -4, 9, -6, 5, 8, 9, -9, 7, 0, -1, -1, -10, -7, 3, 4, 6, 3, -4,
];
const COPIES = [0.1, 0.2, 0.3, 1, 2, 3, 10, 20, 30];
const FIRST = [
  [0.5, 0.3],
  [0.7, 0.9],
];
const SECOND = [
  [0.2, 0.4],
  [0.7, 0.15],
];
const TO_FOUR = [
  [1, 2],
  [3, 4],
];
const IMAGE = shaped([1, 3, 3, 1], [1, 2, 3, 4, 5, 6, 7, 8, 9]);

/** An image and a filter of one channel. */
const DEPTHWISE = {
  x: shaped(
    [1, 3, 3, 1],
    [0.230664, 0.987388, 0.0685208, 0.419224, 0.887861, 0.731641, 0.0741907, 0.409265, 0.351377],
  ),
  w: shaped([2, 2, 1, 1], [0.303873, 0.229223, 0.144333, 0.803373]),
};

const gradients: Gradient[] = [
  {
    of: 'matMul',
    f: product(false, false),
    inputs: [shaped([2, 3], [1, 2, 3, 10, 20, 30]), shaped([3, 2], [2, 3, 4, 1, 2, 3])],
    dy: shaped([2, 2], [1, 10, 20, 30]),
    gradients: [shaped([2, 3], [32, 14, 32, 130, 110, 130]), shaped([3, 2], [201, 310, 402, 620, 603, 930])],
  },
  {
    of: 'matMul, the second transposed',
    f: product(false, true),
    inputs: [shaped([3, 2], [1, 2, 3, 10, 20, 30]), shaped([3, 2], [2, 3, 4, 1, 2, 3])],
    dy: shaped([3, 3], [1, 10, 20, 30, 40, 50, 60, 70, 80]),
    gradients: [
      shaped([3, 2], [82, 73, 320, 280, 560, 490]),
      shaped([3, 2], [1291, 2102, 1530, 2520, 1770, 2940]),
    ],
  },
  {
    of: 'matMul, the first transposed',
    f: product(true, false),
    inputs: [shaped([3, 2], [1, 2, 3, 10, 20, 30]), shaped([3, 2], [2, 3, 4, 1, 2, 3])],
    dy: shaped([2, 2], [1, 10, 20, 30]),
    gradients: [shaped([3, 2], [32, 130, 14, 110, 32, 130]), shaped([3, 2], [41, 70, 203, 330, 620, 1100])],
  },
  {
    of: 'matMul, both transposed',
    f: product(true, true),
    inputs: [shaped([3, 2], [1, 2, 3, 10, 20, 30]), shaped([2, 3], [2, 3, 4, 1, 2, 3])],
    dy: shaped([2, 2], [1, 10, 20, 30]),
    gradients: [shaped([3, 2], [12, 70, 23, 120, 34, 170]), shaped([2, 3], [41, 203, 620, 70, 330, 1100])],
  },
  {
    of: 'matMul of batches',
    f: product(false, false),
    inputs: [shaped([5, 2, 3], A), shaped([5, 3, 2], B)],
    dy: shaped([5, 2, 2], [8, 2, -3, -2, -8, 4, 5, 7, 4, -4, -4, 5, 8, 10, 1, 0, 6, 6, -4, 7]),
    gradients: [
      shaped(
        [5, 2, 3],
        [
          -72, -8, -56, 32, 3, 21, -12, -40, 40, 36, 44, 51, -52, -44, -4, 61, 49, 13, -2, -10, -108, -9, 0,
          -1, -24, 60, -6, 49, 26, -40,
        ],
      ),
      shaped(
        [5, 3, 2],
        [
          -64, -26, -34, -6, -24, 4, -77, -47, 51, -35, 63, -3, 52, -58, -20, 23, -12, 20, 60, 70, -68, -80,
          14, 10, 44, -11, -32, -10, -46, -68,
        ],
      ),
    ],
  },
  {
    of: 'matMul of batches, the second transposed',
    f: product(false, true),
    inputs: [shaped([5, 3, 2], A), shaped([5, 3, 2], B)],
    dy: shaped(
      [5, 3, 3],
      [
        0, 7, 5, 0, -9, 5, -7, 6, -5, -3, -2, -2, -4, 10, -3, 5, -1, 3, -2, -9, 4, -5, 7, 9, -10, -8, -8, -5,
        0, -1, 3, 3, 4, 9, -7, 6, -2, -9, 5, 1, -5, -3, -1, 9, 4,
      ],
    ),
    gradients: [
      shaped(
        [5, 3, 2],
        [
          -42, 0, -26, 0, 85, 28, -19, -29, 51, -16, 6, 37, 94, -27, 50, 71, 24, -202, 46, -25, -31, -22, -87,
          10, -7, -80, -36, -15, 55, 35,
        ],
      ),
      shaped(
        [5, 3, 2],
        [
          14, 56, 7, -155, -45, 55, 7, 72, -67, -79, 7, 50, -69, -46, -52, -88, 49, -126, -68, 106, 31, -30,
          -27, 60, -19, 5, 27, 43, 55, -13,
        ],
      ),
    ],
  },
  {
    of: 'tile of 1 axis',
    f: (x: tf.Tensor) => tf.tile(x, [3]),
    inputs: [[1, 2, 3]],
    dy: COPIES,
    gradients: [[11.1, 22.2, 33.3]],
  },
  {
    of: 'tile between clones',
    f: (x: tf.Tensor) => tf.tile(x.clone(), [3]).clone(),
    inputs: [[1, 2, 3]],
    dy: COPIES,
    gradients: [[11.1, 22.2, 33.3]],
  },
  {
    of: 'tile of 2 axes',
    f: (x: tf.Tensor) => tf.tile(x, [1, 2]),
    inputs: [TO_FOUR],
    dy: shaped([2, 4], [1, 2, 10, 20, 3, 4, 30, 40]),
    gradients: [shaped([2, 2], [11, 22, 33, 44])],
  },
  {
    of: 'tile of 3 axes',
    f: (x: tf.Tensor) => tf.tile(x, [1, 1, 2]),
    inputs: [shaped([2, 2, 1], [1, 2, 3, 4])],
    dy: shaped([2, 2, 2], [1, 10, 2, 20, 3, 30, 4, 40]),
    gradients: [shaped([2, 2, 1], [11, 22, 33, 44])],
  },
  {
    of: 'tile of 4 axes, by two',
    f: (x: tf.Tensor) => tf.tile(x, [1, 1, 2, 2]),
    inputs: [shaped([2, 2, 1, 1], [1, 2, 3, 4])],
    dy: shaped([2, 2, 2, 2], [0.01, 0.1, 1, 10, 0.02, 0.2, 2, 20, 0.03, 0.3, 3, 30, 0.04, 0.4, 4, 40]),
    gradients: [shaped([2, 2, 1, 1], [11.11, 22.22, 33.33, 44.44])],
  },
  { of: 'relu of 3', f: tf.relu, inputs: [3], dy: 5, gradients: [5] },
  { of: 'relu of -3', f: tf.relu, inputs: [-3], dy: 5, gradients: [0] },
  {
    of: 'relu, 0 too',
    f: tf.relu,
    inputs: [shaped([2, 2], [1, -1, 0, 0.1])],
    dy: TO_FOUR,
    gradients: [shaped([2, 2], [1, 0, 0, 4])],
  },
  {
    of: 'maximum: a tie is all of the first',
    f: tf.maximum,
    inputs: [
      [1.1, 2.6, 3, 5.9],
      [1.0, 2.7, 3, 5.8],
    ],
    dy: [1, 2, 3, 4],
    gradients: [
      [1, 0, 3, 4],
      [0, 2, 0, 0],
    ],
  },
  {
    of: 'maximum of 2 axes',
    f: tf.maximum,
    inputs: [FIRST, SECOND],
    dy: TO_FOUR,
    gradients: [shaped([2, 2], [1, 0, 3, 4]), shaped([2, 2], [0, 2, 0, 0])],
  },
  {
    of: 'minimum: a tie is all of the first',
    f: tf.minimum,
    inputs: [
      [1.1, 2.6, 3, 5.9],
      [1.0, 2.7, 3, 5.8],
    ],
    dy: [1, 2, 3, 4],
    gradients: [
      [0, 2, 3, 0],
      [1, 0, 0, 4],
    ],
  },
  {
    of: 'squaredDifference of numbers',
    f: tf.squaredDifference,
    inputs: [5.2, 0.6],
    dy: 3,
    gradients: [27.6, -27.6],
  },
  {
    of: 'squaredDifference',
    f: tf.squaredDifference,
    inputs: [FIRST, SECOND],
    dy: TO_FOUR,
    gradients: [shaped([2, 2], [0.6, -0.4, 0, 6]), shaped([2, 2], [-0.6, 0.4, 0, -6])],
  },
  { of: 'norm of a number', f: (x: tf.Tensor) => tf.norm(x), inputs: [-22], y: 22, gradients: [-1] },
  {
    of: 'norm of a vector',
    f: (x: tf.Tensor) => tf.norm(x),
    inputs: [[1, -2, 3, -4]],
    y: 5.477226,
    // x / |x|
    gradients: [[0.182574, -0.365148, 0.547723, -0.730297]],
  },
  {
    of: 'conv2d',
    needs: 'convolutions',
    f: (x: tf.Tensor4D, w: tf.Tensor4D) => tf.conv2d(x, w, 1, 'valid'),
    inputs: [IMAGE, all(1, 2, 2, 1, 1)],
    dy: shaped([1, 2, 2, 1], [3, 1, 2, 0]),
    gradients: [shaped([1, 3, 3, 1], [3, 4, 1, 5, 6, 1, 2, 2, 0]), shaped([2, 2, 1, 1], [13, 19, 31, 37])],
  },
  {
    of: 'conv2d of a batch, padding 0, between clones',
    needs: 'convolutions',
    f: (x: tf.Tensor4D, w: tf.Tensor4D) => tf.conv2d(x.clone(), w.clone(), 1, 0).clone(),
    inputs: [[...(IMAGE as Numbers[]), ...(IMAGE as Numbers[])] as Numbers, all(1, 2, 2, 1, 1)],
    dy: shaped([2, 2, 2, 1], [3, 1, 2, 0, 3, 1, 2, 0]),
    gradients: [
      shaped([2, 3, 3, 1], [3, 4, 1, 5, 6, 1, 2, 2, 0, 3, 4, 1, 5, 6, 1, 2, 2, 0]),
      shaped([2, 2, 1, 1], [26, 38, 62, 74]),
    ],
  },
  {
    of: 'conv1d',
    needs: 'convolutions',
    f: (x: tf.Tensor3D, w: tf.Tensor3D) => tf.conv1d(x, w, 1, 'same'),
    inputs: [shaped([2, 2, 1], [1, 2, 3, 4]), [[[3]]]],
    dy: shaped([2, 2, 1], [3, 2, 1, 0]),
    gradients: [shaped([2, 2, 1], [9, 6, 3, 0]), [[[10]]]],
  },
  {
    of: 'conv1d without a batch',
    needs: 'convolutions',
    f: (x: tf.Tensor2D, w: tf.Tensor3D) => tf.conv1d(x, w, 1, 'valid'),
    inputs: [column(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14), [[[3]], [[2]], [[1]]]],
    dy: column(3, 2, 1, 0, 3, 2, 1, 0, 3, 2, 1, 0),
    gradients: [column(9, 12, 10, 4, 10, 12, 10, 4, 10, 12, 10, 4, 1, 0), [[[102]], [[120]], [[138]]]],
  },
  {
    of: 'depthwiseConv2d',
    needs: 'convolutions',
    f: (x: tf.Tensor4D, w: tf.Tensor4D) => tf.depthwiseConv2d(x, w, 1, 'valid'),
    inputs: [DEPTHWISE.x, DEPTHWISE.w],
    gradients: [
      shaped(
        [1, 3, 3, 1],
        [0.303873, 0.533096, 0.229223, 0.448206, 1.480802, 1.032596, 0.144333, 0.947706, 0.803373],
      ),
      shaped([2, 2, 1, 1], [2.525137, 2.6754108, 1.7905407, 2.380144]),
    ],
  },
  {
    of: 'gather',
    needs: 'segments',
    f: (x: tf.Tensor) => tf.gather(x, tf.tensor1d([0, 2, 0, 1], 'int32')),
    inputs: [[1, 2, 3]],
    dy: [3, 4, 5, 6],
    gradients: [[8, 6, 4]],
  },
  {
    of: 'gather along the second axis, by a matrix',
    needs: 'segments',
    f: (x: tf.Tensor) => tf.gather(x, tf.tensor2d([1, 0, 0, 1], [2, 2], 'int32'), 1),
    inputs: [shaped([2, 2], [1, 11, 2, 22])],
    dy: shaped([2, 2, 2], [3, 4, 5, 6, 7, 8, 9, 10]),
    gradients: [shaped([2, 2], [9, 9, 17, 17])],
  },
  {
    of: 'gather of matrices',
    needs: 'segments',
    f: (x: tf.Tensor) => tf.gather(x, tf.tensor1d([1, 0, 0, 1], 'int32')),
    inputs: [shaped([2, 3, 2], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])],
    dy: shaped(
      [4, 3, 2],
      [2, -3, 4, 15, 6, 0.7, 1, 18, 0.01, 0, 12, 13, 4, 15, 12, -7, 18, 19, 2, 21, 6, 23, 24, 25],
    ),
    gradients: [shaped([2, 3, 2], [5, 33, 12.01, -7, 30, 32, 4, 18, 10, 38, 30, 25.7])],
  },
  {
    of: 'unsortedSegmentSum, one row of no segment',
    needs: 'segments',
    f: (x: tf.Tensor) => tf.unsortedSegmentSum(x, tf.tensor1d([0, 2, -1, 1], 'int32'), 3),
    inputs: [[1, 2, 3, 4]],
    y: [1, 4, 2],
    dy: [11, 2, 7],
    gradients: [[11, 7, 0, 2]],
  },
  {
    of: 'unsortedSegmentSum of matrices',
    needs: 'segments',
    f: (x: tf.Tensor) => tf.unsortedSegmentSum(x, tf.tensor1d([2, 1, 2], 'int32'), 3),
    inputs: [shaped([3, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])],
    y: shaped([3, 2, 2], [0, 0, 0, 0, 5, 6, 7, 8, 10, 12, 14, 16]),
    dy: shaped([3, 2, 2], [11, 2, 4, 5, 17, 31, 1, 0, -1, 14, 3, 28]),
    gradients: [shaped([3, 2, 2], [-1, 14, 3, 28, 17, 31, 1, 0, -1, 14, 3, 28])],
  },
];

/** Steps on the sum of squares. */
interface Steps {
  of: string;
  optimizer: () => tf.Optimizer;
  start: Numbers;
  /** Before each step, and the variable after it. */
  costs: number[];
  values: (Numbers | undefined)[];
  tolerance?: Tolerance;
}

const steps: Steps[] = [
  {
    of: 'sgd',
    optimizer: () => train.sgd(0.1),
    start: 4,
    costs: [16, 10.24, 6.5536],
    values: [3.2, 2.56, 2.048],
  },
  {
    of: 'momentum',
    optimizer: () => train.momentum(0.1, 0.5),
    start: [1, 2],
    costs: [5, 3.2],
    values: [
      [0.8, 1.6],
      [0.54, 1.08],
    ],
  },
  {
    of: 'momentum after Nesterov',
    optimizer: () => train.momentum(0.1, 0.5, true),
    start: [1, 2],
    costs: [5, 2.45],
    values: [
      [0.7, 1.4],
      [0.44, 0.88],
    ],
  },
  {
    of: 'adam',
    optimizer: () => train.adam(0.1, 0.8, 0.9),
    start: [2, 4],
    costs: [20, 18.82, 17.681284],
    values: [[1.9, 3.9], [1.8000001, 3.8002], undefined],
    tolerance: { rtol: 2e-4, atol: 0 },
  },
];

/** A step on the sum of squares; returns the cost before it. */
function step(optimizer: tf.Optimizer, x: tf.Variable): number {
  const cost = optimizer.minimize(() => x.square().sum(), true) as tf.Scalar;
  const [value] = cost.dataSync();
  cost.dispose();
  return value as number;
}

function isClose(received: TensorLike, expected: Numbers, tolerance = DIGITS): void {
  expect(received).toBeAllClose(expected, tolerance);
}

describe.each(Object.entries(WAYS))('%s', (way, run) => {
  describe('a layer gives', () => {
    it.each(forward.map((fact) => [fact.of, fact] as const))('%s', (_, fact) => {
      const layer = fact.layer();
      const x = tf.tensor(fact.x);
      layer.apply(x);
      if (fact.weights) layer.setWeights(fact.weights.map((values) => tf.tensor(values)));
      const y = run(() => layer.apply(x, { training: fact.training ?? false }) as tf.Tensor);
      isClose(y, fact.y);
      const { after = [] } = fact;
      layer
        .getWeights()
        .slice(layer.weights.length - after.length)
        .forEach((weight, i) => {
          isClose(weight, after[i] as Numbers);
        });
    });
  });

  describe('a model predicts', () => {
    it.each(predicted.map((fact) => [fact.of, fact] as const))('%s', (_, fact) => {
      const model = tf.sequential({ layers: fact.layers() });
      isClose(
        run(() => model.predict(tf.tensor(fact.x)) as tf.Tensor),
        fact.y,
      );
    });
  });

  describe('training follows', () => {
    it.for(training.map((fact) => [fact.of, fact] as const))('%s', async ([, fact], { skip }) => {
      const reason = untested(fact, way);
      skip(reason !== undefined, reason);
      const model = tf.sequential({ layers: fact.layers() });
      const { optimizer = () => train.sgd(0.01), loss = 'meanSquaredError', tolerance } = fact;
      model.compile({ optimizer: optimizer(), loss });
      const [x, y] = [tf.tensor(fact.x), tf.tensor(fact.y)];
      const { length: epochs } = fact.losses;
      const { history } = await run(() => model.fit(x, y, { epochs, batchSize: x.shape[0], verbose: 0 }));
      fact.losses.forEach((expected, epoch) => {
        if (expected !== undefined) isClose([history.loss?.[epoch] as number], [expected], tolerance);
      });
      fact.weights?.forEach((expected, i) => {
        if (expected !== null) isClose(model.getWeights()[i] as tf.Tensor, expected, tolerance);
      });
    });
  });

  describe('the gradient is that of', () => {
    it.for(gradients.map((fact) => [fact.of, fact] as const))('%s', ([, fact], { skip }) => {
      const reason = untested(fact, way);
      skip(reason !== undefined, reason);
      const inputs = fact.inputs.map((values) => tf.tensor(values));
      const dy = fact.dy === undefined ? undefined : tf.tensor(fact.dy);
      const f = fact.f as (...inputs: tf.Tensor[]) => tf.Tensor;
      const { value, grads } = run(() => tf.valueAndGrads(f)(inputs, dy));
      if (fact.y !== undefined) expect(value).toBeAllClose(tf.tensor(fact.y), DIGITS);
      grads.forEach((gradient, i) => {
        const expected = fact.gradients[i];
        if (expected != null) expect(gradient).toBeAllClose(tf.tensor(expected), DIGITS);
      });
    });
  });

  describe('the steps are those of', () => {
    it.each(steps.map((fact) => [fact.of, fact] as const))('%s', (_, fact) => {
      const optimizer = fact.optimizer();
      const x = tf.variable(tf.tensor(fact.start));
      const tensors: number[] = [];
      run(() => {
        fact.costs.forEach((cost, i) => {
          isClose([step(optimizer, x)], [cost]);
          const expected = fact.values[i];
          if (expected !== undefined) isClose(x, expected, fact.tolerance);
          tensors.push(tf.memory().numTensors);
        });
      });
      expect(optimizer.iterations).toBe(fact.costs.length);
      expect(tensors.at(-1)).toBe(tensors[1]);
    });

    it.each(steps.map((fact) => [fact.of, fact] as const))(
      '%s, each by an optimizer that was given the weights of the last',
      async (_, fact) => {
        let optimizer = fact.optimizer();
        const x = tf.variable(tf.tensor(fact.start));
        for (const [i, cost] of fact.costs.entries()) {
          isClose([run(() => step(optimizer, x))], [cost]);
          const weights = await optimizer.getWeights();
          optimizer = fact.optimizer();
          await optimizer.setWeights(weights);
          expect(optimizer.iterations).toBe(i + 1);
        }
        const last = fact.values.at(-1);
        if (last !== undefined) isClose(x, last, fact.tolerance);
      },
    );
  });

  describe('dropout', () => {
    const SHAPE = [2, 3, 4];
    const kinds = [true, false].flatMap((training) =>
      [0, 0.5, 0.75].flatMap((rate) =>
        [undefined, SHAPE, [2, 3, 1]].map((noiseShape) => ({ training, rate, noiseShape })),
      ),
    );

    it.each(kinds)('%j: keeps what it keeps at 1 / (1 - rate)', ({ training, rate, noiseShape }) => {
      const layer = layers.dropout({ rate, ...(noiseShape ? { noiseShape } : {}) });
      const x = tf.ones(SHAPE);
      const outputs = run(() =>
        Array.from({ length: 10 }, () => layer.apply(x, { training }) as tf.Tensor3D),
      );
      const dropped = training ? rate : 0;
      for (const y of outputs) {
        expect(y.shape).toEqual(SHAPE);
        expect(y.dtype).toBe('float32');
        for (const rows of y.arraySync().flat()) {
          for (const value of rows) expect([0, Math.fround(1 / (1 - dropped))]).toContain(value);
          if (noiseShape?.[2] === 1) expect(new Set(rows).size).toBe(1);
        }
      }
      const zeros = outputs.flatMap((y) => Array.from(y.dataSync())).filter((value) => value === 0);
      expect(zeros.length > 0).toBe(dropped > 0);
      expect(zeros.length).toBeLessThan(240);
    });

    it('with a seed draws the mask of tfjs', () => {
      const layer = layers.dropout({ rate: 0.5, noiseShape: SHAPE, seed: 23 });
      const y = run(() => layer.apply(tf.ones(SHAPE), { training: true }) as tf.Tensor);
      isClose(y, shaped(SHAPE, [0, 2, 2, 2, 0, 0, 2, 2, 0, 0, 2, 2, 2, 0, 0, 0, 2, 0, 2, 0, 2, 2, 2, 0]));
    });

    it('of whole channels, with a seed', () => {
      const layer = layers.spatialDropout1d({ rate: 0.5, seed: 1337 });
      const y = run(() => layer.apply(tf.ones(SHAPE), { training: true }) as tf.Tensor);
      isClose(y, [all([0, 0, 0, 0], 3), all([0, 2, 0, 0], 3)]);
    });

    it.each([0.5, 0])('of whole channels, rate %f: a channel is there at every step or at none', (rate) => {
      const layer = layers.spatialDropout1d({ rate });
      const y = run(() => layer.apply(tf.ones([8, 3, 4]), { training: true }) as tf.Tensor3D);
      const kept = 1 / (1 - rate);
      const channels = y.transpose([0, 2, 1]).arraySync() as number[][][];
      for (const steps of channels.flat()) expect([all(0, 3), all(kept, 3)]).toContainEqual(steps);
    });
  });
});

describe('with repair, a weight after a step that moves nothing is what tfjs expects of', () => {
  const LENGTH = [-0.2208630521, 0.4417261043, 0, 0.8834522086, -1.104315261, 1.325178313];
  const HALF = LENGTH.map((value) => value / 2);
  it.each([
    ['nonNeg', [0, 2, 0, 4, 0, 6]],
    ['maxNorm', LENGTH],
    ['unitNorm', HALF],
    ['minMaxNorm', HALF],
  ] as const)('%s', async (kernelConstraint, expected) => {
    const layer = layers.dense({ units: 1, inputShape: [6], kernelConstraint, useBias: false });
    const model = tf.sequential({ layers: [layer] });
    model.compile({ optimizer: train.sgd(1), loss: 'meanSquaredError' });
    const weight = layer.weights[0]?.read() as tf.Variable;
    weight.assign(tf.tensor2d([-1, 2, 0, 4, -5, 6], [6, 1]));
    const [x, y] = [tf.zeros([2, 6]), tf.zeros([2, 1])];
    await accelerated(() => model.trainOnBatch(x, y), { repair: true });
    isClose(weight.flatten(), [...expected], { rtol: 1e-4 + tf.backend().epsilon(), atol: 1e-6 });
  });
});
