import type { ReportData } from '../data.js';
import { pairedColumns } from '../tables.js';
import { element } from './element.js';

/** Puts a choice in the place of the recipe that the others are compared with. */
export function addBaselineChoice({ recipes, paired }: ReportData): void {
  const place = document.getElementById('baseline');
  const table = document.getElementById('paired') as HTMLTableElement | null;
  if (!place || !table || recipes.length < 2) return;
  const select = element(
    'select',
    { ariaLabel: 'Baseline' },
    ...recipes.map((recipe) => element('option', {}, recipe)),
  );
  select.addEventListener('change', () => {
    const rows = paired
      .filter(({ baseline }) => baseline === select.value)
      .map((pair) => {
        const cells = pairedColumns.map(({ align = 'right', cell, value }) => {
          const made = element('td', { className: align }, cell(pair));
          if (value) made.dataset.value = String(value(pair) ?? '');
          return made;
        });
        return element('tr', {}, ...cells);
      });
    table.tBodies[0]?.replaceChildren(...rows);
    for (const heading of table.querySelectorAll('th')) heading.removeAttribute('aria-sort');
  });
  place.replaceChildren(select);
}
