import { realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';
import { codeOf } from '../errors/caught.js';
import { DataFailure } from './failure.js';

/** Of the forms in which a name leaves its folder on one system or another; a drive's letter reads as a scheme. */
const LEAVES = /^$|\0|\\|^\/|^[a-z][a-z0-9+.-]*:|(^|\/)\.\.(\/|$)/i;

/**
 * The path and size of a file that another file names, which nobody trusts: it must lie in this folder, and no link may
 * lead out of it.
 *
 * @param by the file that names it, for messages
 * @throws DataFailure for every other name, for a folder, a pipe or a device, and for a file that is not there
 */
export async function fileInside(
  folder: string,
  name: unknown,
  by: string,
): Promise<{ path: string; size: number }> {
  if (typeof name !== 'string' || LEAVES.test(name)) {
    throw new DataFailure(
      `${by} names the file ${JSON.stringify(name)}, expected one inside its folder; save the model again`,
    );
  }
  const path = join(folder, name);
  const [home, real, stats] = await readable(path, () =>
    Promise.all([realpath(folder), realpath(path), stat(path)]),
  );
  const way = relative(home, real);
  if (way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way)) {
    throw new DataFailure(`${path} leads out of its folder, to ${real}; copy the file there in its place`);
  }
  if (!stats.isFile()) throw new DataFailure(`${path} is no file; save the model again`);
  return { path, size: stats.size };
}

async function readable<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const code = codeOf(error);
    throw new DataFailure(`cannot read ${path} (${code}); save the model again`, { cause: error });
  }
}
