/** Convolutions and pooling of one to three axes, with the windows that kernels get wrong. */
import * as tf from '@tensorflow/tfjs';
import { type Nd, sampleNd } from '../nd.js';
import type { KernelCase } from './kernel-case.js';
import {
  averagePool,
  convolution,
  depthwise,
  maxPool,
  maxPoolGradient,
  type SlidingWindow,
  transposed,
} from './windows.js';

interface Convolution extends SlidingWindow {
  /** Batch, space, channels. */
  image: number[];
  outputs: number;
}

const CONVOLUTIONS: [string, Convolution][] = [
  ['valid', { image: [2, 5, 4, 2], outputs: 3, kernel: [3, 2], strides: [1, 1], pad: 'valid' }],
  ['same', { image: [2, 5, 4, 2], outputs: 3, kernel: [3, 3], strides: [1, 1], pad: 'same' }],
  ['even windows', { image: [2, 5, 4, 2], outputs: 3, kernel: [2, 4], strides: [1, 1], pad: 'same' }],
  [
    'strides that do not divide',
    { image: [2, 7, 6, 2], outputs: 2, kernel: [3, 2], strides: [2, 2], pad: 'valid' },
  ],
  [
    'a stride above the window',
    { image: [2, 7, 8, 2], outputs: 2, kernel: [1, 2], strides: [3, 3], pad: 'valid' },
  ],
  [
    'same, a stride above the window',
    { image: [2, 8, 9, 2], outputs: 3, kernel: [1, 1], strides: [2, 2], pad: 'same' },
  ],
  [
    'same, a stride above a wide window',
    { image: [1, 9, 10, 2], outputs: 2, kernel: [2, 2], strides: [3, 3], pad: 'same' },
  ],
  [
    'same, height alone padded',
    { image: [2, 7, 8, 3], outputs: 3, kernel: [3, 1], strides: [2, 2], pad: 'same' },
  ],
  [
    'same, width alone padded',
    { image: [2, 8, 7, 2], outputs: 2, kernel: [1, 3], strides: [2, 2], pad: 'same' },
  ],
  [
    'a window larger than the image',
    { image: [2, 2, 3, 2], outputs: 2, kernel: [5, 4], strides: [1, 1], pad: 'same' },
  ],
  ['one pixel', { image: [3, 1, 1, 2], outputs: 2, kernel: [1, 1], strides: [1, 1], pad: 'same' }],
  ['a batch of none', { image: [0, 5, 4, 2], outputs: 3, kernel: [3, 3], strides: [1, 1], pad: 'same' }],
];

const DILATED: [string, Convolution][] = [
  [
    'dilated',
    { image: [2, 7, 6, 2], outputs: 2, kernel: [3, 2], strides: [1, 1], pad: 'valid', dilations: [2, 2] },
  ],
  [
    'dilated, same',
    { image: [2, 7, 6, 2], outputs: 2, kernel: [3, 3], strides: [1, 1], pad: 'same', dilations: [2, 3] },
  ],
];

const IN_SPACE: [string, Convolution][] = [
  ['valid', { image: [2, 3, 4, 3, 2], outputs: 3, kernel: [2, 3, 1], strides: [1, 1, 1], pad: 'valid' }],
  ['same', { image: [2, 3, 4, 3, 2], outputs: 2, kernel: [3, 2, 3], strides: [1, 1, 1], pad: 'same' }],
  ['strides', { image: [1, 5, 4, 6, 1], outputs: 2, kernel: [3, 2, 2], strides: [2, 1, 3], pad: 'same' }],
  [
    'many channels',
    { image: [1, 3, 3, 2, 5], outputs: 4, kernel: [2, 2, 2], strides: [1, 1, 1], pad: 'valid' },
  ],
  [
    'a batch of none',
    { image: [0, 3, 4, 3, 2], outputs: 2, kernel: [3, 2, 3], strides: [1, 1, 1], pad: 'same' },
  ],
];

const ON_A_LINE: [string, Convolution][] = [
  ['same, even window', { image: [2, 7, 2], outputs: 3, kernel: [4], strides: [1], pad: 'same' }],
  [
    'same, a stride above the window',
    { image: [2, 8, 2], outputs: 3, kernel: [1], strides: [2], pad: 'same' },
  ],
  [
    'valid, a stride that does not divide',
    { image: [2, 8, 2], outputs: 3, kernel: [3], strides: [2], pad: 'valid' },
  ],
];

const filterOf = ({ image, kernel, outputs }: Convolution): number[] => [
  ...kernel,
  image.at(-1) as number,
  outputs,
];
const spaceOf = ({ image }: Convolution): number[] => image.slice(1, -1);

function convolutionCase(name: string, title: string, c: Convolution, op: KernelCase['op']): KernelCase {
  return {
    title: `${name}: ${title}`,
    inputs: [sampleNd(c.image, 1), sampleNd(filterOf(c), 2)],
    op,
    exact: convolution(spaceOf(c), c),
    ...(c.dilations ? { gradients: null } : {}),
  };
}

const convolutions = [
  ...[...CONVOLUTIONS, ...DILATED].map(([title, c]) =>
    convolutionCase('conv2d', title, c, (x, w) =>
      tf.conv2d(
        x as tf.Tensor4D,
        w as tf.Tensor4D,
        c.strides as [number, number],
        c.pad,
        'NHWC',
        (c.dilations ?? 1) as never,
      ),
    ),
  ),
  ...IN_SPACE.map(([title, c]) =>
    convolutionCase('conv3d', title, c, (x, w) =>
      tf.conv3d(x as tf.Tensor5D, w as tf.Tensor5D, c.strides as [number, number, number], c.pad),
    ),
  ),
  ...ON_A_LINE.map(([title, c]) =>
    convolutionCase('conv1d', title, c, (x, w) =>
      tf.conv1d(x as tf.Tensor3D, w as tf.Tensor3D, c.strides[0] as number, c.pad),
    ),
  ),
];

const depthwises = [...CONVOLUTIONS, ...DILATED].flatMap(([title, c]) =>
  [1, 2].map(
    (multiplier): KernelCase => ({
      title: `depthwiseConv2d, ${multiplier} a channel: ${title}`,
      inputs: [sampleNd(c.image, 1), sampleNd([...c.kernel, c.image[3] as number, multiplier], 2)],
      op: (x, w) =>
        tf.depthwiseConv2d(
          x as tf.Tensor4D,
          w as tf.Tensor4D,
          c.strides as [number, number],
          c.pad,
          'NHWC',
          (c.dilations ?? 1) as never,
        ),
      exact: depthwise(spaceOf(c), c),
    }),
  ),
);

/** The image is the result here: a transposed convolution computes it from the places of the window. */
const TRANSPOSED: [string, Convolution][] = [
  ...CONVOLUTIONS,
  [
    'a smaller result than usual',
    { image: [2, 5, 4, 2], outputs: 3, kernel: [3, 3], strides: [2, 2], pad: 'same' },
  ],
];

const transposes = [...TRANSPOSED, ...IN_SPACE].map(([title, c]): KernelCase => {
  const [batch, channels] = [c.image[0] as number, c.image.at(-1) as number];
  const { exact, places } = transposed(spaceOf(c), c);
  return {
    title: `conv${c.kernel.length}dTranspose: ${title}`,
    inputs: [sampleNd([batch, ...places, c.outputs], 1), sampleNd([...c.kernel, channels, c.outputs], 2)],
    op: (x, w) =>
      c.kernel.length === 2
        ? tf.conv2dTranspose(x as tf.Tensor4D, w as tf.Tensor4D, c.image as never, c.strides as never, c.pad)
        : tf.conv3dTranspose(x as tf.Tensor5D, w as tf.Tensor5D, c.image as never, c.strides as never, c.pad),
    exact,
  };
});

/** Few values, so that many are equal. */
const ties = (shape: number[]): Nd => {
  const { values } = sampleNd(shape, 1);
  return { shape, values: values.map((value) => Math.round(value)) };
};

const POOLS: [string, Omit<Convolution, 'outputs'>][] = [
  ...CONVOLUTIONS,
  ['the whole image', { image: [2, 4, 3, 2], kernel: [4, 3], strides: [1, 1], pad: 'valid' }],
  ['windows over the edge', { image: [2, 3, 2, 1], kernel: [2, 2], strides: [2, 2], pad: 'same' }],
  ...IN_SPACE,
];

const pools = POOLS.flatMap(([title, c]): KernelCase[] => {
  const flat = c.kernel.length === 2;
  const args = [c.kernel, c.strides, c.pad] as [never, never, never];
  const space = c.image.slice(1, -1);
  const name = flat ? 'Pool' : 'Pool3d';
  const max: KernelCase['op'] = (x) =>
    flat ? tf.maxPool(x as tf.Tensor4D, ...args) : tf.maxPool3d(x as tf.Tensor5D, ...args);
  const average: KernelCase['op'] = (x) =>
    flat ? tf.avgPool(x as tf.Tensor4D, ...args) : tf.avgPool3d(x as tf.Tensor5D, ...args);
  const [all, below] = [sampleNd(c.image, 1), sampleNd(c.image, 1)];
  below.values = below.values.map((value) => value - 2);
  return [
    { title: `avg${name}: ${title}`, inputs: [all], op: average, exact: averagePool(space, c) },
    { title: `max${name}: ${title}, none positive`, inputs: [below], op: max, exact: maxPool(space, c) },
    {
      title: `max${name}: ${title}, equal entries`,
      inputs: [ties(c.image)],
      op: max,
      exact: maxPool(space, c),
      gradients: maxPoolGradient(space, c),
    },
  ];
});

export const WINDOW_CASES: KernelCase[] = [...convolutions, ...depthwises, ...transposes, ...pools];
