import { element } from './element.js';

type Direction = 'ascending' | 'descending';

/** Sorts a table by the column whose heading is pressed; pressed once more, the other way round. */
export function makeSortable(table: HTMLTableElement): void {
  const headings = [...table.querySelectorAll<HTMLTableCellElement>('thead th')];
  headings.forEach((heading, column) => {
    const button = element('button', { type: 'button' }, ...heading.childNodes);
    button.addEventListener('click', () => {
      const direction: Direction = heading.ariaSort === 'ascending' ? 'descending' : 'ascending';
      for (const other of headings) other.removeAttribute('aria-sort');
      heading.setAttribute('aria-sort', direction);
      sort(table, column, direction);
    });
    heading.replaceChildren(button);
  });
}

function sort(table: HTMLTableElement, column: number, direction: Direction): void {
  const body = table.tBodies[0]!;
  const sign = direction === 'ascending' ? 1 : -1;
  const rows = [...body.rows].map((row) => ({ row, key: keyOf(row.cells[column]!) }));
  rows.sort((a, b) => sign * compare(a.key, b.key));
  body.append(...rows.map(({ row }) => row));
}

/** The number that a cell states, or its text: `97.86 ± 0.07` is sorted by 97.86, `1 234` by 1234. */
function keyOf({ dataset, textContent }: HTMLTableCellElement): number | string {
  if (dataset.value !== undefined)
    return dataset.value === '' ? Number.NEGATIVE_INFINITY : Number(dataset.value);
  const text = (textContent ?? '').trim();
  const [, number] = /^(\d+(?: \d{3})*(?:\.\d+)?)(?: |$)/.exec(text) ?? [];
  return number === undefined ? text : Number(number.replaceAll(' ', ''));
}

function compare(a: number | string, b: number | string): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a).localeCompare(String(b));
}
