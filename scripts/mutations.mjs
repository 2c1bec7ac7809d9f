/**
 * Shows that the tests can fail: makes each mistake of test/mutations.ts in turn and runs the tests of ops, random
 * numbers, layers, callbacks, initialization, inference, parity and accelerate. Exits with 1 if one is not caught.
 *
 *   npm run mutations                  on the cpu backend, some on another of their own
 *   npm run mutations -- webgl 3 7     on another, some by number
 */
import { spawnSync } from 'node:child_process';
import { createServer } from 'vite';

const [backend = 'cpu', ...chosen] = process.argv.slice(2);
const server = await createServer({
  server: { middlewareMode: true },
  appType: 'custom',
  logLevel: 'silent',
});
const { MUTATIONS } = await server.ssrLoadModule('/test/mutations.ts');
await server.close();

const FOLDERS = ['ops', 'random', 'layers', 'callbacks', 'initialization', 'inference', 'parity'];
/** The tests that are to see a mistake in a file. */
const testsOf = (file) =>
  (file.startsWith('src/accelerate/') ? ['accelerate'] : [...FOLDERS, 'accelerate']).map(
    (folder) => `test/${folder}/`,
  );
let missed = 0;
for (const [number, { name, file, backend: own = backend }] of MUTATIONS.entries()) {
  if (chosen.length > 0 && !chosen.includes(String(number))) continue;
  const { stdout } = spawnSync(
    'npx',
    ['vitest', 'run', '--project', own, '--reporter=json', '--bail=1', ...testsOf(file)],
    {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      env: { ...process.env, EVENKEEL_MUTATION: String(number) },
    },
  );
  const { numPassedTests, testResults } = JSON.parse(stdout.slice(stdout.indexOf('{"num')));
  // A file that does not even load has caught nothing.
  const broken = testResults.find(
    ({ assertionResults, message }) => assertionResults.length === 0 && message,
  );
  if (broken) throw new Error(`${name}: ${broken.message}`);
  const failed = testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .find(({ status }) => status === 'failed');
  if (!failed && numPassedTests === 0) throw new Error(`${name}: no test ran`);
  if (!failed) missed++;
  console.log(`${String(number).padStart(2)}  ${name} (${file})`);
  console.log(`      ${failed ? `caught by: ${failed.fullName}` : 'NOT CAUGHT'}`);
}
console.log(missed === 0 ? '\nEvery mistake was caught.' : `\n${missed} not caught.`);
process.exitCode = missed === 0 ? 0 : 1;
