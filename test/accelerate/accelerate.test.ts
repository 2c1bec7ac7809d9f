import * as tf from '@tensorflow/tfjs';
import { accelerate } from 'evenkeel/accelerate';
import { afterEach, describe, expect, it } from 'vitest';
import { type AccelerationName, accelerations } from '../../src/accelerate/registry.js';
import { builtin } from '../../src/tfjs/builtins.js';
import { enginePrototype } from '../../src/tfjs/tape.js';

afterEach(() => accelerate.restore());

/** All that accelerations may change: by this it is known whether they were undone. */
function registrations(): unknown[] {
  const gradients = [
    'Relu',
    'Softmax',
    'Tile',
    'BatchMatMul',
    'Maximum',
    'Minimum',
    'SquaredDifference',
    'Einsum',
    'Sqrt',
    'Sum',
    'Mean',
    'AvgPool',
    'AvgPool3D',
    'ResizeNearestNeighbor',
    'ResizeBilinear',
    'Conv3DBackpropInputV2',
    'Add',
    'Conv2D',
  ];
  const kernels = [
    'Conv2DBackpropFilter',
    'DepthwiseConv2dNativeBackpropFilter',
    'DepthwiseConv2dNativeBackpropInput',
    'UnsortedSegmentSum',
    'Slice',
    'SplitV',
    'Unpack',
    'Sum',
    'BatchMatMul',
    'MaxPoolGrad',
    'Conv2DBackpropInput',
    'Einsum',
    'Cast',
    'Reshape',
    'Mean',
    'ClipByValue',
    'MaxPool3D',
    'MaxPool3DGrad',
    'Conv2D',
    'Conv3D',
    'Concat',
    'Transpose',
  ];
  const methods: [{ prototype: object }, string][] = [
    ...['Dense', 'BatchNormalization', 'LayerNormalization', 'Dropout'].map(
      (name) => [builtin(name), 'call'] as [{ prototype: object }, string],
    ),
    [builtin('softmax'), 'apply'],
    [builtin('Softmax'), 'call'],
    [tf.LayersModel, 'makeTrainFunction'],
    [tf.LayersModel, 'makeTestFunction'],
    [tf.SGDOptimizer, 'applyGradients'],
    [tf.MomentumOptimizer, 'applyGradients'],
    [tf.AdamOptimizer, 'applyGradients'],
    [tf.RMSPropOptimizer, 'applyGradients'],
    [tf.Variable, 'dispose'],
    [{ prototype: enginePrototype() }, 'addTapeNode'],
  ];
  return [
    ...gradients.map((name) => tf.getGradient(name)),
    ...['wasm', 'cpu', 'webgl', 'tensorflow'].flatMap((backend) =>
      kernels.map((name) => tf.getKernel(name, backend)),
    ),
    ...methods.map(([{ prototype }, name]) => Object.getOwnPropertyDescriptor(prototype, name)),
  ];
}

const REPAIRS: AccelerationName[] = [
  'layer/frozenBatchNormalization',
  'layer/seededDropout',
  'training/unclippedCrossEntropy',
  'training/constraints',
];

describe('accelerate', () => {
  it('turns on all that leaves numbers as they are, and restore undoes it to the last registration', () => {
    const before = registrations();
    const on = accelerate();
    expect(on).toEqual(
      expect.arrayContaining([
        'layer/dense',
        'layer/batchNormalization',
        'layer/layerNormalization',
        'optimizer/adam',
        'gradient/matMul',
        'gradient/einsum',
      ]),
    );
    for (const name of REPAIRS) {
      expect(on).not.toContain(name);
    }
    expect(registrations()).not.toEqual(before);
    accelerate.restore();
    expect(registrations()).toEqual(before);
  });

  it('with repair turns on what changes wrong numbers too', () => {
    expect(accelerate({ repair: true })).toEqual(expect.arrayContaining([...REPAIRS, 'layer/dense']));
  });

  it('with names and repair turns on both', () => {
    expect(accelerate({ only: ['gradient/relu'], repair: true })).toEqual(['gradient/relu', ...REPAIRS]);
  });

  it('turns on all of a kind, without what is off by default', () => {
    const optimizers = ['optimizer/sgd', 'optimizer/momentum', 'optimizer/adam', 'optimizer/rmsprop'];
    expect(accelerate({ only: ['optimizer'] })).toEqual(optimizers);
    accelerate.restore();
    expect(accelerate({ only: ['kernel/cpu', 'training'] })).toEqual([
      'kernel/cpu/broadcastMatMul',
      'kernel/cpu/einsum',
      'kernel/cpu/conv3d',
      'kernel/cpu/pool3d',
      'kernel/cpu/zeroSizeReductions',
      'kernel/cpu/croppedPool3d',
      'kernel/cpu/zeroSizeConcat',
      'training/softmaxCrossEntropy',
    ]);
  });

  it('turns on one alone, and it is undone alone', () => {
    for (const name of Object.keys(accelerations) as AccelerationName[]) {
      const before = registrations();
      const on = accelerate({ only: [name] });
      expect(on.filter((other) => other !== name)).toEqual([]);
      accelerate.restore();
      expect(registrations()).toEqual(before);
    }
  });

  it('leaves no tensor behind, on and off again, all or one alone, and takes no name that tfjs would give', () => {
    const number = () => {
      const layer = tf.layers.dense({ units: 1 });
      return Number(layer.name.replace(/\D+/, ''));
    };
    const [before, first] = [tf.memory().numTensors, number()];
    accelerate({ repair: true });
    accelerate.restore();
    expect(tf.memory().numTensors).toBe(before);
    for (const name of Object.keys(accelerations) as AccelerationName[]) {
      accelerate({ only: [name] });
      accelerate.restore();
      expect(tf.memory().numTensors, name).toBe(before);
    }
    expect(number()).toBe(first + 1);
  });

  it('called twice is as called once, and adds what is not on yet', () => {
    const before = registrations();
    expect(accelerate({ only: ['gradient/tile'] })).toEqual(['gradient/tile']);
    expect(accelerate({ only: ['gradient/tile', 'gradient/relu'] })).toEqual([
      'gradient/tile',
      'gradient/relu',
    ]);
    const once = registrations();
    accelerate({ only: ['gradient/relu'] });
    expect(registrations()).toEqual(once);
    accelerate.restore();
    accelerate.restore();
    expect(registrations()).toEqual(before);
  });

  it('leaves alone what tfjs has fixed itself', () => {
    const fixed = { kernelName: 'Einsum', gradFunc: () => ({}) };
    tf.registerGradient(fixed);
    try {
      expect(accelerate()).not.toContain('gradient/einsum');
      expect(tf.getGradient('Einsum')).toBe(fixed);
    } finally {
      tf.unregisterGradient('Einsum');
    }
  });

  it.each([
    [
      { only: ['zzzzzzzzzzzz'] },
      /^accelerate: only has no 'zzzzzzzzzzzz'; its kinds are gradient, kernel, kernel\/cpu, .*, training, and README lists the names$/,
    ],
    [{ only: [1] }, /^accelerate: only has no 1; its kinds are gradient, .* lists the names$/],
    [{ only: 'dense' }, /^accelerate: only must be a list of one name or more, received 'dense'\.$/],
    [{ only: [] }, /^accelerate: only must be a list of one name or more, received \[\]\.$/],
    [{ onyl: ['dense'] }, /^accelerate: no option onyl; did you mean only\?$/],
    [{ repair: 1 }, /^accelerate: repair must be true or false, received 1\.$/],
    [{ repairs: true }, /^accelerate: no option repairs; did you mean repair\?$/],
    [null, /^accelerate: options must be an object of `only`, `repair` and `compile`, received null\.$/],
    [
      ['dense'],
      /^accelerate: options must be an object of `only`, `repair` and `compile`, received \["dense"\]\.$/,
    ],
    [[], /^accelerate: options must be an object of `only`, `repair` and `compile`, received \[\]\.$/],
    [true, /^accelerate: options must be an object of `only`, `repair` and `compile`, received true\.$/],
  ])('refuses %j in one line, and changes nothing', (options, message) => {
    const before = registrations();
    expect(() => accelerate(options as never)).toThrow(message);
    expect(registrations()).toEqual(before);
  });

  it.each([
    ['dense', 'layer/dense'],
    ['layernorm', 'layer/layerNormalization'],
    ['layer/dens', 'layer/dense'],
    ['lsmt', 'recurrent/lstm'],
    ['layers', 'layer'],
    ['kernel/wasm/conv2dBackpropFilters', 'kernel/wasm/conv2dBackpropFilter'],
    ['sum', 'gradient/sum or kernel/native/sum or kernel/wasm/sum'],
  ])('takes %s for a slip of %s', (name, meant) => {
    const message = `accelerate: only has no '${name}'; did you mean ${meant}?`;
    expect(() => accelerate({ only: [name as AccelerationName] })).toThrow(new Error(message));
  });

  it('undoes what it did where a later change fails', () => {
    const before = registrations();
    const last = accelerations['training/constraints'];
    expect(Object.values(accelerations).at(-1)).toBe(last);
    const { apply } = last;
    last.apply = () => {
      throw new Error('no such method');
    };
    try {
      expect(() => accelerate({ repair: true })).toThrow('no such method');
      expect(registrations()).toEqual(before);
    } finally {
      last.apply = apply;
    }
  });

  it('says that no backend is ready, where none is', () => {
    const engine = tf.engine() as unknown as { pendingBackendInit: Promise<boolean> | null };
    const pending = engine.pendingBackendInit;
    engine.pendingBackendInit = Promise.resolve(true);
    try {
      expect(() => accelerate()).toThrow(
        'accelerate: no backend is ready; call it after `await tf.ready()` or `await loadBackend()`',
      );
    } finally {
      engine.pendingBackendInit = pending;
    }
  });
});
