import type * as tf from '@tensorflow/tfjs';
import type { NativeBackend } from '../../tfjs/native-backend.js';
import type { StepFields } from '../../tfjs/step-fields.js';
import { errorOf, type Numbers } from './error-of.js';
import { tensorOf } from './origins.js';
import type { Program } from './program.js';
import type { Data, Tape } from './tape.js';

/** Largest error of a graph against the step op by op, relative to the largest number of a tensor: what rounding makes. */
const ROUNDING = 1e-4;

/**
 * The largest share of all weights that may be further off, by no more than they moved: a weight whose gradient is 0 but
 * for rounding, as that of a bias before a normalization, is moved by Adam as far as any other, to either side.
 */
const MOST_NOISE = 0.05;

/** What a step began with, kept while it runs. */
export interface Held {
  idOf(source: number): number;
  idOfVariable(variable: tf.Variable): number;
  letGo(): void;
}

/** Keeps all that a step like the one on the tape reads, so that it can be made again from the same values. */
export function hold(tape: Tape, data: Data, fields: StepFields, backend: NativeBackend): Held {
  const ids = new Map<object, number>();
  const kept: object[] = [];
  const keep = (key: object, tensor: tf.TensorInfo): number => {
    const known = ids.get(key);
    if (known !== undefined) return known;
    const id = backend.getInputTensorIds([tensor])[0]!;
    backend.incRef(tensor.dataId);
    kept.push(tensor.dataId);
    ids.set(key, id);
    return id;
  };
  const sources = tape.sources.map((source) => {
    const tensor = tensorOf(source, data, fields);
    return keep(source.from === 'variable' ? source.variable : tensor.dataId, tensor);
  });
  for (const { variable } of tape.writes) keep(variable, variable);
  for (const { inputs } of tape.ops) {
    for (const ref of inputs) if ('mirror' in ref) keep(ref.mirror, ref.mirror);
  }
  return {
    idOf: (source) => sources[source]!,
    idOfVariable: (variable) => ids.get(variable)!,
    letGo: () => {
      for (const dataId of kept) backend.disposeData(dataId);
    },
  };
}

/**
 * Makes a step that has just run op by op once more as a graph, and compares everything that it left.
 *
 * @returns what is wrong; null where nothing is
 */
export function check(
  program: Program,
  held: Held,
  results: readonly tf.Tensor[],
  fields: StepFields,
  backend: NativeBackend,
): string | null {
  const { binding } = backend;
  const outputs = program.repeat(held.idOf, held.idOfVariable);
  const read = (id: number) => binding.tensorDataSync(id) as Numbers;
  const ofGraph = (at: number) => read(outputs[at]!.id);
  const opByOp = (tensor: tf.Tensor) => read(backend.getInputTensorIds([tensor])[0]!);
  try {
    const { writes, states } = program.outputs;
    for (const [at, result] of results.entries()) {
      const { error } = errorOf(ofGraph(at), opByOp(result));
      if (!(error <= ROUNDING)) return told(`result ${at}`, error);
    }
    for (const { field, at } of states) {
      const { error } = errorOf(ofGraph(at), opByOp(fields.valueOf(field) as tf.Tensor));
      if (!(error <= ROUNDING)) return told(fields.describe(field), error);
    }
    let noise = 0;
    for (const { variable, at } of writes) {
      const before = read(held.idOfVariable(variable));
      const { error, isWithinMove } = errorOf(ofGraph(at), opByOp(variable), before);
      if (error <= ROUNDING) continue;
      if (!isWithinMove) return told(`weight ${variable.name}`, error);
      noise += variable.size;
      if (noise > MOST_NOISE * totalOf(writes)) return told(`weight ${variable.name}`, error);
    }
    return null;
  } finally {
    for (const { id } of outputs) binding.deleteTensor(id);
    program.letGo();
  }
}

const totalOf = (writes: readonly { variable: tf.Variable }[]): number =>
  writes.reduce((sum, { variable }) => sum + variable.size, 0);

const told = (what: string, error: number): string =>
  `its graph computes ${what} with an error of ${error.toPrecision(2)}`;
