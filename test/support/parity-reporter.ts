import { writeFileSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';

/** Of one layer on one backend, relative to the largest expected value. */
interface Errors {
  output?: number;
  gradient?: number;
}

/**
 * Prints after the parity suite the largest error of each layer against float64, on each backend that ran, as
 * output / gradient. EVENKEEL_PARITY names a JSON file that is to hold them too.
 */
export default class ParityReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const table = new Map<string, Record<string, Errors>>();
    for (const module of modules) {
      const backend = module.project.name.replace(' (chromium)', '');
      for (const test of module.children.allTests()) {
        const { parity } = test.meta();
        if (!parity) continue;
        const row = table.get(parity.layer) ?? {};
        table.set(parity.layer, row);
        row[backend] = {
          ...worst('output', row[backend], parity),
          ...worst('gradient', row[backend], parity),
        };
      }
    }
    if (table.size === 0) return;
    const ran = new Set([...table.values()].flatMap((row) => Object.keys(row)));
    const backends = ['cpu', 'wasm', 'native', 'webgl'].filter((backend) => ran.has(backend));
    const width = Math.max(...[...table.keys()].map((layer) => layer.length));
    const lines = [...table].map(([layer, row]) =>
      [layer.padEnd(width), ...backends.map((backend) => cell(row[backend]).padEnd(17))].join('  '),
    );
    const head = [' '.repeat(width), ...backends.map((backend) => backend.padEnd(17))].join('  ');
    console.log(
      `\nLargest error against float64, output / gradient\n${[head, ...lines].map((l) => `  ${l.trimEnd()}`).join('\n')}`,
    );
    const file = process.env.EVENKEEL_PARITY;
    if (file) writeFileSync(file, JSON.stringify(Object.fromEntries(table), null, 2));
  }
}

function worst(of: keyof Errors, a: Errors | undefined, b: Errors): Errors {
  const values = [a?.[of], b[of]].filter((value) => value !== undefined);
  return values.length > 0 ? { [of]: Math.max(...values) } : {};
}

function cell(errors: Errors | undefined): string {
  const show = (error: number | undefined): string => {
    if (error === undefined) return '-';
    return error === 0 ? '0' : error.toExponential(1);
  };
  return errors ? `${show(errors.output)} / ${show(errors.gradient)}` : '';
}
