import type * as tf from '@tensorflow/tfjs';
import { messageOf } from '../../errors/caught.js';
import type { Step } from '../../tfjs/model-prototype.js';
import type { NativeBackend } from '../../tfjs/native-backend.js';
import { StepFields } from '../../tfjs/step-fields.js';
import { type Engine, graphOf } from './graph.js';
import { keep, type Place } from './kept.js';
import { Program } from './program.js';
import { record, type Scope } from './record.js';
import { difference } from './same.js';
import { load, NoTemporaryFolder } from './session.js';
import type { Tape } from './tape.js';
import { changesTold, releaseTold, tellChanges } from './told-changes.js';
import { check, hold } from './verify.js';

/** A step that was recorded, and the fields that it was recorded with. */
interface Recorded {
  tape: Tape;
  fields: StepFields;
  values: readonly unknown[];
}

/** A graph for some batch and some state of the fields. */
interface Compiled extends Recorded {
  place: Place;
  program: Program;
  milliseconds: number;
  /** Whether the step before was made op by op to check it. */
  wasChecked: boolean;
}

/** What `accelerate.compiled` tells of the steps with batches of one shape. */
export interface StepReport {
  /** The shapes of a batch: of inputs, targets and sample weights; null for one of these that is not given. */
  shapes: (readonly number[] | null)[];
  /** Whether steps run as a graph. False while the first ones are recorded, which run op by op. */
  compiled: boolean;
  /** Why it runs op by op; null where it is compiled, and while it is still recorded. */
  reason: string | null;
  /** One for each state of the model in which it ran, such as which layers are `trainable`. */
  graphs: GraphReport[];
}

/** One graph of a step. */
export interface GraphReport {
  /** Calls of TensorFlow that a step makes op by op: ops, and tensors that are made and let go of. */
  calls: number;
  /** Nodes of the graph, of which equal ones are one. */
  nodes: number;
  /** Bytes of the graph in a file: constants and nodes, no weights. */
  bytes: number;
  /** What comparing, loading and checking took beyond the recorded steps themselves; wall time. */
  milliseconds: number;
  /** Steps made by it so far, the recorded and checked ones not counted. */
  steps: number;
}

/**
 * Whether the next step of a graph is made op by op, to see whether it is still the same: seldom, and less and less often.
 * What a function of the user does by what nobody can see, such as a variable of its own, may change late.
 */
const isChecked = (steps: number): boolean =>
  steps % OFTEN === 0 || (steps >= 4 && Number.isInteger(Math.log2(steps)));

/** Every so many steps one is checked. */
const OFTEN = 1024;

/** How many steps were made since the last check, by their number at this one. */
const sinceCheck = (steps: number): number => (steps > OFTEN ? OFTEN : Math.max(4, steps / 2));

/** Recordings in a row that fit no other, after which a step is left to run op by op. */
const PATIENCE = 4;

/** Recordings that are kept to be compared with the next one. */
const MOST_PENDING = 3;

/** A tape with the numbers of another recording of the same step, which may count what it read in another order. */
const valuesOn = ({ sources, ops, results, writes, states }: Tape, other: Tape): Tape => ({
  ...other,
  ...{ sources, ops, results, writes, states },
});

/** The steps of one kind of a model with batches of one shape. */
export class Steps {
  private compiled: Compiled[] = [];
  private pending: Recorded[] = [];
  private misses = 0;
  private times = 0;
  private reason: string | null = null;
  /** How many of the changes that were told of the fields here know. */
  private told = 0;

  /** @param optimizer what updates the weights; null where nothing does */
  constructor(
    private readonly model: tf.LayersModel,
    private readonly engine: Engine,
    private readonly optimizer: (() => tf.Optimizer | null) | null,
    private readonly refuse: (reason: string, ofEveryModel: boolean) => void,
  ) {}

  /** Steps made by graphs. */
  get made(): number {
    return this.compiled.reduce((sum, { program }) => sum + program.steps, 0);
  }

  /** Counts a step, and says whether there were enough of them for a graph to pay. */
  comesOften(least: number): boolean {
    this.times++;
    return this.times >= least;
  }

  /** A step by a graph, if there is one for the state that the model is in; else op by op, which is recorded. */
  run(data: tf.Tensor[], step: Step, backend: NativeBackend): tf.Tensor[] {
    if (this.reason !== null) return step(data);
    this.release();
    this.compiled = this.compiled.filter(({ place }) => place.use() !== null);
    for (const compiled of this.compiled) {
      const { program, fields, values } = compiled;
      if (fields.firstChange(values) >= 0) continue;
      if (program.steps > 0 && isChecked(program.steps) && !compiled.wasChecked) {
        return this.checkAgain(compiled, data, step, backend);
      }
      const results = program.run(data);
      compiled.wasChecked = false;
      if (results) return results;
    }
    return this.record(data, step, backend);
  }

  /** Lets change what another step has told of since. */
  private release(): void {
    if (this.told === changesTold()) return;
    for (const { fields } of [...this.compiled, ...this.pending]) releaseTold(fields);
    this.told = changesTold();
  }

  private newFields(): StepFields {
    const fields = new StepFields(this.model, this.optimizer !== null);
    releaseTold(fields);
    return fields;
  }

  private scope(data: tf.Tensor[], fields: StepFields): Scope {
    return { data, fields, optimizer: this.optimizer?.() ?? null };
  }

  private checkAgain(compiled: Compiled, data: tf.Tensor[], step: Step, backend: NativeBackend): tf.Tensor[] {
    const { fields } = compiled;
    const { steps } = compiled.program;
    const { tape, results } = record(backend, this.scope(data, fields), step);
    const isSame = tape.decisions.every(({ made }, i) => made === compiled.tape.decisions[i]?.made);
    const wrong = isSame ? difference(compiled.tape, tape) : null;
    compiled.wasChecked = true;
    if (wrong !== null)
      this.give(
        `${wrong}. Steps since the last check, at most ${sinceCheck(steps)}, may have been made without that change`,
      );
    return results;
  }

  report(shapes: StepReport['shapes']): StepReport {
    const graphs = this.compiled.map(({ program, milliseconds }) => ({
      ...program.size,
      milliseconds,
      steps: program.steps,
    }));
    return { shapes, compiled: graphs.length > 0 && this.reason === null, reason: this.reason, graphs };
  }

  close(): void {
    for (const { place } of this.compiled) place.close();
    this.compiled = [];
    this.pending = [];
  }

  private record(data: tf.Tensor[], step: Step, backend: NativeBackend): tf.Tensor[] {
    const last = this.pending.findLast(({ fields, values }) => fields.firstChange(values) < 0);
    const fields = last?.fields ?? this.newFields();
    const values = fields.read();
    // More than one, where steps are decided in turn in one way and another.
    const alike = this.pending
      .filter((one) => one.fields === fields && fields.firstChange(one.values) < 0)
      .map(({ tape }) => ({ tape, held: tape.problem === null ? hold(tape, data, fields, backend) : null }));
    try {
      const { tape, results } = record(backend, this.scope(data, fields), step);
      tellChanges(tape);
      const start = performance.now();
      const recorded = { tape, fields, values };
      const same = alike.find((one) => one.held && difference(one.tape, tape) === null);
      if (same?.held) {
        this.compile({ ...recorded, tape: valuesOn(same.tape, tape) }, same.held, results, start, backend);
      } else this.miss(recorded, last ? (difference(last.tape, tape) ?? '') : (tape.problem ?? ''));
      return results;
    } finally {
      for (const { held } of alike) held?.letGo();
    }
  }

  private compile(
    recorded: Recorded,
    held: ReturnType<typeof hold>,
    results: readonly tf.Tensor[],
    start: number,
    backend: NativeBackend,
  ): void {
    const { tape, fields } = recorded;
    try {
      const graph = graphOf(tape, this.engine);
      const optimizer = this.optimizer?.() ?? null;
      const program = new Program(tape, graph, load(graph, backend), fields, optimizer, backend);
      const wrong = check(program, held, results, fields, backend);
      if (wrong) {
        program.closing();
        this.give(wrong);
        return;
      }
      const milliseconds = performance.now() - start;
      this.compiled.push({ ...recorded, program, place: keep(program), milliseconds, wasChecked: false });
      this.pending = [];
      this.misses = 0;
    } catch (error) {
      this.give(messageOf(error).split('\n')[0]!, error instanceof NoTemporaryFolder);
    }
  }

  private miss(recorded: Recorded, reason: string): void {
    this.pending = [...this.pending, recorded].slice(-MOST_PENDING);
    this.misses++;
    if (this.misses >= PATIENCE) this.give(reason || this.changed(recorded));
  }

  /** Which field was another one at each of the last recordings. */
  private changed({ fields, values }: Recorded): string {
    const before = this.pending.at(-2);
    const field = before ? before.fields.firstChange(before.values, before.fields.read()) : -1;
    return field > 0 && before
      ? `${before.fields.describe(field)} is another one at each step`
      : `it is another step each time (${values.length} fields of ${fields.describe(0)})`;
  }

  private give(reason: string, ofEveryModel = false): void {
    this.reason = reason;
    this.close();
    this.refuse(reason, ofEveryModel);
  }
}
