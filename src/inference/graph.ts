import type * as tf from '@tensorflow/tfjs';
import { ArgumentError } from '../errors/argument-error.js';
import { builtin } from '../tfjs/builtins.js';
import { type ModelNode, nodeOf } from '../tfjs/model-graph.js';

/** One output of a call. */
export interface Ref {
  readonly call: number;
  readonly index: number;
}

/** One use of a part: a layer, or what replaces it. */
export interface Call<Part> {
  readonly id: number;
  readonly part: Part;
  readonly inputs: readonly Ref[];
  /** What `apply` was told beside its inputs. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Of each output. */
  readonly shapes: readonly tf.Shape[];
}

/** The calls of a model, each after those it takes its inputs from. A shared part is that of several calls. */
export interface Graph<Part> {
  readonly calls: ReadonlyMap<number, Call<Part>>;
  readonly inputs: readonly Ref[];
  readonly outputs: readonly Ref[];
}

/** Reads a model as a graph of its layers; nested models are one layer each. */
export function readGraph(model: tf.LayersModel): Graph<tf.layers.Layer> {
  const nodes = inOrder([...model.inputs, ...model.outputs].map(nodeOf));
  const ids = new Map(nodes.map((node, id) => [node, id]));
  const refTo = (tensor: tf.SymbolicTensor): Ref => ({
    call: ids.get(nodeOf(tensor))!,
    index: tensor.outputTensorIndex ?? 0,
  });
  const calls = nodes.map((node, id) => ({
    id,
    part: node.outboundLayer,
    inputs: isInput(node) ? [] : node.inputTensors.map(refTo),
    options: plainOptions(node.callArgs ?? {}),
    shapes: node.outputTensors.map(({ shape }) => shape),
  }));
  return {
    calls: new Map(calls.map((call) => [call.id, call])),
    inputs: model.inputs.map(refTo),
    outputs: model.outputs.map(refTo),
  };
}

/** tfjs makes the tensor of an input its own input. */
function isInput(node: ModelNode): boolean {
  return isInputLayer(node.outboundLayer);
}

export function isInputLayer(layer: tf.layers.Layer): boolean {
  return layer instanceof builtin('InputLayer');
}

/** Initial states and constants are among the inputs of the node already. */
function plainOptions(options: Record<string, unknown>): Record<string, unknown> {
  const { initialState: _, constants: __, ...plain } = options;
  return plain;
}

/** The given nodes and all that they depend on, each after its inputs. A loop, since deep models overflow recursion. */
function inOrder(ends: readonly ModelNode[]): ModelNode[] {
  const order: ModelNode[] = [];
  const state = new Map<ModelNode, 'open' | 'done'>();
  for (const end of ends) {
    const stack = [end];
    for (let node = stack.at(-1); node; node = stack.at(-1)) {
      const sources = isInput(node) ? [] : node.inputTensors.map(nodeOf);
      const waiting = sources.filter((source) => state.get(source) !== 'done');
      if (state.get(node) === 'done' || waiting.length === 0) {
        if (state.get(node) !== 'done') order.push(node);
        state.set(node, 'done');
        stack.pop();
        continue;
      }
      state.set(node, 'open');
      if (waiting.some((source) => state.get(source) === 'open')) {
        throw new ArgumentError(
          'fold',
          'model',
          'a graph without a cycle',
          `one at ${node.outboundLayer.name}`,
        );
      }
      stack.push(...waiting.reverse());
    }
  }
  return order;
}

export function callAt<Part>(graph: Graph<Part>, id: number): Call<Part> {
  return graph.calls.get(id)!;
}

/** The calls that take an output of each call, by its number. */
export function usesOf<Part>(graph: Graph<Part>): ReadonlyMap<number, readonly Call<Part>[]> {
  const uses = new Map<number, Call<Part>[]>([...graph.calls.keys()].map((id) => [id, []]));
  for (const call of graph.calls.values()) {
    for (const source of new Set(call.inputs.map((ref) => ref.call))) uses.get(source)?.push(call);
  }
  return uses;
}

export function isOutput<Part>(graph: Graph<Part>, id: number): boolean {
  return graph.outputs.some(({ call }) => call === id);
}

/** Takes a call with one input out: whoever took its output takes its input. */
export function without<Part>(graph: Graph<Part>, id: number): Graph<Part> {
  const source = callAt(graph, id).inputs[0]!;
  const redirected = (refs: readonly Ref[]) =>
    refs.some(({ call }) => call === id) ? refs.map((ref) => (ref.call === id ? source : ref)) : refs;
  const rest = [...graph.calls.values()].filter((call) => call.id !== id);
  return {
    calls: new Map(rest.map((call) => [call.id, { ...call, inputs: redirected(call.inputs) }])),
    inputs: graph.inputs,
    outputs: redirected(graph.outputs),
  };
}

/** Puts other parts in the place of some, at every call that has them. */
export function withParts<Part>(graph: Graph<Part>, changed: ReadonlyMap<Part, Part>): Graph<Part> {
  return mapParts(graph, (part) => changed.get(part) ?? part);
}

/** The same graph of other parts. */
export function mapParts<From, To>(graph: Graph<From>, f: (part: From) => To): Graph<To> {
  const calls = [...graph.calls.values()].map((call) => ({ ...call, part: f(call.part) }));
  return { ...graph, calls: new Map(calls.map((call) => [call.id, call])) };
}
