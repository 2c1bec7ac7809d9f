import * as tf from '@tensorflow/tfjs';
import { recordingBy, type StepRecorder, type Values } from '../../steps/recorder.js';
import type { Binding, NativeBackend, NativeTensor, NativeValues } from '../../tfjs/native-backend.js';
import { upload } from '../../tfjs/native-data.js';
import type { StepFields } from '../../tfjs/step-fields.js';
import { bindingWith, type Watcher, watching } from '../../tfjs/watched-backend.js';
import { mirrored } from '../optimizers/native-variables.js';
import { Origins } from './origins.js';
import { separateData, separateVariables } from './separate.js';
import { type Data, placeOf, type Ref, type Tape } from './tape.js';

/** What a step is given and may read. */
export interface Scope {
  data: Data;
  fields: StepFields;
  optimizer: { readonly iterations: number } | null;
}

/** Ops whose results have a shape that depends on values. */
const SHAPED_BY_VALUES = new Set(['Where', 'Unique', 'UniqueV2', 'ListDiff', 'NonMaxSuppressionV3']);
/** Ops that draw numbers from a state of their own, which a graph would not share. */
const isStateful = (op: string): boolean => /^(Random|Truncated|Parameterized|Multinomial)/.test(op);

/**
 * Runs a step op by op and notes what TensorFlow is asked for. Its results and what it does to weights and fields are those
 * of any other step.
 */
export function record(
  backend: NativeBackend,
  scope: Scope,
  step: (data: tf.Tensor[]) => tf.Tensor[],
): { tape: Tape; results: tf.Tensor[] } {
  separateVariables(backend);
  const data = separateData(scope.data, backend);
  try {
    const recording = new Recording(backend, { ...scope, data });
    const iterations = scope.optimizer?.iterations ?? 0;
    const results = watching(backend, recording, () =>
      recordingBy(recording, () => tf.tidy(() => step(data))),
    );
    const tape = recording.finish(results);
    return { tape: { ...tape, iterations: (scope.optimizer?.iterations ?? 0) - iterations }, results };
  } finally {
    for (const x of new Set(data)) if (x && !x.kept) x.dispose();
  }
}

class Recording implements Watcher, StepRecorder {
  readonly layers: string[] = [];
  private readonly tape: Tape = {
    ...{ sources: [], constants: [], ops: [], results: [], writes: [], states: [] },
    ...{ advances: [], decisions: [], changes: [], iterations: 0, calls: 0, problem: null },
  };
  /** What each of TensorFlow's tensors is, by its id. */
  private readonly refs = new Map<number, Ref>();
  /** The tensors that this step made and that are still there. */
  private readonly alive = new Set<number>();
  private readonly origins: Origins;
  private readonly sources = new Map<object, number>();
  private readonly reads = new Map<NativeValues, () => Values>();
  private readonly before: { variables: Map<tf.Variable, object>; fields: readonly unknown[] };

  constructor(
    private readonly backend: NativeBackend,
    private readonly scope: Scope,
  ) {
    const { data, fields } = scope;
    const values = fields.read();
    const variables = variablesOn(backend);
    this.origins = new Origins(data, fields, values, variables);
    this.before = { variables: new Map(variables.map((v) => [v, v.dataId])), fields: values };
    for (const [handle, variable] of mirrored()) this.refs.set(handle, { mirror: variable });
  }

  advance: StepRecorder['advance'] = (next) => this.tape.advances.push(next);
  values: StepRecorder['values'] = (values, read) => this.reads.set(values, read);
  decision: StepRecorder['decision'] = (decide, made) => this.tape.decisions.push({ decide, made });
  changes: StepRecorder['changes'] = (owner, field, within) =>
    this.tape.changes.push({ owner, field, within });

  private get layer(): string | null {
    return this.layers.at(-1) ?? null;
  }

  private fail(problem: string): void {
    this.tape.problem ??= problem;
  }

  /** Uploads what was there before the step and is not yet TensorFlow's: it would look like a constant of the step. */
  inputs(tensors: readonly tf.TensorInfo[]): void {
    for (const tensor of tensors) {
      // tfjs-node hands over integers of 64 bits as objects of its own, which are no tensors.
      if (!tensor.dataId || this.sources.has(tensor.dataId)) continue;
      const data = this.backend.tensorMap.get(tensor.dataId);
      const source = this.origins.of(tensor, data, this.refs.has(data.id));
      if (!source) continue;
      upload(data, this.real);
      const { dtype, shape } = data;
      this.sources.set(tensor.dataId, this.tape.sources.push({ ...source, dtype, shape }) - 1);
      this.refs.set(data.id, { source: this.tape.sources.length - 1 });
    }
  }

  private real!: Binding;

  binding(real: Binding): Binding {
    this.real = real;
    this.origins.upload(this.backend, real);
    const counted =
      <Args extends unknown[], Result>(f: (...args: Args) => Result) =>
      (...args: Args): Result => {
        this.tape.calls++;
        return f(...args);
      };
    return bindingWith(real, {
      createTensor: counted((shape, dtype, values) => {
        const id = real.createTensor(shape, dtype, values);
        this.constant(id, shape, dtype, values);
        return id;
      }),
      executeOp: counted((name, attributes, inputs, outputs) => {
        const results = real.executeOp(name, attributes, inputs, outputs);
        this.op(name, attributes, inputs, results);
        return results;
      }),
      deleteTensor: counted((id) => {
        this.alive.delete(id);
        real.deleteTensor(id);
      }),
      tensorDataSync: (id) => {
        const ref = this.refs.get(id);
        const from = ref && 'op' in ref ? this.tape.ops[ref.op] : undefined;
        const what = from ? `the result of ${placeOf(from.name, from.layer)}` : 'a tensor';
        this.fail(`it reads ${what} into JavaScript`);
        return real.tensorDataSync(id);
      },
      runSavedModel: (...args) => {
        this.fail('it runs a saved model');
        return real.runSavedModel(...args);
      },
    });
  }

  private constant(id: number, shape: readonly number[], dtype: number, values: NativeValues): void {
    const read = this.reads.get(values) ?? null;
    const { layer } = this;
    this.tape.constants.push({ shape: [...shape], dtype, values, read, layer });
    this.refs.set(id, { constant: this.tape.constants.length - 1 });
    this.alive.add(id);
  }

  private op(
    name: string,
    attributes: Tape['ops'][number]['attributes'],
    ids: readonly number[],
    results: readonly NativeTensor[],
  ): void {
    const { layer } = this;
    if (SHAPED_BY_VALUES.has(name)) this.fail(`the shape of ${placeOf(name, layer)} depends on values`);
    if (isStateful(name)) this.fail(`${placeOf(name, layer)} draws random numbers from a state of its own`);
    if (name === 'AssignVariableOp' && this.mirrors(ids)) return;
    const inputs = ids.map((id) => this.refs.get(id) ?? this.unknown(name));
    const outputs = results.map(({ shape, dtype }) => ({ shape, dtype }));
    const op = this.tape.ops.push({ name, attributes, inputs, outputs, layer }) - 1;
    for (const [output, { id }] of results.entries()) {
      this.refs.set(id, { op, output });
      if (name !== 'VarHandleOp') this.alive.add(id);
    }
  }

  private unknown(name: string): Ref {
    this.fail(`${placeOf(name, this.layer)} is given a tensor from elsewhere`);
    return { constant: -1 };
  }

  /** Whether a mirror of TensorFlow's is given the value of its own variable, which a graph always has. */
  private mirrors([handle, id]: readonly number[]): boolean {
    const [mirror, value] = [this.refs.get(handle!), this.refs.get(id!)];
    const source = value && 'source' in value ? this.tape.sources[value.source] : undefined;
    if (!mirror || source?.from !== 'variable') return false;
    if ('mirror' in mirror) return mirror.mirror === source.variable;
    // One that was made just before, for this variable.
    const last = this.tape.ops.length - 1;
    if (!('op' in mirror) || mirror.op !== last || this.tape.ops[last]!.name !== 'VarHandleOp') return false;
    this.refs.set(handle!, { mirror: source.variable });
    this.tape.ops.pop();
    return true;
  }

  /** The tape of the step, once it has returned. */
  finish(results: readonly tf.Tensor[]): Tape {
    const { tape, backend, scope } = this;
    tape.results = results.map((result) => ({ ref: this.refOf(result), kept: result.kept }));
    for (const variable of variablesOn(backend)) {
      const data = this.before.variables.get(variable);
      if (data === undefined) this.fail('it makes variables');
      else if (data !== variable.dataId) tape.writes.push({ variable, ref: this.refOf(variable) });
    }
    for (const { owner, field } of tape.changes) scope.fields.release(owner, field);
    const now = scope.fields.read();
    for (const { field, tensor } of scope.fields.tensors(now)) {
      if (tensor !== this.before.fields[field]) tape.states.push({ field, ref: this.refOf(tensor) });
    }
    const changed = scope.fields.firstChange(this.before.fields, now);
    if (changed > 0)
      this.fail(`${scope.fields.describe(changed)} changes at each step, and nobody says what depends on it`);
    for (const { owner, field, within } of tape.changes) {
      const at = scope.fields.find(owner, field);
      if (!within && at >= 0 && this.before.fields[at] !== now[at])
        this.fail(`it changes ${scope.fields.describe(at)} itself, which a graph would not`);
    }
    if (this.alive.size > 0) this.fail('it keeps a tensor where only JavaScript finds it');
    return tape;
  }

  private refOf(tensor: tf.Tensor): Ref {
    if (!this.backend.tensorMap.has(tensor.dataId)) {
      this.fail('it returns a tensor of another backend');
      return { constant: -1 };
    }
    const data = this.backend.tensorMap.get(tensor.dataId);
    const { values, shape, dtype } = data;
    upload(data, this.real);
    if (values !== null) this.constant(data.id, shape, dtype, values);
    this.alive.delete(data.id);
    return this.refs.get(data.id) ?? this.unknown('a result');
  }
}

const variablesOn = ({ tensorMap }: NativeBackend): tf.Variable[] =>
  Object.values(tf.engine().registeredVariables).filter(
    (variable) => !variable.isDisposed && tensorMap.has(variable.dataId),
  );
