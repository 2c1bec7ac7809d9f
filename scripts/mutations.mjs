/**
 * Shows that the tests can fail: makes each mistake of test/mutations.ts in turn and runs the tests of ops, random
 * numbers, layers, callbacks, initialization, inference, parity, accelerate and data. Exits with 1 if one is not caught.
 *
 *   npm run mutations                  on the cpu backend, some on another of their own
 *   npm run mutations -- webgl 3 7     on another, some by number
 */
import { spawnSync } from 'node:child_process';
import { createServer } from 'vite';
import { main, parse, WrongUsage } from './command-line.mjs';

const BACKENDS = ['cpu', 'wasm', 'native', 'webgl'];
const FOLDERS = ['ops', 'random', 'layers', 'callbacks', 'initialization', 'inference', 'parity'];

/** The tests that are to see a mistake in a file. */
function testsOf(file) {
  const [, own] = /^src\/(accelerate|data)\//.exec(file) ?? [];
  return (own ? [own] : [...FOLDERS, 'accelerate']).map((folder) => `test/${folder}/`);
}

async function readMutations() {
  const server = await createServer({
    server: { middlewareMode: true },
    appType: 'custom',
    logLevel: 'silent',
  });
  const { MUTATIONS } = await server.ssrLoadModule('/test/mutations.ts');
  await server.close();
  return MUTATIONS;
}

/** The backend, and the numbers of the mistakes to make. */
function settings(count) {
  const [backend = 'cpu', ...words] = parse({}).positionals;
  if (!BACKENDS.includes(backend)) {
    throw new WrongUsage(`the first word must be one of ${BACKENDS.join(', ')}, received "${backend}"`);
  }
  const wrong = words.find((word) => !/^\d+$/.test(word) || Number(word) >= count);
  if (wrong !== undefined) {
    throw new WrongUsage(`a mistake's number must be an integer below ${count}, received "${wrong}"`);
  }
  return { backend, chosen: words.length > 0 ? words.map(Number) : [...Array(count).keys()] };
}

/** The name of a test that fails by a mistake; undefined where none does. */
function caughtBy({ name, file }, number, backend) {
  const { stdout } = spawnSync(
    'npx',
    ['vitest', 'run', '--project', backend, '--reporter=json', '--bail=1', ...testsOf(file)],
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
  return failed?.fullName;
}

await main(async () => {
  const mutations = await readMutations();
  const { backend, chosen } = settings(mutations.length);
  let missed = 0;
  for (const number of chosen) {
    const mutation = mutations[number];
    const test = caughtBy(mutation, number, mutation.backend ?? backend);
    if (!test) missed++;
    console.log(`${String(number).padStart(2)}  ${mutation.name} (${mutation.file})`);
    console.log(`      ${test ? `caught by: ${test}` : 'NOT CAUGHT'}`);
  }
  console.log(missed === 0 ? '\nEvery mistake was caught.' : `\n${missed} not caught.`);
  process.exitCode = missed === 0 ? 0 : 1;
});
