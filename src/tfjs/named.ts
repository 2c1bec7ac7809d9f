import * as tf from '@tensorflow/tfjs';

type DenseArgs = Parameters<typeof tf.layers.dense>[0];
type Given<Name extends keyof DenseArgs> = Exclude<DenseArgs[Name], null | undefined>;
type Json = tf.serialization.ConfigDictValue;

export type ActivationName = Given<'activation'>;
export type InitializerArg = Given<'kernelInitializer'>;
export type RegularizerArg = Given<'kernelRegularizer'>;
export type ConstraintArg = Given<'kernelConstraint'>;

/** An activation as tfjs makes it of a name. */
export interface Activation {
  apply(x: tf.Tensor): tf.Tensor;
  getClassName(): string;
}
type OfInitializers = ReturnType<typeof tf.initializers.zeros>;
type OfRegularizers = ReturnType<typeof tf.regularizers.l2>;
type OfConstraints = ReturnType<typeof tf.constraints.nonNeg>;
// Interfaces, which declarations name; of types they would name tfjs's own files, which a project may not see.
export interface Initializer extends OfInitializers {}
export interface Regularizer extends OfRegularizers {}
export interface Constraint extends OfConstraints {}

/** What a dense layer makes of its arguments of these names. */
interface Resolved {
  activation: Activation;
  kernelInitializer: Initializer;
  kernelRegularizer: Regularizer | null;
  kernelConstraint: Constraint | null;
}

/** An initializer that gives what a function computes. */
export const madeBy = (apply: () => tf.Tensor): Initializer => ({ apply }) as unknown as Initializer;

/** From what is given to the object that it stands for, and from that to a config. */
interface Resolver<Value> {
  read(owner: string, argument: string, given: unknown): Value;
  write(value: Value): Json;
}

/** tfjs exports no way from a name to what it stands for but a layer's: here a dense layer that is never built. */
function template(name: keyof Resolved, given: unknown): tf.layers.Layer {
  // A name of its own, or it would use up the number of the user's next dense layer.
  return tf.layers.dense({ units: 1, name: 'template', [name]: given });
}

function resolved<Name extends keyof Resolved>(name: Name, given: unknown): Resolved[Name] {
  const layer = template(name, given) as unknown as Resolved;
  return layer[name];
}

/** As tfjs writes what it makes of a name; not by a layer, which takes no object of a class that a user registered. */
const written = (value: tf.serialization.Serializable | null): Json =>
  value ? { className: value.getClassName(), config: value.getConfig() } : null;

export const activationOf = (byDefault: ActivationName): Resolver<Activation> => ({
  // Null is linear for tfjs, whatever the default.
  read: (_owner, _argument, given) => resolved('activation', given === undefined ? byDefault : given),
  write: (value) => value.getClassName(),
});

export const initializerOf = (byDefault: InitializerArg): Resolver<Initializer> => ({
  // What is falsy is no initializer for tfjs.
  read: (_owner, _argument, given) => resolved('kernelInitializer', given || byDefault),
  write: written,
});

export const regularizerOf: Resolver<Regularizer | null> = {
  read: (_owner, _argument, given) => resolved('kernelRegularizer', given),
  write: written,
};

export const constraintOf: Resolver<Constraint | null> = {
  read: (_owner, _argument, given) => resolved('kernelConstraint', given),
  write: written,
};

/** What a dense layer takes of the config of a layer that has its arguments too. */
const OF_DENSE = [
  'name',
  'trainable',
  'units',
  'activation',
  'useBias',
  'kernelInitializer',
  'biasInitializer',
  'kernelRegularizer',
  'biasRegularizer',
  'kernelConstraint',
  'biasConstraint',
];

/** The built-in dense layer of the arguments that are in a config, not built. */
export function builtInDense(config: tf.serialization.ConfigDict): tf.layers.Layer {
  const own = Object.entries(config).filter(([name]) => OF_DENSE.includes(name));
  return tf.layers.dense(Object.fromEntries(own) as unknown as DenseArgs);
}
