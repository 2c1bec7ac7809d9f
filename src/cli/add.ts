import { lstatSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import Table from 'cli-table3';
import { makeFolder } from '../data/make-folder.js';
import { writeAtomically } from '../data/write-atomically.js';
import { codeOf } from '../errors/caught.js';
import { didYouMean } from '../errors/did-you-mean.js';
import { plain } from '../report/terminal-table.js';
import { CliError } from './errors.js';
import { type RecipeEntry, type RecipeFile, readManifest, readRecipe } from './recipe-files.js';

/** `evenkeel add --list`. */
export async function listRecipes(): Promise<void> {
  const table = new Table({ head: ['recipe', 'what', 'needs'], ...plain });
  for (const { name, title, needs } of await readManifest()) table.push([name, title, inLines(needs)]);
  console.log(table.toString());
  console.log('\nCopy one: npx evenkeel add <recipe> [dir]');
}

const inLines = (names: readonly string[]) =>
  names.map((name, i) => (i > 0 && i % 3 === 0 ? `\n${name}` : name)).join(' ');

/** `evenkeel add`: the files of a recipe, copied into a folder, and what to install for them. */
export async function addRecipe(
  name: string | undefined,
  dir: string,
  { js, force }: { js?: boolean; force?: boolean },
): Promise<void> {
  const entry = await requireEntry(name);
  const files = await readRecipe(entry, js ? 'js' : 'ts');
  const folder = resolve(dir);
  const missing = files.filter((file) => !isThere(folder, file, force ?? false));
  for (const { name, content } of missing) await write(join(folder, name), content);

  for (const file of files) {
    const shown = relative('', join(folder, file.name)) || file.name;
    console.log(missing.includes(file) ? `wrote ${shown}` : `${shown} is there already, the same`);
  }
  for (const line of nextSteps(entry, files, folder, js ?? false)) console.log(line);
}

async function requireEntry(name: string | undefined): Promise<RecipeEntry> {
  const manifest = await readManifest();
  if (name === undefined) throw new CliError('name a recipe; see `evenkeel add --list`', 2);
  const entry = manifest.find((candidate) => candidate.name === name);
  if (entry) return entry;
  const names = manifest.map((candidate) => candidate.name);
  throw new CliError(`no recipe has the name "${name}"; ${didYouMean(name, names)}`, 2);
}

/**
 * Whether the folder has this file already, with this content.
 *
 * @throws CliError where something else is in its place, and may not be replaced
 */
function isThere(folder: string, { name, content }: RecipeFile, force: boolean): boolean {
  const path = join(folder, name);
  for (let parent = dirname(path); ; parent = dirname(parent)) {
    const state = stateOf(parent);
    if (state === 'folder') break;
    if (state !== 'nothing') throw new CliError(`${parent} is a file; name a folder to copy to`, 2);
  }
  const state = stateOf(path);
  if (state === 'nothing') return false;
  if (state === 'folder') throw new CliError(`${path} is a folder; name another folder to copy to`, 2);
  if (sameContent(path, content)) return true;
  if (force) return false;
  throw new CliError(`${path} exists and is not the same; add --force to replace it, or name another folder`);
}

function sameContent(path: string, content: Buffer): boolean {
  try {
    return readFileSync(path).equals(content);
  } catch {
    return false;
  }
}

function stateOf(path: string): 'nothing' | 'folder' | 'file' {
  try {
    return statSync(path).isDirectory() ? 'folder' : 'file';
  } catch (error) {
    const code = codeOf(error);
    // A link that leads nowhere is in the way too.
    if (code === 'ENOENT') return lstatSync(path, { throwIfNoEntry: false }) ? 'file' : 'nothing';
    if (code === 'ENOTDIR') return 'nothing';
    throw new CliError(`cannot read ${path} (${code}); name another folder`);
  }
}

async function write(path: string, content: Buffer): Promise<void> {
  try {
    await makeFolder(dirname(path));
    await writeAtomically(path, content);
  } catch (error) {
    const code = codeOf(error);
    throw new CliError(`cannot write ${path} (${code}); name a folder that you may write to`);
  }
}

function nextSteps(
  { needs, start }: RecipeEntry,
  files: readonly RecipeFile[],
  folder: string,
  js: boolean,
): string[] {
  const wanted = needs.filter((name) => !isInstalled(name, folder));
  const tools = js || start ? [] : ['tsx', '@types/node'].filter((name) => !isInstalled(name, folder));
  const first = files[0]!;
  const path = relative('', join(folder, first.name));
  const commands = [
    ...(start || isModule(folder) ? [] : ['npm pkg set type=module']),
    ...(wanted.length > 0 ? [`npm install ${wanted.join(' ')}`] : []),
    ...(tools.length > 0 ? [`npm install --save-dev ${tools.join(' ')}`] : []),
  ];
  const place = relative('', folder);
  return [
    '',
    ...commands.map((command, i) => `${i === 0 ? 'first' : '     '}  ${command}`),
    start
      ? `then   ${place ? `cd ${place} && ` : ''}${start}   (${path} says what else it takes)`
      : `then   ${js ? 'node' : 'npx tsx'} ${path}`,
  ];
}

function isInstalled(name: string, folder: string): boolean {
  const places = createRequire(join(folder, 'any.js')).resolve.paths(name) ?? [];
  return places.some((place) => lstatSync(join(place, name), { throwIfNoEntry: false }) !== undefined);
}

/** Whether Node takes a file of this folder as an ES module, by the nearest package.json. */
function isModule(folder: string): boolean {
  for (let place = folder; ; place = dirname(place)) {
    try {
      return JSON.parse(readFileSync(join(place, 'package.json'), 'utf8')).type === 'module';
    } catch {
      // None here, or none that can be read: the next one above counts.
    }
    if (place === dirname(place)) return false;
  }
}
