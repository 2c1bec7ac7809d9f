import type { Check } from '../errors/checks.js';
import {
  type Activation,
  type ActivationName,
  activationOf,
  type Constraint,
  type ConstraintArg,
  constraintOf,
  type Initializer,
  type InitializerArg,
  initializerOf,
  type Regularizer,
  type RegularizerArg,
  regularizerOf,
} from '../tfjs/named.js';

/** One argument of a layer: its check, its default, and its form in a config. */
export interface Field<Given, Value, Optional extends boolean> {
  readonly optional: Optional;
  /** Never there: it carries the type of what may be given. */
  readonly given?: Given;
  /** The checked value, or the default. @throws ArgumentError for a value out of the argument's domain */
  read(owner: string, argument: string, given: unknown): Value;
  /** The value as plain data, for a config. */
  write(value: Value): unknown;
}

export type Fields = Readonly<Record<string, Field<unknown, unknown, boolean>>>;

type OptionalKeys<F extends Fields> = { [K in keyof F]: F[K]['optional'] extends true ? K : never }[keyof F];
type GivenOf<T> = T extends Field<infer Given, infer _Value, infer _Optional> ? Given : never;
type ValueOf<T> = T extends Field<infer _Given, infer Value, infer _Optional> ? Value : never;
type Needed<F extends Fields> = Omit<F, OptionalKeys<F>>;
type Optional<F extends Fields> = Pick<F, OptionalKeys<F>>;

/** The arguments of a layer with these fields, each with the documentation of its field. */
export type ArgsOf<F extends Fields> = { [K in keyof Pick<F, keyof Needed<F>>]: GivenOf<F[K]> } & {
  [K in keyof Optional<F>]?: GivenOf<F[K]>;
};

/** The checked values of these fields, defaults included. */
export type ValuesOf<F extends Fields> = { readonly [K in keyof F]: ValueOf<F[K]> };

/** An argument that has to be given. */
export function required<T>(check: Check<T>): Field<T, T, false> {
  return { optional: false, read: check, write: (value) => value };
}

/** An argument that may be left out, by null too. */
export function optional<T>(check: Check<T>, byDefault: T): Field<T, T, true> {
  return {
    optional: true,
    read: (owner, argument, given) => check(owner, argument, given ?? byDefault),
    write: (value) => value,
  };
}

/** An optional argument that is null where it is left out. */
export function orNull<Given, Value>(
  field: Field<Given, Value, true>,
): Field<Given | null, Value | null, true> {
  return {
    optional: true,
    read: (owner, argument, given) => (given == null ? null : field.read(owner, argument, given)),
    write: (value) => (value === null ? null : field.write(value)),
  };
}

/** An activation by its name. */
export function activation(byDefault: ActivationName = 'linear'): Field<ActivationName, Activation, true> {
  return { optional: true, ...activationOf(byDefault) };
}

/** An initializer by its name, its config or as an object. */
export function initializer(byDefault: InitializerArg): Field<InitializerArg, Initializer, true> {
  return { optional: true, ...initializerOf(byDefault) };
}

/** A regularizer by its name, its config or as an object. Default: none. */
export function regularizer(): Field<RegularizerArg, Regularizer | null, true> {
  return { optional: true, ...regularizerOf };
}

/** A constraint by its name, its config or as an object. Default: none. */
export function constraint(): Field<ConstraintArg, Constraint | null, true> {
  return { optional: true, ...constraintOf };
}
