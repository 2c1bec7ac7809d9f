import type { CompiledReport, StepReport } from '../accelerate/index.js';
import { plural } from '../report/format.js';

/** What was compiled of a model, one line for each kind of step, shape and graph, and why the rest was not. */
export function compiledLines(report: CompiledReport): string[] {
  const kinds = ['training', 'evaluation', 'prediction'] as const;
  return kinds.flatMap((kind) =>
    report[kind].flatMap((steps) => linesOf(steps).map((line) => `  ${kind} ${shapesOf(steps)}: ${line}`)),
  );
}

function linesOf({ compiled, reason, graphs }: StepReport): string[] {
  if (reason !== null) return [`op by op: ${reason}`];
  if (!compiled) return ['op by op: too few steps to record'];
  return graphs.map(
    ({ calls, nodes, bytes, milliseconds, steps }) =>
      `${calls} calls -> ${nodes} nodes, ${kilobytes(bytes)} kB, ${milliseconds.toFixed(0)} ms to record, ${plural(steps, 'step')}`,
  );
}

/** Of the inputs alone, which say enough. */
const shapesOf = ({ shapes: [inputs] }: StepReport): string => (inputs ?? []).join('x');

const kilobytes = (bytes: number): string => (bytes / 1000).toFixed(bytes < 10_000 ? 1 : 0);
