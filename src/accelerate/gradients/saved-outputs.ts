import { isNested } from '../../tfjs/recording.js';
import { enginePrototype, putBeforeClones } from '../../tfjs/tape.js';
import type { Acceleration } from '../acceleration.js';

/**
 * Derivatives of gradients that are computed from an op's output: those of exp, tanh, sigmoid, elu, softmax, logSoftmax,
 * pow, max and min, and of ops with custom gradients that save what they return. tfjs treats a saved output as a constant
 * there, so that a term of the second derivative is missing; it throws where that is the only term.
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
