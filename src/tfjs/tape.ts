import * as tf from '@tensorflow/tfjs';

/** One op as tfjs records it for a gradient. */
interface TapeNode {
  outputs: tf.Tensor[];
  /** Clones of inputs and outputs, for the gradient. */
  saved: tf.Tensor[];
}

interface Engine {
  state: { activeTape: TapeNode[] };
  addTapeNode(...args: unknown[]): void;
  setBackend(name: string): Promise<boolean>;
}

/** The methods of tfjs's engine that are overridden. */
export const enginePrototype = (): Pick<Engine, 'addTapeNode' | 'setBackend'> =>
  Object.getPrototypeOf(tf.engine());

/**
 * Moves the last node of the tape in front of the clones that it saved. tfjs records the clone of an output before
 * the op that makes the output. A gradient reads the tape in order, and would miss that the clone depends on the inputs.
 */
export function putBeforeClones({ state: { activeTape } }: Engine): void {
  const node = activeTape.pop() as TapeNode;
  const first = activeTape.findIndex(({ outputs }) => outputs.some((output) => node.saved.includes(output)));
  activeTape.splice(first < 0 ? activeTape.length : first, 0, node);
}
