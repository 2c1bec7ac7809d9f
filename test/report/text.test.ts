import { expect, it } from 'vitest';
import { comparisonCsv } from '../../src/report/csv.js';
import { html } from '../../src/report/html.js';
import { summarize } from '../../src/training/summary.js';
import { finishedRuns } from './runs.js';

it('escapes whatever is put into HTML, but not HTML', () => {
  const name = `<img src=x onerror="alert('1')"> & co`;
  expect(html`<p title="${name}">${[html`<b>${name}</b>`, false, undefined, 7]}</p>`.text).toBe(
    '<p title="&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt; &amp; co"><b>&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt; &amp; co</b>7</p>',
  );
});

it('quotes cells of a CSV file that hold commas, quotes or line breaks', () => {
  const [row] = summarize(finishedRuns({ recipes: ['plain'], seeds: 1, epochs: 1 }));
  const csv = comparisonCsv([{ ...(row as NonNullable<typeof row>), recipe: 'a,"b"\nc' }]);
  expect(csv.split('\n')[0]).toMatch(/^recipe,seeds,test_accuracy_mean,/);
  expect(csv).toContain('"a,""b""\nc",1,');
  expect(csv.endsWith('\n')).toBe(true);
});
