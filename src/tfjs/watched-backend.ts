import * as tf from '@tensorflow/tfjs';
import type { Binding, NativeBackend } from './native-backend.js';

/** What is told of a step's ops. */
export interface Watcher {
  /** The binding that the backend uses meanwhile. */
  binding(real: Binding): Binding;
  /** Before an op gets these tensors. */
  inputs(tensors: readonly tf.TensorInfo[]): void;
  /** The layers that are being called, innermost last. */
  readonly layers: string[];
}

interface AppliedLayer {
  name: string;
  apply(...args: unknown[]): unknown;
}

/** A binding of which some functions are others; its own properties cannot be written. */
export const bindingWith = (real: Binding, changed: Partial<Binding>): Binding => {
  const copy: Record<string, unknown> = {};
  for (const name of Object.getOwnPropertyNames(real)) copy[name] = real[name as keyof Binding];
  return { ...copy, ...changed } as Binding;
};

/** Runs a function while the backend and the layers tell what they do. */
export function watching<T>(backend: NativeBackend, watcher: Watcher, run: () => T): T {
  const { binding, getInputTensorIds } = backend;
  const layer = tf.layers.Layer.prototype as unknown as AppliedLayer;
  const { apply } = layer;
  backend.binding = watcher.binding(binding);
  backend.getInputTensorIds = function (tensors) {
    watcher.inputs(tensors);
    return getInputTensorIds.call(this, tensors);
  };
  layer.apply = function (...args) {
    watcher.layers.push(this.name);
    try {
      return apply.apply(this, args);
    } finally {
      watcher.layers.pop();
    }
  };
  try {
    return run();
  } finally {
    layer.apply = apply;
    backend.binding = binding;
    delete (backend as Partial<NativeBackend>).getInputTensorIds;
  }
}

/** A number that tensors made from now on are above. */
export const tensorIdNow = (): number =>
  (tf.engine() as unknown as { nextTensorId(): number }).nextTensorId();
