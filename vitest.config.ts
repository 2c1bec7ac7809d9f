import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { playwright } from '@vitest/browser-playwright';
import { defineConfig, type TestProjectConfiguration } from 'vitest/config';
import { probeBackends } from './src/native/probe.js';
import BackendReporter from './test/support/backend-reporter.js';
import { launchOptions } from './test/support/chromium.js';
import { mutate } from './test/support/mutate.js';
import ParityReporter from './test/support/parity-reporter.js';

const probes = await probeBackends();
const required = (process.env.EVENKEEL_REQUIRE_BACKENDS ?? '').split(',').filter(Boolean);

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));
const everyBackend = [
  'ops',
  'random',
  'layers',
  'callbacks',
  'initialization',
  'inference',
  'accelerate',
  'parity',
  'recipes',
  'testing',
  // Minutes, so that it is a command of its own.
  ...(process.env.EVENKEEL_SOAK ? ['soak'] : []),
].map((folder) => `test/${folder}/**/*.test.ts`);

const backend = (name: 'cpu' | 'wasm' | 'native'): TestProjectConfiguration => ({
  extends: true,
  test: {
    name,
    // Steps are compiled on the native backend alone.
    include: name === 'native' ? [...everyBackend, 'test/compile/**/*.test.ts'] : everyBackend,
    // One process for all files, of which each leaves tfjs as it found it: loading it is half of their time.
    isolate: false,
    setupFiles: ['test/support/greeting.ts', `test/support/backends/${name}.ts`],
  },
});

const webgl: TestProjectConfiguration = {
  extends: true,
  optimizeDeps: { include: ['@tensorflow/tfjs'] },
  test: {
    name: 'webgl',
    include: [...everyBackend, 'test/webgl/**/*.test.ts'],
    setupFiles: ['test/support/backends/webgl.ts'],
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      provider: playwright({
        launchOptions: launchOptions(probes.webgl),
      }),
      instances: [{ browser: 'chromium' }],
    },
  },
};

const node: TestProjectConfiguration = {
  extends: true,
  test: {
    name: 'node',
    include: [
      'errors',
      'schedules',
      'native',
      'data',
      'training',
      'resume',
      'runs',
      'report',
      'cli',
      'repository',
      'package',
      'browser',
    ].map((folder) => `test/${folder}/**/*.test.ts`),
    setupFiles: ['test/support/greeting.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
};

export default defineConfig({
  plugins: mutate(),
  resolve: {
    alias: [
      { find: /^evenkeel$/, replacement: path('src/index.ts') },
      { find: /^evenkeel\/node$/, replacement: path('src/node.ts') },
      { find: /^evenkeel\/accelerate$/, replacement: path('src/accelerate/index.ts') },
      { find: /^evenkeel\/testing$/, replacement: path('src/testing/index.ts') },
      { find: /^evenkeel\/layers\/(.*)$/, replacement: path('src/entries/layers/$1.ts') },
      { find: /^evenkeel\/recipes\/(.*)$/, replacement: path('recipes/$1.ts') },
    ],
  },
  test: {
    pool: 'forks',
    // Beside the browser, whose tests wait for one compiler.
    maxWorkers: availableParallelism(),
    testTimeout: 30_000,
    setupFiles: ['test/support/random-numbers.ts', 'test/support/matchers.ts'],
    provide: { seed: process.env.EVENKEEL_SEED ?? '1' },
    reporters: ['default', new ParityReporter(), new BackendReporter(probes, required)],
    projects: [
      node,
      backend('cpu'),
      ...(probes.wasm.available ? [backend('wasm')] : []),
      ...(probes.native.available ? [backend('native')] : []),
      ...(probes.webgl.available ? [webgl] : []),
    ],
  },
});
