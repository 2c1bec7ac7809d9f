import type * as tf from '@tensorflow/tfjs';

/** One use of a layer in a model: tfjs's node, whose class it does not export. */
export interface ModelNode {
  readonly outboundLayer: tf.layers.Layer;
  readonly inputTensors: tf.SymbolicTensor[];
  readonly outputTensors: tf.SymbolicTensor[];
  /** What `apply` was given beside its inputs. */
  readonly callArgs?: Record<string, unknown>;
}

/** The node that has a tensor among its outputs. */
export function nodeOf({ sourceLayer, nodeIndex }: tf.SymbolicTensor): ModelNode {
  const { inboundNodes } = sourceLayer as unknown as { inboundNodes: ModelNode[] };
  return inboundNodes[nodeIndex]!;
}
