import type { LayerQuantity, ReportData } from '../data.js';
import { accuracyChart, type Draw, evaluationChart, gapChart, layerCharts, lossChart } from './charts.js';
import { layerColour } from './colours.js';
import { addControls } from './controls.js';
import { element } from './element.js';
import { addBaselineChoice } from './paired.js';
import { makeSortable } from './sortable.js';
import { View } from './view.js';

const data = JSON.parse(document.getElementById('data')?.textContent ?? '') as ReportData;
const view = new View();

/** Draws a chart as wide as its place, and again when that or the view changes. */
function keepDrawn(place: HTMLElement, label: string, draw: Draw): void {
  const drawn = element('div');
  place.append(drawn);
  place.hidden = false;
  let width = 0;
  const redraw = () => {
    if (width === 0) return;
    const svg = draw(width);
    // One picture to a reader who does not see it, whose numbers stand in the table below.
    for (const part of svg.querySelectorAll('[aria-label]')) part.removeAttribute('aria-label');
    svg.setAttribute('role', 'img');
    svg.setAttribute('aria-label', label);
    drawn.replaceChildren(svg);
  };
  view.onChange(redraw);
  new ResizeObserver(() => {
    if (place.clientWidth === width) return;
    width = place.clientWidth;
    redraw();
  }).observe(place);
}

const charts: Record<string, Draw> = {
  accuracy: accuracyChart(data),
  loss: lossChart(data, view),
  evaluation: evaluationChart(data, view),
  gap: gapChart(data, view),
};
for (const place of document.querySelectorAll<HTMLElement>('[data-chart]')) {
  keepDrawn(place, place.ariaLabel ?? '', charts[place.dataset.chart as string] as Draw);
}

function legend(layers: readonly string[]): HTMLElement {
  const items = layers.map((layer) => {
    const item = element('li', {}, layer);
    item.style.setProperty('--swatch', layerColour(data, layer));
    return item;
  });
  return element('ul', { className: 'legend' }, ...items);
}

for (const place of document.querySelectorAll<HTMLElement>('[data-layers]')) {
  const quantity = place.dataset.layers as LayerQuantity;
  const having = new Set(data.byLayer[quantity].map(({ layer }) => layer));
  const multiples = element('div', { className: 'multiples' });
  place.append(legend(data.layers.filter((layer) => having.has(layer))), multiples);
  place.hidden = false;
  for (const { recipe, draw } of layerCharts(data, view, quantity)) {
    const figure = element('figure', {}, element('figcaption', {}, recipe));
    multiples.append(figure);
    keepDrawn(figure, `${place.ariaLabel} of ${recipe}`, draw);
    view.onChange(() => {
      figure.hidden = !view.shows(recipe);
    });
  }
}

const form = document.getElementById('controls');
if (form) addControls(form, data, view);
for (const table of document.querySelectorAll<HTMLTableElement>('table[data-sortable]')) makeSortable(table);
addBaselineChoice(data);
document.getElementById('without-script')?.remove();
