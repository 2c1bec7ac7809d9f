import type { NativeAttribute, NativeValues } from '../../tfjs/native-backend.js';
import { type Constant, type Op, placeOf, type Ref, type Source, type Tape } from './tape.js';

/**
 * Why two recordings of a step are not the same one; null if they are, so that either stands for every step. What may
 * differ is what is read anew: values that a step told of.
 */
export function difference(a: Tape, b: Tape): string | null {
  const problem = a.problem ?? b.problem;
  if (problem) return problem;
  const sameRef = sameRefOf(a, b);
  const op = firstUnlike(a.ops, b.ops, (one, other) => sameOp(one, other, sameRef));
  if (op) return `${placeOf(op.name, op.layer)} is not the same at each step`;
  const constant = firstUnlike(a.constants, b.constants, sameConstant);
  if (constant) return `${numberIn(constant, a, b)} at each step, and nobody says how`;
  if (!sameEffects(a, b, sameRef)) return 'it changes other weights at each step';
  if (a.decisions.some(({ made }, i) => made !== b.decisions[i]?.made)) {
    return 'it is decided in another way at each step';
  }
  return a.advances.length === b.advances.length ? null : 'it draws other numbers at each step';
}

/** Of the first place where two lists differ, what the second has there, or else the first. */
function firstUnlike<T>(a: readonly T[], b: readonly T[], same: (a: T, b: T) => boolean): T | undefined {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const [one, other] = [a[i], b[i]];
    if (!one || !other || !same(one, other)) return other ?? one;
  }
  return undefined;
}

function numberIn(constant: Constant, ...tapes: Tape[]): string {
  const users = tapes.flatMap(({ ops, constants }) =>
    ops.filter(({ inputs }) =>
      inputs.some((ref) => 'constant' in ref && constants[ref.constant] === constant),
    ),
  );
  const [user] = users;
  const place = user ? placeOf(user.name, user.layer) : placeOf('an op', constant.layer);
  return `a number that ${place} computes with is another one`;
}

type SameRef = (a: Ref, b: Ref) => boolean;

/** Tensors from outside are the same by where they come from: their numbers follow from what else was read before. */
const sameRefOf =
  (a: Tape, b: Tape): SameRef =>
  (one, other) => {
    if ('source' in one)
      return 'source' in other && sameSource(a.sources[one.source], b.sources[other.source]);
    if ('constant' in one) return 'constant' in other && one.constant === other.constant;
    if ('mirror' in one) return 'mirror' in other && one.mirror === other.mirror;
    return 'op' in other && one.op === other.op && one.output === other.output;
  };

const sameOp = (a: Op, b: Op, sameRef: SameRef): boolean =>
  a.name === b.name &&
  sameList(a.inputs, b.inputs, sameRef) &&
  sameList(a.attributes, b.attributes, sameAttribute) &&
  sameList(a.outputs, b.outputs, (a, b) => a.dtype === b.dtype && sameNumbers(a.shape, b.shape));

const sameAttribute = (a: NativeAttribute, b: NativeAttribute): boolean =>
  a.name === b.name &&
  a.type === b.type &&
  (a.value === b.value || JSON.stringify(a.value) === JSON.stringify(b.value));

const sameConstant = (a: Constant, b: Constant): boolean =>
  a.dtype === b.dtype &&
  sameNumbers(a.shape, b.shape) &&
  (a.read === null) === (b.read === null) &&
  (a.read !== null || sameValues(a.values, b.values));

function sameSource(a: Source | undefined, b: Source | undefined): boolean {
  if (a?.from === 'data') return b?.from === 'data' && a.index === b.index;
  if (a?.from === 'variable') return b?.from === 'variable' && a.variable === b.variable;
  if (a?.from === 'field') return b?.from === 'field' && a.field === b.field;
  return a?.from === 'elsewhere' && b?.from === 'elsewhere' && a.tensor.dataId === b.tensor.dataId;
}

const sameEffects = (a: Tape, b: Tape, sameRef: SameRef): boolean =>
  sameList(a.results, b.results, (a, b) => sameRef(a.ref, b.ref)) &&
  sameList(a.writes, b.writes, (a, b) => a.variable === b.variable && sameRef(a.ref, b.ref)) &&
  sameList(a.states, b.states, (a, b) => a.field === b.field && sameRef(a.ref, b.ref));

const sameList = <T>(a: readonly T[], b: readonly T[], same: (a: T, b: T) => boolean): boolean =>
  a.length === b.length && a.every((one, i) => same(one, b[i] as T));

const sameNumbers = (a: readonly number[], b: readonly number[]): boolean => sameList(a, b, Object.is);

function sameValues(a: NativeValues, b: NativeValues): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return false;
  return true;
}
