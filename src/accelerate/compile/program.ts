import * as tf from '@tensorflow/tfjs';
import { messageOf } from '../../errors/caught.js';
import type { NativeBackend, NativeTensor } from '../../tfjs/native-backend.js';
import { freeData, setData } from '../../tfjs/native-data.js';
import { countStep } from '../../tfjs/optimizers.js';
import type { StepFields } from '../../tfjs/step-fields.js';
import { release } from '../optimizers/native-variables.js';
import type { Graph } from './graph.js';
import { tensorOf } from './origins.js';
import type { Session } from './session.js';
import { type Data, placeOf, type Tape } from './tape.js';

/** For each variable that a session updates in place, the program that has its value. */
const owners = new WeakMap<tf.Variable, Program>();

/** A step that runs as a graph: what it is given, and what becomes of its results. */
export class Program {
  private readonly feedNames: string;
  private readonly fetchNames: string;
  /** The tensors that this program gave to its resident variables, by their ids; another id means another value. */
  private readonly given = new Map<tf.Variable, number>();
  private runs = 0;

  constructor(
    private readonly tape: Tape,
    private readonly graph: Graph,
    private readonly session: Session,
    private readonly fields: StepFields,
    private readonly optimizer: tf.Optimizer | null,
    private readonly backend: NativeBackend,
  ) {
    this.feedNames = graph.feeds.map(({ name }) => `${name}:0`).join(',');
    this.fetchNames = graph.fetches.join(',');
    // What a function of the user keeps stays as long as the graph that was made with it.
    for (const source of tape.sources) if (source.from === 'elsewhere') backend.incRef(source.tensor.dataId);
  }

  get steps(): number {
    return this.runs;
  }

  get size(): { calls: number; nodes: number; bytes: number } {
    return { calls: this.tape.calls, nodes: this.graph.step.nodes.length, bytes: this.session.bytes };
  }

  /** One step; null where it would decide otherwise than the one that was recorded, and nothing is done then. */
  run(data: Data): tf.Tensor[] | null {
    const { tape, graph, backend, optimizer } = this;
    const undos = tape.advances.map((next) => next());
    const takeBack = () => {
      for (const undo of undos.reverse()) undo();
    };
    let outputs: NativeTensor[];
    try {
      if (tape.decisions.some(({ decide, made }) => decide() !== made)) {
        takeBack();
        return null;
      }
      this.takeOver((variable) => backend.getInputTensorIds([variable])[0]!);
      const constants = this.constants((i) => tape.constants[i]!.read!());
      for (const { variable } of graph.residents) freeData(variable, backend);
      outputs = this.fetch((i) => this.idOf(i, data), constants);
    } catch (error) {
      takeBack();
      this.restore();
      throw named(error, tape);
    }
    for (const { variable, at } of graph.writes) setData(variable, outputs[at]!, backend);
    for (const { variable } of graph.residents) this.given.set(variable, this.idOfVariable(variable));
    for (const { field, at } of graph.states)
      setData(this.fields.valueOf(field) as tf.Tensor, outputs[at]!, backend);
    for (let i = 0; i < tape.iterations; i++) if (optimizer) countStep(optimizer);
    this.runs++;
    return this.results(outputs);
  }

  /**
   * The step that was recorded last, once more from the values that it began with: its results, and the values of the
   * variables after it, as tensors of TensorFlow's that the caller deletes.
   */
  repeat(idOf: (source: number) => number, idOfVariable: (variable: tf.Variable) => number): NativeTensor[] {
    this.takeOver(idOfVariable);
    return this.fetch(
      idOf,
      this.constants((i) => this.tape.constants[i]!.values as Float32Array),
    );
  }

  /** The places of what is written among the outputs of a run, of which the results of the step are the first. */
  get outputs(): Pick<Graph, 'writes' | 'states'> {
    return this.graph;
  }

  /** Frees the values that the session holds; the tensors of tfjs have their own. */
  letGo(): void {
    const { residents } = this.graph;
    if (this.given.size === 0 || !this.session.isOpen) return;
    this.given.clear();
    const names = residents.map(({ freed }) => freed).join(',');
    for (const { id } of this.session.run([], '', names)) this.backend.binding.deleteTensor(id);
  }

  /** What is to be done when nobody uses it any more; it keeps nothing of the model alive. */
  get closing(): () => void {
    const { session, backend } = this;
    const kept = this.tape.sources.flatMap((source) =>
      source.from === 'elsewhere' ? [source.tensor.dataId] : [],
    );
    return () => {
      session.close();
      for (const dataId of kept) backend.disposeData(dataId);
    };
  }

  /** Makes the session's variables have the current values, where somebody else has changed one since. */
  private takeOver(idOf: (variable: tf.Variable) => number): void {
    const { residents } = this.graph;
    const ids = residents.map(({ variable }) => idOf(variable));
    if (residents.every(({ variable }, i) => this.given.get(variable) === ids[i])) return;
    for (const { variable } of residents) {
      const owner = owners.get(variable);
      if (owner !== this) owner?.letGo();
      owners.set(variable, this);
      release(variable);
    }
    const inputs = residents.map(({ value }) => value).join(',');
    const done = this.session.run(ids, inputs, residents.map(({ assigned }) => assigned).join(','));
    for (const { id } of done) this.backend.binding.deleteTensor(id);
    for (const [i, { variable }] of residents.entries()) this.given.set(variable, ids[i]!);
  }

  private fetch(idOf: (source: number) => number, constants: Map<number, number>): NativeTensor[] {
    try {
      const ids = this.graph.feeds.map(({ source, constant }) =>
        source === undefined ? constants.get(constant!)! : idOf(source),
      );
      return this.session.run(ids, this.feedNames, this.fetchNames);
    } finally {
      for (const id of constants.values()) this.backend.binding.deleteTensor(id);
    }
  }

  /** Tensors of the constants that are read anew, by number. */
  private constants(valuesOf: (constant: number) => Float32Array | Int32Array): Map<number, number> {
    const made = new Map<number, number>();
    for (const { constant } of this.graph.feeds) {
      if (constant === undefined) continue;
      const { shape, dtype } = this.tape.constants[constant]!;
      made.set(constant, this.backend.binding.createTensor([...shape], dtype, valuesOf(constant)));
    }
    return made;
  }

  private idOf(i: number, data: Data): number {
    return this.backend.getInputTensorIds([tensorOf(this.tape.sources[i]!, data, this.fields)])[0]!;
  }

  private idOfVariable(variable: tf.Variable): number {
    return this.backend.tensorMap.get(variable.dataId).id;
  }

  /** After a run that failed: gives the variables, which were freed for it, what the session has. */
  private restore(): void {
    for (const { variable, read } of this.graph.residents) {
      if (this.idOfVariable(variable) >= 0) continue;
      const [value] = this.session.run([], '', read);
      setData(variable, value!, this.backend);
    }
    this.given.clear();
  }

  private results(outputs: NativeTensor[]): tf.Tensor[] {
    return this.tape.results.map(({ kept }, i) => {
      const result = this.backend.createOutputTensor(outputs[i]!);
      return kept ? tf.keep(result) : result;
    });
  }
}

/** An error of TensorFlow's that says which op of the step failed, in which layer, and not which node of the graph. */
function named(error: unknown, { ops }: Tape): unknown {
  const message = messageOf(error);
  const number = /\bnode o(\d+)\b/.exec(message)?.[1];
  const op = number === undefined ? undefined : ops[Number(number)];
  if (!op) return error;
  const [reason] = message
    .replace('Session fail to run with error: ', '')
    .replace(/\{\{.*?\}\}\s*/g, '')
    .split('\n');
  return new Error(`${placeOf(op.name, op.layer)}: ${reason}`, { cause: error });
}
