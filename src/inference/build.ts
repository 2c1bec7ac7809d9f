import * as tf from '@tensorflow/tfjs';
import { fill, make } from './blueprint.js';
import type { Call, Graph } from './graph.js';
import type { Part } from './part.js';

/** Makes the model of a graph, whose maps have all become layers. Disposing it frees all that is made here. */
export function build(graph: Graph<Part>, name: string): tf.LayersModel {
  const layers = new Map<Part, tf.layers.Layer>();
  const outputs = new Map<number, tf.SymbolicTensor[]>();
  const at = ({ call, index }: { call: number; index: number }) => outputs.get(call)![index]!;
  try {
    for (const call of graph.calls.values()) {
      const result = isInput(call) ? inputOf(call) : callLayer(call, call.inputs.map(at), layers);
      outputs.set(call.id, Array.isArray(result) ? result : [result]);
    }
    return tf.model({ inputs: graph.inputs.map(at), outputs: graph.outputs.map(at), name });
  } catch (error) {
    for (const layer of layers.values()) if (layer.built) layer.dispose();
    throw error;
  }
}

type InputCall = Call<Part> & { part: Extract<Part, { is: 'input' }> };

function isInput(call: Call<Part>): call is InputCall {
  return call.part.is === 'input';
}

function inputOf({ part: { name, dtype }, shapes }: InputCall): tf.SymbolicTensor {
  return tf.input({ batchShape: shapes[0]!, dtype, name });
}

function callLayer(
  { part, options }: Call<Part>,
  inputs: tf.SymbolicTensor[],
  layers: Map<Part, tf.layers.Layer>,
): tf.SymbolicTensor | tf.SymbolicTensor[] {
  const known = layers.get(part);
  const layer = known ?? layerOf(part);
  layers.set(part, layer);
  const result = layer.apply(inputs.length === 1 ? inputs[0]! : inputs, { ...options });
  if (!known && part.is === 'layer') fill(layer, part.layer);
  // tfjs counts a reference for each call but gives one back when a model is disposed: shared layers would stay.
  if (known) layer.dispose();
  return result as tf.SymbolicTensor | tf.SymbolicTensor[];
}

function layerOf(part: Part): tf.layers.Layer {
  if (part.is === 'model') return part.model;
  if (part.is === 'layer') return make(part.layer);
  // What does nothing is left only where an output needs a tensor of its own.
  return tf.layers.activation({ activation: 'linear', name: part.name });
}
