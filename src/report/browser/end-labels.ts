import type * as Plot from '@observablehq/plot';

/** A line that is named at its end. */
export interface LabelledEnd {
  name: string;
  colour: string;
  x: number;
  y: number;
}

const SVG = 'http://www.w3.org/2000/svg';
const LINE = 13;

/** Moves positions apart until neighbours are a line of text from each other, within the height. */
export function apart(positions: readonly number[], [top, bottom]: readonly [number, number]): number[] {
  const order = positions.map((position, i) => ({ position, i })).sort((a, b) => a.position - b.position);
  let low = top;
  for (const entry of order) {
    entry.position = Math.max(entry.position, low);
    low = entry.position + LINE;
  }
  let high = bottom;
  for (const entry of order.toReversed()) {
    entry.position = Math.min(entry.position, high);
    high = entry.position - LINE;
  }
  return order.sort((a, b) => a.i - b.i).map(({ position }) => position);
}

/** The names of lines at their ends, joined to them by a thin line where they had to move. */
export function endLabels(ends: readonly LabelledEnd[]): Plot.RenderFunction {
  return (_index, scales, _values, dimensions) => {
    const { width, height, marginRight, marginTop, marginBottom } = dimensions;
    const [x, y] = [scales.x, scales.y] as [(value: number) => number, (value: number) => number];
    const group = document.createElementNS(SVG, 'g');
    const places = apart(
      ends.map((end) => y(end.y)),
      [marginTop, height - marginBottom],
    );
    const left = width - marginRight + 10;
    ends.forEach((end, i) => {
      const place = places[i]!;
      const leader = document.createElementNS(SVG, 'path');
      leader.setAttribute('d', `M${x(end.x) + 3},${y(end.y)}L${left - 3},${place}`);
      leader.setAttribute('stroke', end.colour);
      leader.setAttribute('stroke-opacity', '0.5');
      const text = document.createElementNS(SVG, 'text');
      text.setAttribute('x', String(left));
      text.setAttribute('y', String(place));
      text.setAttribute('dy', '0.35em');
      text.setAttribute('text-anchor', 'start');
      text.setAttribute('fill', end.colour);
      text.textContent = end.name;
      group.append(leader, text);
    });
    return group;
  };
}
