import type { Constraint, Initializer, Regularizer } from '../tfjs/named.js';

/** What `addWeight` takes after name, shape and type. */
export type WeightArgs = [Initializer, Regularizer | undefined, boolean, Constraint | undefined];

interface WeightSettings {
  kernelInitializer: Initializer;
  kernelRegularizer: Regularizer | null;
  kernelConstraint: Constraint | null;
  biasInitializer: Initializer;
  biasRegularizer: Regularizer | null;
  biasConstraint: Constraint | null;
}

export const weightArgs = (
  initializer: Initializer,
  regularizer: Regularizer | null,
  constraint: Constraint | null,
): WeightArgs => [initializer, regularizer ?? undefined, true, constraint ?? undefined];

export const kernelArgs = (s: Readonly<WeightSettings>): WeightArgs =>
  weightArgs(s.kernelInitializer, s.kernelRegularizer, s.kernelConstraint);

export const biasArgs = (s: Readonly<WeightSettings>): WeightArgs =>
  weightArgs(s.biasInitializer, s.biasRegularizer, s.biasConstraint);
