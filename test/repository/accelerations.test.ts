import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Acceleration } from '../../src/accelerate/acceleration.js';
import { accelerations } from '../../src/accelerate/registry.js';

const folder = join(import.meta.dirname, '../../src/accelerate');
const FOLDERS = {
  gradient: 'gradients',
  kernel: 'kernels',
  layer: 'layers',
  optimizer: 'optimizers',
  recurrent: 'recurrent',
  training: 'training',
};

const kebab = (name: string): string =>
  name.replaceAll(/(?<=[a-z])(?=[\dA-Z])|(?<=\d[a-z])(?=[A-Z])/g, '-').toLowerCase();

interface Address {
  file: string;
  export: string;
  /** Of a file that serves several backends. */
  backend?: string;
}

/** Where a name leads. */
function addressOf(name: string): Address {
  const [kind = '', ...rest] = name.split('/');
  const last = rest.at(-1) ?? '';
  const stem = `${kebab(last)}.ts`;
  const own = join(FOLDERS[kind as keyof typeof FOLDERS], ...rest.slice(0, -1), stem);
  if (kind !== 'kernel' || existsSync(join(folder, own))) return { file: own, export: last };
  return { file: join('kernels', stem), export: last, backend: rest[0] as string };
}

const isAcceleration = (value: unknown): value is Acceleration =>
  typeof value === 'object' && value !== null && 'apply' in value;

const exported = async (file: string): Promise<Record<string, unknown>> => import(join(folder, file));

describe('the names of accelerations', () => {
  it.each(Object.entries(accelerations))('%s leads to what is registered', async (name, registered) => {
    const { file, export: member, backend } = addressOf(name);
    const found = (await exported(file))[member];
    expect(backend ? (found as Record<string, unknown>)[backend] : found).toBe(registered);
  });

  it('there is one for every acceleration that a file exports', async () => {
    const registered = new Set<unknown>(Object.values(accelerations));
    const files = Object.values(FOLDERS).flatMap((name) =>
      readdirSync(join(folder, name), { recursive: true, encoding: 'utf8' }).map((file) => join(name, file)),
    );
    for (const file of files.filter((file) => /(?<!registry)\.ts$/.test(file))) {
      const values = Object.values(await exported(file));
      const nested = values.flatMap((value) =>
        typeof value === 'object' && value !== null ? Object.values(value) : [],
      );
      for (const found of [...values, ...nested].filter(isAcceleration)) {
        expect(registered.has(found), file).toBe(true);
      }
    }
  });
});
