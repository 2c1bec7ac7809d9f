import * as tf from '@tensorflow/tfjs';
import { isUsersGradient, isUsersMethod, ours } from './originals.js';

type Gradient = Parameters<typeof tf.registerGradient>[0];
type Kernel = Parameters<typeof tf.registerKernel>[0];
// biome-ignore lint/suspicious/noExplicitAny: a method of any class
type Method = (this: any, ...args: any[]) => any;

/** Where a method of a class stands. */
type Methods<Name extends string> = { [name in Name]: Method };

/**
 * What was changed in tfjs, and how to undo it: to the registrations and methods that were there before. A gradient, or a
 * method that computes, which a user has put there stays.
 */
export class Overrides {
  private readonly undoing: (() => void)[] = [];

  /** Puts a gradient in place of the one that a kernel has, or has not. */
  gradient(gradient: Gradient): void {
    const { kernelName } = gradient;
    if (isUsersGradient(kernelName)) return;
    const before = tf.getGradient(kernelName);
    if (before) tf.unregisterGradient(kernelName);
    tf.registerGradient(ours(gradient));
    this.undoing.push(() => {
      if (isUsersGradient(kernelName)) return;
      tf.unregisterGradient(kernelName);
      if (before) tf.registerGradient(before);
    });
  }

  /** Puts a kernel in place of the one that a backend has, or has not. */
  kernel(kernel: Kernel): void {
    const before = tf.getKernel(kernel.kernelName, kernel.backendName);
    if (before) tf.unregisterKernel(kernel.kernelName, kernel.backendName);
    tf.registerKernel(kernel);
    this.undoing.push(() => {
      tf.unregisterKernel(kernel.kernelName, kernel.backendName);
      if (before) tf.registerKernel(before);
    });
  }

  /** Puts a method in place of the one that a class has; the new one is made of the old one. */
  method<Name extends string>(prototype: Methods<Name>, name: Name, make: (before: Method) => Method): void {
    if (isUsersMethod(prototype, name)) return;
    const own = Object.getOwnPropertyDescriptor(prototype, name);
    const before = prototype[name];
    Object.defineProperty(prototype, name, {
      value: ours(make(before)),
      writable: true,
      configurable: true,
      enumerable: own?.enumerable ?? false,
    });
    this.undoing.push(() => {
      if (own) Object.defineProperty(prototype, name, own);
      else delete (prototype as Partial<Methods<Name>>)[name];
    });
  }

  /** What else is to be undone. */
  onUndo(undo: () => void): void {
    this.undoing.push(undo);
  }

  undo(): void {
    // The last change first: a later one may stand on an earlier one.
    for (let undo = this.undoing.pop(); undo; undo = this.undoing.pop()) undo();
  }
}
