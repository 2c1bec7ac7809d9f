import { format } from 'node:util';
import { Presets, SingleBar } from 'cli-progress';
import { percent } from '../report/format.js';
import { wrapped } from '../report/wrapped.js';
import type { EpochRecord, RunConfig, RunResult } from '../training/records.js';

/** Minutes and seconds, with hours where there are any. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const part = (value: number) => String(value).padStart(2, '0');
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return h > 0 ? `${h}:${part(m)}:${part(s)}` : `${m}:${part(s)}`;
}

/** A run in words, padded so that the lines of several runs align. */
const label = ({ recipe, seed }: RunConfig, width: number) => `${recipe} seed ${seed}`.padEnd(width);

/**
 * Shows runs one after another: on a terminal a bar with rate and time left, which gives way to a line when the run is
 * done; elsewhere the lines alone.
 */
export class Progress {
  private bar: SingleBar | undefined;
  private started = 0;
  /** Steps made, and what the bar shows beside them. */
  private made = 0;
  private shown = {};
  private giveBackWarnings: (() => void) | undefined;
  /** Seconds of each finished run by recipe: what the time left is guessed from. */
  private readonly seconds = new Map<string, number[]>();

  /** @param runs all that are still to be made, in order */
  constructor(
    private readonly runs: readonly RunConfig[],
    private readonly width: number,
    private readonly terminal: NodeJS.WriteStream = process.stderr,
  ) {}

  start(config: RunConfig, totalSteps: number): void {
    this.started = performance.now();
    if (!this.terminal.isTTY) return;
    this.bar = new SingleBar(
      {
        stream: this.terminal,
        format: `${label(config, this.width)} {bar} {percentage}%  {rate} steps/s  left {left}{all}`,
        barsize: 8,
        clearOnComplete: true,
        // Whoever is killed cannot give wrapping back.
        linewrap: true,
        // Signals are heard in interruptible.ts, which lets the run end first.
        gracefulExit: false,
      },
      Presets.shades_classic,
    );
    this.made = 0;
    this.shown = { rate: '-', left: '-:--', all: '' };
    this.bar.start(totalSteps, 0, this.shown);
    this.raiseWarnings(this.bar, totalSteps);
  }

  /** Prints what is warned of while the bar is shown above it, which would else be written into its line. */
  private raiseWarnings(bar: SingleBar, totalSteps: number): void {
    const { terminal } = this;
    const { warn } = console;
    console.warn = (...args) => {
      // The bar goes back to where it began: it has to begin anew below.
      bar.stop();
      terminal.write(`${wrapped(format(...args), terminal.columns)}\n`);
      bar.start(totalSteps, this.made, this.shown);
    };
    this.giveBackWarnings = () => {
      console.warn = warn;
    };
  }

  step(config: RunConfig, step: number, totalSteps: number): void {
    if (!this.bar) return;
    const elapsed = (performance.now() - this.started) / 1000;
    const left = (elapsed / step) * (totalSteps - step);
    const later = this.secondsAfter(config, elapsed + left);
    this.made = step;
    this.shown = {
      rate: (step / elapsed).toFixed(0),
      left: clock(left),
      all: later > 0 ? `, all ${clock(left + later)}` : '',
    };
    this.bar.update(step, this.shown);
  }

  epoch(
    config: RunConfig,
    { epoch, evaluationLoss, evaluationAccuracy, millisecondsPerStep }: EpochRecord,
  ): void {
    if (config.epochs === 1) return;
    this.line(
      `${label(config, this.width)}  epoch ${String(epoch).padStart(String(config.epochs).length)}/${config.epochs}  ${percent(evaluationAccuracy)} %  loss ${evaluationLoss.toFixed(4)}  ${millisecondsPerStep.toFixed(1)} ms/step`,
    );
  }

  end(config: RunConfig, { testAccuracy, testLoss, millisecondsPerStep, seconds }: RunResult): void {
    this.stop();
    this.seconds.set(config.recipe, [...(this.seconds.get(config.recipe) ?? []), seconds]);
    console.log(
      `${label(config, this.width)}  test ${percent(testAccuracy)} %  loss ${testLoss.toFixed(4)}  ${millisecondsPerStep.toFixed(1)} ms/step  ${clock(seconds)}`,
    );
  }

  /** Takes the bar away and gives the cursor back; safe to call at any time. */
  stop(): void {
    this.giveBackWarnings?.();
    this.giveBackWarnings = undefined;
    this.bar?.stop();
    this.bar = undefined;
  }

  private line(text: string): void {
    if (!this.bar) console.log(text);
  }

  /** A guess for the runs after this one: what the same recipe took before, else the mean of what is known. */
  private secondsAfter(current: RunConfig, currentSeconds: number): number {
    const known = [...this.seconds.values()].flat();
    const typical = [...known, currentSeconds].reduce((sum, value) => sum + value, 0) / (known.length + 1);
    return this.runs
      .slice(this.runs.indexOf(current) + 1)
      .map(({ recipe }) => this.seconds.get(recipe)?.at(-1) ?? typical)
      .reduce((sum, value) => sum + value, 0);
  }
}
