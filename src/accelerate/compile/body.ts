import type * as tf from '@tensorflow/tfjs';
import type { GraphAttribute, GraphNode } from '../../tfjs/graph-def.js';
import { bytesOf } from './bytes.js';
import { outputName } from './op-outputs.js';
import { inputTypes } from './op-types.js';
import type { Ref, Tape } from './tape.js';

export const FLOAT = 1;
/** The kind of an attribute that is a type, as the C API numbers it. */
const TYPE = 4;

export const typed = (name: string, value: number): GraphAttribute => ({ name, type: TYPE, value });

/** The nodes of a step, what it is given, and what it returns. */
export interface Body {
  nodes: GraphNode[];
  /** What each run is given: tensors from outside, and constants that are read anew. */
  feeds: { name: string; dtype: number; shape: readonly number[]; source?: number; constant?: number }[];
  /** Variables of TensorFlow's that mirror those of tfjs; a resident one keeps its value from step to step. */
  variables: { name: string; variable: tf.Variable; isResident: boolean }[];
  /** First the results of the step, then what it writes, then what it leaves in fields. */
  fetches: { from: string; dtype: number }[];
  /** By places in `fetches`. */
  writes: { variable: tf.Variable; at: number }[];
  states: { field: number; at: number }[];
}

/** oneDNN's ops by the ones that they stand for, which XLA knows. */
const STAND_FOR: Record<string, string> = { _MklSoftmax: 'Softmax' };

/** Ops that throw for some values: places that are outside, integers divided by 0. */
const FAILING = new Set(
  'FloorDiv FloorMod GatherV2 GatherNd ScatterNd TensorScatterUpdate SparseToDense UnsortedSegmentSum'.split(
    ' ',
  ),
);

const withoutOneDnn = (tape: Tape): Tape => ({
  ...tape,
  ops: tape.ops.map((op) => {
    const name = STAND_FOR[op.name];
    return name ? { ...op, name, attributes: op.attributes.filter(({ name }) => name !== '_kernel') } : op;
  }),
});

/**
 * The ops of a tape as nodes. Equal ones become one, and what nothing needs is left out.
 *
 * @throws Error for an op that cannot be part of a function
 */
export function bodyOf(tape: Tape, portable = false): Body {
  return new Builder(portable ? withoutOneDnn(tape) : tape).body();
}

class Builder {
  private readonly nodes: GraphNode[] = [];
  private readonly feeds: Body['feeds'] = [];
  private readonly names: Map<tf.Variable, string>;
  private readonly residents: Set<tf.Variable>;
  /** For each variable, the nodes that have to run before the next one that touches it. */
  private readonly before = new Map<tf.Variable, string[]>();
  /** The nodes that may fail by their values: no variable is updated before them, or a step that throws would be half made. */
  private readonly failing: string[] = [];
  /** Names of what was made, by what it is; of equal ops, that of the first. */
  private readonly made = new Map<string, string>();

  constructor(private readonly tape: Tape) {
    const mirrors = [...mirrorsOf(tape)];
    this.names = new Map(mirrors.map((variable, i) => [variable, `v${i}`]));
    this.residents = new Set(mirrors.filter((variable) => isResident(variable, tape)));
  }

  body(): Body {
    const { tape, names, residents } = this;
    for (const [variable, name] of names) this.begin(variable, name);
    for (const i of tape.ops.keys()) this.op(i);
    const { results, writes, states } = tape;
    const fetches = [...results, ...writes, ...states].map(({ ref }) => ({
      from: this.input(ref),
      dtype: this.dtypeOf(ref),
    }));
    return {
      nodes: needed(this.nodes, fetches),
      feeds: this.feeds,
      variables: [...names].map(([variable, name]) => ({
        name,
        variable,
        isResident: residents.has(variable),
      })),
      fetches,
      writes: writes.map(({ variable }, i) => ({ variable, at: results.length + i })),
      states: states.map(({ field }, i) => ({ field, at: results.length + writes.length + i })),
    };
  }

  private node(op: string, name: string, inputs: string[], attributes: GraphAttribute[]): void {
    this.nodes.push({ op, name, inputs, attributes });
  }

  /** Reads a resident variable as the step begins, or gives another one its value. */
  private begin(variable: tf.Variable, name: string): void {
    const dtype = [typed('dtype', FLOAT)];
    const isKept = this.residents.has(variable);
    const first = isKept ? `${name}_read` : `${name}_set`;
    if (isKept) this.node('ReadVariableOp', first, [name], dtype);
    else this.node('AssignVariableOp', first, [name, this.input({ source: this.sourceOf(variable) })], dtype);
    this.before.set(variable, [first]);
  }

  private sourceOf(variable: tf.Variable): number {
    const { sources } = this.tape;
    const found = sources.findIndex((one) => one.from === 'variable' && one.variable === variable);
    return found >= 0
      ? found
      : sources.push({ from: 'variable', variable, dtype: FLOAT, shape: variable.shape }) - 1;
  }

  private op(i: number): void {
    const { name: op, inputs } = this.tape.ops[i]!;
    const attributes = this.attributesOf(i);
    const touched = inputs.flatMap((ref) => ('mirror' in ref ? [ref.mirror] : []));
    const given = inputs.map((ref) => this.input(ref));
    const same = JSON.stringify([op, attributes, given]);
    const known = touched.length === 0 ? this.made.get(same) : undefined;
    const name = known ?? `o${i}`;
    this.made.set(`op ${i}`, name);
    // What reads a variable comes before what updates it, which else would have to copy it.
    for (const variable of this.readBy(inputs)) this.before.get(variable)?.push(name);
    if (known) return;
    this.made.set(same, name);
    if (touched.length === 0 && FAILING.has(op)) this.failing.push(name);
    const control = new Set(
      touched.flatMap((variable) => [...(this.before.get(variable) ?? []), ...this.failing]),
    );
    control.delete(name);
    this.node(op, name, [...given, ...[...control].map((before) => `^${before}`)], attributes);
    for (const variable of touched) this.before.set(variable, [name]);
  }

  /** The attributes of an op, of which those that are the type of an input follow it, as they do where ops run one by one. */
  private attributesOf(i: number): GraphAttribute[] {
    const { name: op, inputs, attributes } = this.tape.ops[i]!;
    const types = inputTypes(op).map(([name, at]) => ({
      name,
      type: TYPE,
      value: this.dtypeOf(inputs[at]!),
    }));
    return [...attributes.filter(({ name }) => !types.some((one) => one.name === name)), ...types];
  }

  /** The resident variables of which an op is given the value that they began with. */
  private readBy(inputs: readonly Ref[]): tf.Variable[] {
    return inputs.flatMap((ref) => {
      const source = 'source' in ref ? this.tape.sources[ref.source] : undefined;
      return source?.from === 'variable' && this.residents.has(source.variable) ? [source.variable] : [];
    });
  }

  /** How a node refers to something. */
  private input(ref: Ref): string {
    if ('mirror' in ref) return this.names.get(ref.mirror)!;
    if ('source' in ref) return this.source(ref.source);
    if ('constant' in ref) return this.constant(ref.constant);
    const { name } = this.tape.ops[ref.op]!;
    const output = outputName(name, ref.output);
    if (output === null) throw new Error(`TensorFlow's op ${name} is none that is known here`);
    return `${this.made.get(`op ${ref.op}`)!}:${output}`;
  }

  private source(source: number): string {
    const given = this.tape.sources[source]!;
    if (given.from === 'variable' && this.residents.has(given.variable)) {
      return `${this.names.get(given.variable)!}_read:value:0`;
    }
    const name = `s${source}`;
    if (!this.feeds.some((feed) => feed.source === source)) {
      this.feeds.push({ name, source, dtype: given.dtype, shape: given.shape });
    }
    return name;
  }

  private constant(constant: number): string {
    const { dtype, shape, values, read } = this.tape.constants[constant]!;
    const name = `c${constant}`;
    if (read) {
      if (!this.feeds.some((feed) => feed.constant === constant)) {
        this.feeds.push({ name, constant, dtype, shape });
      }
      return name;
    }
    const bytes = bytesOf(values, dtype, shape);
    const same = `constant ${dtype} ${shape} ${bytes.length < 64 ? bytes : name}`;
    const known = this.made.get(same);
    if (known) return known;
    const value = { name: 'value', constant: { dtype, shape, bytes } };
    this.node('Const', name, [], [typed('dtype', dtype), value]);
    this.made.set(same, `${name}:output:0`);
    return `${name}:output:0`;
  }

  private dtypeOf(ref: Ref): number {
    const { ops, sources, constants } = this.tape;
    if ('op' in ref) return ops[ref.op]!.outputs[ref.output]!.dtype;
    if ('source' in ref) return sources[ref.source]!.dtype;
    return 'constant' in ref ? constants[ref.constant]!.dtype : FLOAT;
  }
}

const mirrorsOf = ({ ops }: Tape): Set<tf.Variable> =>
  new Set(ops.flatMap(({ inputs }) => inputs.flatMap((ref) => ('mirror' in ref ? [ref.mirror] : []))));

/** Whether only updates in place change a variable, so that its last value is what TensorFlow's variable holds. */
function isResident(variable: tf.Variable, { ops, writes }: Tape): boolean {
  const touching = ops.flatMap(({ name, inputs }, op) =>
    inputs.some((ref) => 'mirror' in ref && ref.mirror === variable) ? [{ name, op }] : [],
  );
  const last = touching.at(-1)!;
  const write = writes.find((one) => one.variable === variable);
  return (
    write !== undefined &&
    'op' in write.ref &&
    write.ref.op === last.op &&
    touching.every(({ name }) => name !== 'AssignVariableOp')
  );
}

/**
 * The nodes that results come from. One that only has to run before another is left out with that condition, unless it
 * changes a variable: the gradient of an input that nobody asked for reads a kernel, and comes before its update.
 */
function needed(nodes: GraphNode[], fetches: Body['fetches']): GraphNode[] {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const open = fetches.map(({ from }) => from);
  const found = new Set<string>();
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [name] = next.replace('^', '').split(':') as [string];
    const node = byName.get(name);
    if (!node || found.has(name) || (next.startsWith('^') && !isEffect(node))) continue;
    found.add(name);
    open.push(...node.inputs);
  }
  return nodes
    .filter(({ name }) => found.has(name))
    .map((node) => ({
      ...node,
      inputs: node.inputs.filter((input) => !input.startsWith('^') || found.has(input.slice(1))),
    }));
}

/** Whether a node changes a variable or reads one at a time that matters. */
const isEffect = ({ op }: GraphNode): boolean => /^(Resource|Assign|ReadVariable)/.test(op);
