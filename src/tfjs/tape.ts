import * as tf from '@tensorflow/tfjs';

/** One op as tfjs notes it for a gradient. */
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

/** What is overridden in the class of tfjs's engine. */
export const enginePrototype = (): Pick<Engine, 'addTapeNode' | 'setBackend'> =>
  Object.getPrototypeOf(tf.engine());

/**
 * Puts the last node of the tape before those of the clones that it saved. A clone of an output stands before the op that
 * makes the output, where a gradient, which reads the tape in order, does not see that it depends on the inputs.
 */
export function putBeforeClones({ state: { activeTape } }: Engine): void {
  const node = activeTape.pop() as TapeNode;
  const first = activeTape.findIndex(({ outputs }) => outputs.some((output) => node.saved.includes(output)));
  activeTape.splice(first < 0 ? activeTape.length : first, 0, node);
}
