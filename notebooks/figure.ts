/** How these notebooks show things: a chart as SVG, a table as Markdown. */
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';

/** What Deno's Jupyter kernel asks a value for, to show it by media type. */
const DISPLAY = Symbol.for('Jupyter.display');

const SVG = 'http://www.w3.org/2000/svg';

interface Shown {
  [DISPLAY](): Record<string, string>;
}

/** Black on white, so that a page in dark colours shows it too; the name is what a screen reader says. */
export function figure(name: string, options: Plot.PlotOptions): Shown {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const { width, height } = { width: 640, height: 360, ...options };
  const margins = { marginTop: 32, marginBottom: 42, marginLeft: 56, marginRight: 24 };
  const style = { fontSize: '12px', color: 'black' };
  const svg = Plot.plot({ width, height, ...margins, style, ...options, document });
  const named = namedColours(options);
  const above = named.length > 0 ? 26 : 0;
  const whole = { x: '0', y: `${-above}`, width: `${width}`, height: `${height + above}` };
  svg.setAttribute('xmlns', SVG);
  svg.setAttribute('viewBox', Object.values(whole).join(' '));
  svg.setAttribute('height', whole.height);
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', name);
  svg.insertBefore(element(document, 'rect', { ...whole, fill: 'white' }), svg.firstChild);
  svg.append(legend(document, named));
  return { [DISPLAY]: () => ({ 'image/svg+xml': svg.outerHTML, 'text/plain': name }) };
}

function namedColours({ color }: Plot.PlotOptions): [string, string][] {
  if (!color || color.legend === false) return [];
  const range = [...((color.range ?? []) as Iterable<string>)];
  return [...((color.domain ?? []) as Iterable<string>)].map((name, i) => [name, range[i] ?? 'black']);
}

/** A row of names above the chart, at negative heights. Plot's own is HTML beside the SVG, which a repository page would leave out. */
function legend(document: Document, named: readonly [string, string][]): Element {
  const row = document.createElementNS(SVG, 'g');
  let x = 8;
  for (const [name, colour] of named) {
    row.append(element(document, 'circle', { cx: `${x + 5}`, cy: '-12', r: '5', fill: colour }));
    const text = element(document, 'text', {
      x: `${x + 15}`,
      y: '-8',
      fill: 'black',
      'text-anchor': 'start',
    });
    text.textContent = name;
    row.append(text);
    x += 34 + 6.6 * name.length; // as wide as letters of this size are
  }
  return row;
}

function element(document: Document, name: string, attributes: Record<string, string>): Element {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

/** Numbers with four significant digits. */
function cell(value: string | number): string {
  return typeof value === 'number' && !Number.isInteger(value)
    ? String(Number(value.toPrecision(4)))
    : `${value}`;
}

/** One row an object; its keys are the header. */
export function table(rows: readonly Record<string, string | number>[]): Shown {
  const header = Object.keys(rows[0] ?? {});
  const align = header.map((key) => (typeof rows[0]?.[key] === 'number' ? '---:' : '---'));
  const lines = [header, align, ...rows.map((row) => header.map((key) => cell(row[key] ?? '')))];
  const text = lines.map((line) => `| ${line.join(' | ')} |`).join('\n');
  return { [DISPLAY]: () => ({ 'text/markdown': text, 'text/plain': text }) };
}
