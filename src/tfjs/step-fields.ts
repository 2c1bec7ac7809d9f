import * as tf from '@tensorflow/tfjs';
import { sameStamp, stampOf } from './field-stamps.js';

/** How a field is checked: by what it is, by how many entries it has, or as a tensor, whose values may differ. */
type Kind = 'same' | 'size' | 'tensor';

type Holder = Record<string, unknown>;

type Stamp = ReturnType<typeof stampOf>;

/** Fields that no step reads: of the graph of layers, of names, of what a weight is made with, of what was kept before. */
const UNREAD = new Set([
  ...[
    'id',
    'name',
    'nameScope',
    'inboundNodes',
    'outboundNodes',
    '_refCount',
    '_addedWeightNames',
    '_updates',
  ],
  ...[
    'initialWeights',
    'fastWeightInitDuringBuild',
    'keptStates',
    'inputSpec',
    'stateSpec',
    'batchInputShape',
  ],
  'iterations_',
]);
const isUnread = (key: string): boolean =>
  UNREAD.has(key) || key.endsWith('Initializer') || key.startsWith('DEFAULT_');

/** What counts of a model and of a weight; of everything else, all that is its own. */
const OF_MODEL = ['layers', 'trainable_', '_callHook'];
const OF_EVALUATION = [...OF_MODEL, 'lossFunctions', 'metricsTensors'];
const OF_TRAINING = [...OF_EVALUATION, 'collectedTrainableWeights', 'optimizer_'];
const OF_WEIGHT = ['val', 'trainable_', 'constraint'];

const DEEPEST = 8;

function keysOf(value: object, ofRoot: string[] | null): string[] {
  if (value instanceof tf.LayersModel) return ofRoot ?? OF_MODEL;
  if (value instanceof tf.LayerVariable) return OF_WEIGHT;
  return Object.keys(value).filter((key) => !isUnread(key));
}

function kindOf(value: unknown): Kind {
  if (value instanceof tf.Variable || typeof value !== 'object' || value === null) return 'same';
  if (value instanceof tf.Tensor) return 'tensor';
  return Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype ? 'size' : 'same';
}

/** Whether there is something in it to look at. */
const isOpen = (value: unknown): value is object =>
  typeof value === 'object' &&
  value !== null &&
  !(value instanceof tf.Tensor || value instanceof tf.SymbolicTensor || ArrayBuffer.isView(value));

const sizeOf = (value: unknown): number =>
  typeof value === 'object' && value !== null ? Object.keys(value).length : -1;

/**
 * Every field of a model, its layers and its optimizer that a step may read, found once, and looked up again in a loop.
 * tfjs tells nobody when one of them changes.
 */
export class StepFields {
  private readonly parents: number[] = [];
  private readonly keys: string[] = [];
  private readonly kinds: Kind[] = [];
  private readonly first: unknown[] = [];
  private readonly depths: number[] = [];
  /** Fields of which more than what they are is checked, in the order in which their stamps follow the values. */
  private readonly stamped: number[] = [];
  /** Fields whose tensor has the data of another one's, with that one: an op that reads it does not say which it means. */
  private readonly twins = new Map<number, number>();
  /** Fields that may change, since a step tells all that depends on them. */
  private readonly free = new Set<number>();

  /** @param trains whether a step also updates weights, which evaluation and prediction do not */
  constructor(
    private readonly model: tf.LayersModel,
    trains: boolean,
  ) {
    const ofRoot = trains ? OF_TRAINING : OF_EVALUATION;
    const seen = new Set<object>([model]);
    this.add(-1, '', model, 0);
    for (let i = 0; i < this.first.length; i++) {
      const value = this.first[i];
      if (!isOpen(value) || this.depths[i]! >= DEEPEST) continue;
      for (const key of keysOf(value, i === 0 ? ofRoot : null)) {
        const inner = (value as Holder)[key];
        if (isOpen(inner) && seen.has(inner)) continue;
        if (isOpen(inner)) seen.add(inner);
        this.add(i, key, inner, this.depths[i]! + 1);
      }
    }
    const holders = new Map<object, number>();
    for (const { field, tensor } of this.tensors(this.first)) {
      const other = holders.get(tensor.dataId);
      if (other === undefined) holders.set(tensor.dataId, field);
      else this.twins.set(field, other);
    }
  }

  private add(parent: number, key: string, value: unknown, depth: number): void {
    this.parents.push(parent);
    this.keys.push(key);
    this.kinds.push(kindOf(value));
    this.first.push(value);
    this.depths.push(depth);
    if (stampOf(value) !== null) this.stamped.push(this.first.length - 1);
  }

  /** The value of each field now, undefined where what held it is gone; then the stamps. */
  read(): unknown[] {
    const values: unknown[] = [this.model];
    for (let i = 1; i < this.keys.length; i++) {
      const holder = values[this.parents[i]!] as Holder | null | undefined;
      values.push(holder?.[this.keys[i]!]);
    }
    for (const field of this.stamped) values.push(stampOf(values[field]));
    return values;
  }

  /** The value of one field now. */
  valueOf(i: number): unknown {
    return i === 0 ? this.model : (this.valueOf(this.parents[i]!) as Holder | null)?.[this.keys[i]!];
  }

  /** Every object that holds fields: layers, the optimizer, and what they are made of. */
  holders(): object[] {
    return this.first.filter(isOpen);
  }

  /** The number of a field of an object, by the names that lead to it: `settings.rate`; -1 where there is none. */
  find(owner: object, path: string): number {
    let at = this.first.indexOf(owner);
    for (const name of path.split('.'))
      at = this.keys.findIndex((key, i) => this.parents[i] === at && key === name);
    return at;
  }

  /** Lets a field of an object change, by the names that lead to it. */
  release(owner: object, path: string): void {
    const at = this.find(owner, path);
    if (at < 0) return;
    this.free.add(at);
    for (let i = at + 1; i < this.keys.length; i++) if (this.free.has(this.parents[i]!)) this.free.add(i);
  }

  /** The first field that is not what it was; -1 where there is none. */
  firstChange(before: readonly unknown[], now: readonly unknown[] = this.read()): number {
    for (let i = 1; i < this.keys.length; i++) {
      if (this.isParted(i, now)) return i;
      if (this.free.has(i) || before[i] === now[i]) continue;
      const kind = this.kinds[i];
      const alike =
        kind === 'tensor'
          ? isAlike(before[i], now[i])
          : kind === 'size' && kindOf(now[i]) === 'size' && sizeOf(before[i]) === sizeOf(now[i]);
      if (!alike) return i;
    }
    const first = this.keys.length;
    const grown = this.stamped.findIndex(
      (field, i) => !this.free.has(field) && !sameStamp(before[first + i] as Stamp, now[first + i] as Stamp),
    );
    return this.stamped[grown] ?? -1;
  }

  /** Whether two fields that had one tensor no longer have. */
  private isParted(i: number, values: readonly unknown[]): boolean {
    const twin = this.twins.get(i);
    if (twin === undefined) return false;
    const [one, other] = [values[i], values[twin]];
    return !(one instanceof tf.Tensor && other instanceof tf.Tensor && one.dataId === other.dataId);
  }

  /** The fields that hold tensors, other than variables. */
  tensors(values: readonly unknown[]): { field: number; tensor: tf.Tensor }[] {
    return values.flatMap((tensor, field) =>
      this.kinds[field] === 'tensor' && tensor instanceof tf.Tensor ? [{ field, tensor }] : [],
    );
  }

  /** A field in words: what holds it, by name, and how it is called there. */
  describe(i: number): string {
    const path: string[] = [];
    for (let at = i; at > 0; at = this.parents[at]!) {
      const value = this.first[at];
      if (value instanceof tf.layers.Layer) return `${path.join('.')} of layer ${value.name}`;
      // `instanceof` of this class fails on null.
      if (value && value instanceof tf.Optimizer) return `${path.join('.')} of the optimizer`;
      path.unshift(this.keys[at]!);
    }
    return `${path.join('.')} of the model`;
  }
}

const isAlike = (a: unknown, b: unknown): boolean =>
  a instanceof tf.Tensor &&
  b instanceof tf.Tensor &&
  !b.isDisposed &&
  a.dtype === b.dtype &&
  tf.util.arraysEqual(a.shape, b.shape);
