import { isNested } from '../../tfjs/recording.js';
import { enginePrototype, putBeforeClones } from '../../tfjs/tape.js';
import type { Acceleration } from '../acceleration.js';

/**
 * Derivatives of the gradients that are made of an op's output: of exp, tanh, sigmoid, elu, softmax, logSoftmax, pow, max,
 * min, and of ops with gradients of their own that save what they return. tfjs takes a saved output for a constant there,
 * so that a second derivative lacks a part, or throws where it has no other.
 */
export const savedOutputs: Acceleration = {
  apply(overrides) {
    overrides.method(enginePrototype(), 'addTapeNode', (addTapeNode) => {
      return function (this: Parameters<typeof putBeforeClones>[0], ...node: unknown[]) {
        addTapeNode.apply(this, node);
        if (isNested()) putBeforeClones(this);
      };
    });
  },
};
