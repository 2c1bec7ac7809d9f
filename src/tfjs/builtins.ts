import * as tf from '@tensorflow/tfjs';

// biome-ignore lint/suspicious/noExplicitAny: what tfjs does not export has no type
type Class = { new (...args: any[]): any; prototype: any };

/** As they are when this module loads: a class that a user registers later under one of these names replaces tfjs's there. */
const registered = new Map(
  Object.entries(tf.serialization.SerializationMap.getMap().classNameMap).map(([name, [found]]) => [
    name,
    found,
  ]),
);

/** A class of tfjs by the name that it is saved under: layers and activations are not exported. */
export function builtin(className: string): Class {
  const found = registered.get(className);
  if (!found) throw new Error(`evenkeel: this version of @tensorflow/tfjs has no class ${className}`);
  return found as unknown as Class;
}

/**
 * Whether an object is of a class of tfjs itself, with that class's own method. A subclass inherits the name of its class,
 * and another class may be registered under it.
 */
export function isBuiltin(object: object, className: string, method = 'call'): boolean {
  const { prototype } = registered.has(className) ? builtin(className) : {};
  return Object.getPrototypeOf(object) === prototype && !Object.hasOwn(object, method);
}

/** Whether these methods of an object are those of a class of tfjs: not of a user's subclass, nor put on the object. */
export function inherits(object: object, className: string, ...methods: string[]): boolean {
  const { prototype } = builtin(className);
  return methods.every((method) => (object as Record<string, unknown>)[method] === prototype[method]);
}
