import { Presets, SingleBar } from 'cli-progress';
import type { InstallEvent } from '../../native/install.js';

const megabytes = (bytes: number) => (bytes / 1e6).toFixed(0);

/** A bar for the steps that count bytes on a terminal; elsewhere one line a step. */
export class InstallProgress {
  private bar: SingleBar | undefined;
  private last = '';

  constructor(private readonly stream: NodeJS.WriteStream) {}

  show({ text, done, total }: InstallEvent): void {
    if (text !== this.last) {
      this.stop();
      this.last = text;
      if (total === undefined || !this.stream.isTTY) this.stream.write(`${text}\n`);
    }
    if (done === undefined || total === undefined || !this.stream.isTTY) return;
    const values = { done: megabytes(done), all: megabytes(total) };
    if (!this.bar) {
      this.bar = new SingleBar(
        {
          stream: this.stream,
          format: '  {bar} {percentage}%  {done}/{all} MB  {duration_formatted}',
          barsize: 30,
          clearOnComplete: true,
          // Whoever is killed cannot give wrapping back.
          linewrap: true,
        },
        Presets.shades_classic,
      );
      this.bar.start(total, done, values);
    } else {
      this.bar.setTotal(total);
      this.bar.update(done, values);
    }
  }

  stop(): void {
    this.bar?.stop();
    this.bar = undefined;
  }
}
