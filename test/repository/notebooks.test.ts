import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const folder = new URL('../../notebooks/', import.meta.url);
const files = readdirSync(folder).filter((file) => file.endsWith('.ipynb'));
const record = 'run `npm run notebooks -- --record`';

interface Cell {
  cell_type: 'code' | 'markdown';
  source: string[];
  metadata: object;
  execution_count?: number | null;
  outputs?: { output_type: string; name?: string; data?: Record<string, unknown> }[];
}

interface Notebook {
  cells: Cell[];
  metadata: { kernelspec: object; language_info: object; evenkeel?: { sources: string } };
}

const read = (file: string) => readFileSync(new URL(file, folder), 'utf8');

test('there are five notebooks, and the README names each', () => {
  expect(files.map((file) => file.slice(0, 2)).sort()).toEqual(['01', '02', '03', '04', '05']);
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  for (const file of files) expect(readme).toContain(`notebooks/${file}`);
});

describe.each(files)('%s', (file) => {
  const text = read(file);
  const { cells, metadata } = JSON.parse(text) as Notebook;
  const code = cells.filter(({ cell_type }) => cell_type === 'code');

  test(`holds the outputs of one run from top to bottom; if not, ${record}`, () => {
    expect(code.map(({ execution_count }) => execution_count)).toEqual(code.map((_, i) => i + 1));
    for (const { outputs, source } of code) expect(outputs, source.join('')).not.toEqual([]);
  });

  test(`holds the outputs of the code that it shows; if not, ${record}`, () => {
    const sources = code.map(({ source }) => source.join('')).join('\0');
    expect(createHash('sha256').update(sources).digest('hex')).toBe(metadata.evenkeel?.sources);
  });

  test('holds no warning, error, colour code or path of a machine', () => {
    const outputs = code.flatMap((cell) => cell.outputs ?? []);
    expect(outputs.filter(({ output_type, name }) => output_type === 'error' || name === 'stderr')).toEqual(
      [],
    );
    expect(JSON.stringify(outputs)).not.toMatch(/\\u001b|file:\/\/|\/(home|root|tmp|Users|usr)\//);
  });

  test('begins with a title and ends with what to read next', () => {
    expect(cells[0]?.source[0]).toMatch(/^# \S/);
    expect(cells.at(-1)?.source.join('')).toContain('**Read next**');
  });

  test('links to notebooks that exist', () => {
    const links = [...text.matchAll(/[\w-]+\.ipynb/g)].map(([target]) => target);
    // The last one leads out of the series.
    if (file !== files.at(-1)) expect(links).not.toEqual([]);
    for (const target of links) expect(files).toContain(target);
  });

  test('shows charts as SVG that stands alone, on paper of its own', () => {
    const charts = code
      .flatMap((cell) => cell.outputs ?? [])
      .filter(({ data }) => data && 'image/svg+xml' in data)
      .map(({ data }) => [data?.['image/svg+xml']].flat().join(''));
    expect(charts).not.toEqual([]);
    for (const svg of charts) {
      expect(svg).toContain('xmlns="http://www.w3.org/2000/svg"');
      expect(svg).toContain('fill="white"');
      expect(svg).toContain('aria-label=');
    }
  });

  test('is small, and holds nothing but the kernel, the language and cells', () => {
    expect(statSync(new URL(file, folder)).size).toBeLessThan(500_000);
    expect(Object.keys(metadata).sort()).toEqual(['evenkeel', 'kernelspec', 'language_info']);
    for (const cell of cells) expect(cell.metadata).toEqual({});
  });
});
