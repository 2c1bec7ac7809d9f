import type { Reporter, TestModule } from 'vitest/node';

interface Probe {
  available: boolean;
  reason: string;
}

/**
 * Says after the run which backends were tested and which were not, and why. A backend that is required
 * (EVENKEEL_REQUIRE_BACKENDS) and ran no test fails the run.
 */
export default class BackendReporter implements Reporter {
  constructor(
    private readonly probes: Record<string, Probe>,
    private readonly required: string[],
  ) {}

  onTestRunEnd(modules: readonly TestModule[]): void {
    const counts = new Map<string, { passed: number; failed: number; skipped: number }>();
    const total = { passed: 0, failed: 0, skipped: 0 };
    const notes = new Map<string, number>();
    for (const module of modules) {
      const project = module.project.name.replace(' (chromium)', '');
      const count = counts.get(project) ?? { passed: 0, failed: 0, skipped: 0 };
      counts.set(project, count);
      for (const test of module.children.allTests()) {
        const result = test.result();
        const { state } = result;
        if (result.state === 'skipped') {
          const why = result.note ?? `no reason given: ${test.fullName}`;
          notes.set(why, (notes.get(why) ?? 0) + 1);
        }
        const key = state === 'passed' ? 'passed' : state === 'failed' ? 'failed' : 'skipped';
        count[key]++;
        total[key]++;
      }
    }
    const lines = Object.entries(this.probes).map(([name, probe]) => {
      const count = counts.get(name);
      const ran = count && count.passed + count.failed > 0;
      const required = this.required.includes(name);
      if (!ran && required) process.exitCode = 1;
      if (ran)
        return `  ${name.padEnd(7)} tested: ${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`;
      const why = probe.available ? 'left out of this run' : probe.reason;
      return `  ${name.padEnd(7)} NOT tested${required ? ', though required' : ''}: ${why}`;
    });
    const node = counts.get('node');
    if (node)
      lines.push(
        `  ${'node'.padEnd(7)} (command line, data, training, installer): ${node.passed} passed, ${node.failed} failed, ${node.skipped} skipped`,
      );
    lines.push(...[...notes].map(([why, times]) => `  ${String(times).padStart(7)} skipped: ${why}`));
    console.log(
      `\nBackends\n${lines.join('\n')}\n\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`,
    );
  }
}
