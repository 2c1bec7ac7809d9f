import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packageFolder } from '../package-folder.js';

/** A recipe as recipes.json describes it. */
export interface RecipeEntry {
  name: string;
  title: string;
  /** Its files under recipes/, where a copy keeps them beside each other. */
  files: string[];
  /** The packages that it imports or reads data from. */
  needs: string[];
  /** The command that starts it, where its first file is not a script. */
  start?: string;
}

export async function readManifest(): Promise<RecipeEntry[]> {
  return JSON.parse(await readFile(join(packageFolder, 'recipes/recipes.json'), 'utf8')) as RecipeEntry[];
}

/** A file of a recipe as it is copied: its name, and what it holds. */
export interface RecipeFile {
  name: string;
  content: Buffer;
}

/** The files of a recipe as this package holds them: its sources, or what they were compiled to. */
export async function readRecipe({ files }: RecipeEntry, language: 'ts' | 'js'): Promise<RecipeFile[]> {
  return await Promise.all(files.map((file) => (language === 'ts' ? asIs(file) : compiled(file))));
}

async function asIs(name: string): Promise<RecipeFile> {
  return { name, content: await readFile(join(packageFolder, 'recipes', name)) };
}

async function compiled(file: string): Promise<RecipeFile> {
  if (file.endsWith('.html')) return pageOf(await asIs(file));
  if (!file.endsWith('.ts')) return await asIs(file);
  const name = file.replace(/\.ts$/, '.js');
  const text = await readFile(join(packageFolder, 'dist/recipes', name), 'utf8');
  // The map stays behind.
  return { name, content: Buffer.from(text.replace(/^\/\/# sourceMappingURL=.*\n?/m, '')) };
}

/** A page asks for its script by name. */
function pageOf({ name, content }: RecipeFile): RecipeFile {
  return {
    name,
    content: Buffer.from(content.toString().replace(/(<script [^>]*src="[^"]+)\.ts"/g, '$1.js"')),
  };
}
