import type * as tf from '@tensorflow/tfjs';
import { optimizerOf, type Step } from '../../tfjs/model-prototype.js';
import { nativeBackend } from '../../tfjs/native-backend.js';
import { isRecording } from '../../tfjs/recording.js';
import type { Engine } from './graph.js';
import { type StepReport, Steps } from './steps.js';
import type { Data } from './tape.js';

/** What a model does step by step. */
export type Kind = 'training' | 'evaluation' | 'prediction';

/** The shapes of a batch that are kept for each kind, those used longest ago given up. */
const MOST_SHAPES = 16;

/** Steps after which a graph has paid for itself. */
const PAYS_AFTER = 30;

/** Times that a shape must have come, at most, before it is recorded. */
const MOST_PATIENT = 64;

// A step within a step, as of a metric that predicts, is part of the outer one.
let isRunning = false;

/** Everything of one model that is compiled, or will be. */
export class ModelSteps {
  private readonly kinds: Record<Kind, Map<string, Steps>> = {
    training: new Map(),
    evaluation: new Map(),
    prediction: new Map(),
  };
  private readonly refused = new Set<Kind>();
  /** How often a shape comes before it is recorded: more, where graphs were given up before they had paid. */
  private readonly patience: Record<Kind, number> = { training: 1, evaluation: 1, prediction: 1 };

  constructor(
    private readonly model: tf.LayersModel,
    private readonly engine: Engine,
  ) {}

  run(kind: Kind, data: tf.Tensor[], step: Step): tf.Tensor[] {
    const backend = nativeBackend();
    if (!backend || backend.isUsingGpuDevice || isRunning || isRecording()) return step(data);
    isRunning = true;
    try {
      const steps = this.stepsFor(kind, data);
      return steps.comesOften(this.patience[kind]) ? steps.run(data, step, backend) : step(data);
    } finally {
      isRunning = false;
    }
  }

  report(): Record<Kind, StepReport[]> {
    const of = (kind: Kind): StepReport[] =>
      [...this.kinds[kind]].map(([key, steps]) => steps.report(JSON.parse(key).shapes));
    return { training: of('training'), evaluation: of('evaluation'), prediction: of('prediction') };
  }

  close(): void {
    for (const kind of Object.values(this.kinds)) {
      for (const steps of kind.values()) steps.close();
      kind.clear();
    }
  }

  private stepsFor(kind: Kind, data: Data): Steps {
    const all = this.kinds[kind];
    const key = keyOf(data);
    const optimizer = kind === 'training' ? () => optimizerOf(this.model) : null;
    const steps =
      all.get(key) ??
      new Steps(this.model, this.engine, optimizer, (reason, ofEveryModel) =>
        ofEveryModel ? tellOnce(reason) : this.tell(kind, reason),
      );
    all.delete(key);
    all.set(key, steps);
    for (const [oldest, given] of [...all].slice(0, Math.max(0, all.size - MOST_SHAPES))) {
      if (given.made < PAYS_AFTER) this.patience[kind] = Math.min(2 * this.patience[kind], MOST_PATIENT);
      given.close();
      all.delete(oldest);
    }
    return steps;
  }

  /** As the user calls it: tfjs names the model inside of a sequential one after that. */
  private get name(): string {
    return this.model.name.replace(/_model$/, '');
  }

  private tell(kind: Kind, reason: string): void {
    if (this.refused.has(kind)) return;
    this.refused.add(kind);
    // biome-ignore lint/suspicious/noConsole: a step returns numbers alone, and this is no error
    console.warn(`evenkeel: ${kind} of ${this.name} is not compiled, and goes on op by op: ${reason}`);
  }
}

/** Reasons that were told and hold for every model. */
const told = new Set<string>();

function tellOnce(reason: string): void {
  if (told.has(reason)) return;
  told.add(reason);
  // biome-ignore lint/suspicious/noConsole: a step returns numbers alone, and this is no error
  console.warn(`evenkeel: steps are not compiled, and go on op by op: ${reason}`);
}

/** Shapes and types of a batch, and which of its tensors are one and the same. */
function keyOf(data: Data): string {
  const shapes = data.map((x) => x?.shape ?? null);
  const types = data.map((x) => x?.dtype ?? null);
  const firsts = data.map((x) => data.findIndex((other) => x && other?.dataId === x.dataId));
  return JSON.stringify({ shapes, types, firsts });
}
