import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

interface Description {
  name?: string;
  version: string;
}

const readDescription = (folder: string): Description =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));

/** The sources, the compiled files and the bundle of the command line lie at different depths below it. */
function search(folder: string): string {
  const found = existsSync(join(folder, 'package.json')) && readDescription(folder).name === 'evenkeel';
  if (found) return folder;
  const parent = dirname(folder);
  if (parent === folder) throw new Error('evenkeel: its own package.json is missing; install it again');
  return search(parent);
}

/** The folder of this package. */
export const packageFolder = search(dirname(fileURLToPath(import.meta.url)));

/** The version of this package. */
export const packageVersion = (): string => readDescription(packageFolder).version;
