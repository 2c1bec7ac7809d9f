/**
 * Draw a digit in a browser: trains a model where there is none yet, folds it, builds recipes/browser and serves it.
 *
 *   npm run demo                                     the newest run of mlp-weight-norm under runs/, or a new one
 *   npm run demo -- --model <folder> --port 8080     another model, another port
 *   npm run demo:screenshot                          makes the pictures of it in docs/
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { takeScreenshots } from './demo/screenshots.mjs';
import { finishedRuns, makeSite, serve } from './demo/site.mjs';

const root = fileURLToPath(new URL('../', import.meta.url));
const RECIPE = 'mlp-weight-norm';

function options() {
  const { values } = parseArgs({
    options: {
      model: { type: 'string' },
      port: { type: 'string', default: '4173' },
      screenshots: { type: 'string' },
    },
  });
  const port = Number(values.port);
  if (values.model === '') throw new Error('--model is empty; name a folder that holds model.json, or a run');
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    throw new Error(`--port is "${values.port}"; give a number from 1 to 65535`);
  }
  return { ...values, port };
}

/** The folder of a model: the one named, else that of the newest run, else that of a new one. */
function modelFolder(named) {
  if (named !== undefined) {
    const folder = [named, join(named, 'model')].find((path) => existsSync(join(path, 'model.json')));
    if (!folder) throw new Error(`no model in ${named}; name a folder that holds model.json, or a run`);
    return resolve(folder);
  }
  const newest = () => finishedRuns(join(root, 'runs'), RECIPE).at(-1);
  if (!newest()) {
    console.log(`No run of ${RECIPE} yet: training one.`);
    const command = [join(root, 'dist/cli/evenkeel.js'), 'train', RECIPE, '--epochs', '5'];
    const { status } = spawnSync(process.execPath, command, { cwd: root, stdio: 'inherit' });
    if (status !== 0) throw new Error('the training did not finish; see above');
  }
  return join(newest(), 'model');
}

try {
  const { model, port, screenshots } = options();
  const folder = modelFolder(model);
  console.log(`model  ${folder}`);
  // Ends by way of `exit`, which takes the page's folder away.
  process.once('SIGINT', () => process.exit(130));
  process.once('SIGTERM', () => process.exit(143));
  const site = await makeSite(folder);
  const { address, close } = await serve(site, port);
  if (screenshots === undefined) {
    console.log(`\nOpen ${address} (Ctrl-C stops)`);
  } else {
    await takeScreenshots(address, screenshots);
    await close();
  }
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
