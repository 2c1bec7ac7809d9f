import type * as tf from '@tensorflow/tfjs';
import type { GraphAttribute, GraphFunction, GraphNode } from '../../tfjs/graph-def.js';
import { type Body, bodyOf, FLOAT, typed } from './body.js';
import type { Tape } from './tape.js';

/** How TensorFlow makes a graph run: as it is, op by op with the same bits, or compiled by XLA into code of its own. */
export type Engine = 'graph' | 'xla';

/** A step as a graph, and by which of its nodes a session is fed and asked. */
export interface Graph extends Pick<Body, 'feeds' | 'writes' | 'states'> {
  nodes: GraphNode[];
  step: GraphFunction;
  fetches: string[];
  /** Variables that the session keeps and updates in place, with what gives them a value, frees it, and reads it. */
  residents: { variable: tf.Variable; value: string; assigned: string; freed: string; read: string }[];
}

/** XLA takes some milliseconds an op, and cannot be stopped. */
const MOST_FOR_XLA = 3000;

const RESOURCE = 20;
/** The kinds of attributes, as the C API numbers them. */
const [TEXT, SHAPE] = [0, 5];

/**
 * TensorFlow's ConfigProto `graph_options { rewrite_options { disable_meta_optimizer: true } }`: a graph that is rewritten
 * rounds otherwise, and gains nothing here.
 */
const AS_IT_IS = Uint8Array.of(0x52, 5, 0x52, 3, 0x98, 1, 1);

/**
 * A tape as a graph of TensorFlow's: one call of a function that is the step. Variables that a training op updates in place
 * are variables of the session, so that no copy of them is made.
 */
export function graphOf(tape: Tape, engine: Engine): Graph {
  if (engine === 'xla' && tape.ops.length > MOST_FOR_XLA) {
    throw new Error(
      `XLA would take minutes to compile its ${tape.ops.length} ops; it takes at most ${MOST_FOR_XLA}`,
    );
  }
  const body = bodyOf(tape, engine === 'xla');
  const variables = body.variables.map(({ variable, name }) => variableNode(name, variable.shape));
  const feeds = body.feeds.map(({ name, dtype, shape }) => placeholder(name, dtype, shape));
  const args = [
    ...body.feeds.map(({ name, dtype }) => ({ name, dtype })),
    ...body.variables.map(({ name }) => ({ name, dtype: RESOURCE })),
  ];
  const results = body.fetches.map(({ from, dtype }, i) => ({ name: `r${i}`, dtype, from }));
  const call: GraphNode = {
    name: 'call',
    op: 'StatefulPartitionedCall',
    inputs: args.map(({ name }) => name),
    attributes: [
      { name: 'f', calls: 'step' },
      { name: 'Tin', types: args.map(({ dtype }) => dtype) },
      { name: 'Tout', types: results.map(({ dtype }) => dtype) },
      engine === 'xla' ? { name: '_XlaMustCompile', flag: true } : { name: 'config_proto', bytes: AS_IT_IS },
    ],
  };
  const kept = body.variables.filter(({ isResident }) => isResident);
  return {
    ...{ feeds: body.feeds, writes: body.writes, states: body.states },
    nodes: [
      ...variables,
      ...feeds,
      call,
      ...kept.flatMap(({ name, variable }) => upkeep(name, variable.shape)),
    ],
    step: { name: 'step', args, results, nodes: body.nodes },
    fetches: results.map((_, i) => `call:${i}`),
    residents: kept.map(({ name, variable }) => ({
      variable,
      value: `${name}_value:0`,
      assigned: `${name}_assigned:0`,
      freed: `${name}_freed:0`,
      read: `${name}_read:0`,
    })),
  };
}

const shaped = (value: readonly number[]): GraphAttribute => ({ name: 'shape', type: SHAPE, value });

const text = (name: string, value: string): GraphAttribute => ({ name, type: TEXT, value });

const placeholder = (name: string, dtype: number, shape: readonly number[]): GraphNode => ({
  ...{ name, op: 'Placeholder', inputs: [] },
  attributes: [typed('dtype', dtype), shaped(shape)],
});

const variableNode = (name: string, shape: readonly number[]): GraphNode => ({
  ...{ name, op: 'VarHandleOp', inputs: [] },
  attributes: [typed('dtype', FLOAT), shaped(shape), text('shared_name', name), text('container', '')],
});

/** What gives one of the session's variables a value, frees it, and reads it. */
function upkeep(name: string, shape: readonly number[]): GraphNode[] {
  const node = (part: string, op: string, inputs: string[], attributes: GraphAttribute[]): GraphNode => ({
    ...{ name: `${name}_${part}`, op, inputs, attributes },
  });
  const dtype = typed('dtype', FLOAT);
  const nothing = { dtype: FLOAT, shape: [], bytes: new Uint8Array(4) };
  return [
    placeholder(`${name}_value`, FLOAT, shape),
    node('assign', 'AssignVariableOp', [name, `${name}_value`], [dtype]),
    node('assigned', 'Const', [`^${name}_assign`], [dtype, { name: 'value', constant: nothing }]),
    node('free', 'DestroyResourceOp', [name], [{ name: 'ignore_lookup_error', flag: true }]),
    node('freed', 'Const', [`^${name}_free`], [dtype, { name: 'value', constant: nothing }]),
    node('read', 'ReadVariableOp', [name], [dtype]),
  ];
}
