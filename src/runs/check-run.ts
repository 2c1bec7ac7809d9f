import type { Damaged } from '../data/damaged.js';
import { checkFields, integer, isObject, listOf, oneOf, optional, type Rule, rules } from '../data/fields.js';

const { text, number, positive, flag, object, numbers } = rules;

const CONFIG: Record<string, Rule> = {
  recipe: text,
  seed: integer(0),
  epochs: integer(1),
  batchSize: integer(1),
  learningRate: positive,
  hidden: listOf(integer(1)),
  examples: integer(1),
  holdOut: integer(0),
  data: optional(text),
  environment: object,
};

const ENVIRONMENT: Record<string, Rule> = {
  backend: text,
  accelerated: optional(flag),
  compiled: optional(flag),
  precision: optional(oneOf(['float32', 'bfloat16'])),
  ...Object.fromEntries(
    ['evenkeel', 'tfjs', 'tensorflow', 'node', 'platform', 'processor'].map((name) => [name, optional(text)]),
  ),
};

const OF_BOTH: Record<string, Rule> = { step: integer(1), epoch: positive, loss: number, accuracy: number };
const RECORDS: ReadonlyMap<unknown, Record<string, Rule>> = new Map([
  ['steps', { ...OF_BOTH, activationSparsity: numbers, gradientNorm: numbers, dropRate: optional(numbers) }],
  [
    'epoch',
    {
      ...OF_BOTH,
      evaluationLoss: number,
      evaluationAccuracy: number,
      millisecondsPerStep: number,
      seconds: number,
    },
  ],
]);

/** That a config.json holds what a report is drawn from. */
export function checkConfigFile(value: unknown, damaged: Damaged): void {
  checkFields(value, CONFIG, damaged);
  const inside: Damaged = (what, ...rest) => damaged(`environment.${what}`, ...rest);
  checkFields(isObject(value) && value.environment, ENVIRONMENT, inside);
}

/** That a line of a log is one of its records. */
export function checkRecord(value: unknown, damaged: Damaged): void {
  const kind = isObject(value) ? value.kind : undefined;
  const checks = RECORDS.get(kind);
  if (!checks) throw damaged('kind', 'steps or epoch', kind);
  checkFields(value, checks, damaged);
}
