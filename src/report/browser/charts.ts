import * as Plot from '@observablehq/plot';
import {
  type EpochPoint,
  groupBy,
  type LayerQuantity,
  type Moment,
  meanOverSeeds,
  type ReportData,
} from '../data.js';
import { layerColour, recipeColour, recipeDash } from './colours.js';
import { element } from './element.js';
import { endLabels } from './end-labels.js';
import type { View } from './view.js';

type Drawn = SVGSVGElement | HTMLElement;
export type Draw = (width: number) => Drawn;

type Point = Moment & { value: number };
interface Series {
  name: string;
  colour: string;
  dash: string;
  points: readonly Point[];
}

const style = { background: 'transparent', color: 'currentColor', fontSize: '12px', overflow: 'visible' };

/** Names without what all of them begin with, which a chart has no room for. */
export function shortNames(names: readonly string[]): (name: string) => string {
  const [first = ''] = names;
  const parts = first.split('-').slice(0, -1);
  while (parts.length > 0 && !names.every((name) => name.startsWith(`${parts.join('-')}-`))) parts.pop();
  const prefix = parts.length > 0 ? parts.join('-').length + 1 : 0;
  return (name) => name.slice(prefix);
}

const seconds = (value: number) => (value < 100 ? `${value.toFixed(1)} s` : `${Math.round(value)} s`);

function tipOf(
  points: readonly (Point & { name: string })[],
  axis: View['axis'],
  format: (value: number) => string,
) {
  return Plot.tip(
    points,
    Plot.pointer({
      x: axis,
      y: 'value',
      maxRadius: 60,
      title: (point: Point & { name: string }) =>
        `${point.name}\nepoch ${Number(point.epoch.toFixed(2))}, ${seconds(point.seconds)}\n${format(point.value)}`,
    }),
  );
}

interface LineChart {
  label: string;
  logarithmic?: boolean;
  zero?: boolean;
  format(value: number): string;
  /** Thin lines behind: every seed. */
  behind?: readonly Series[];
  series: readonly Series[];
}

/** Epochs are whole numbers where there is room for each. */
function timeScale(points: readonly Moment[], { axis }: View): Plot.ScaleOptions {
  if (axis === 'seconds') return { label: 'seconds', ticks: 5 };
  const epochs = points.map(({ epoch }) => epoch);
  const [first, last] = [Math.min(1, ...epochs), Math.max(1, ...epochs)];
  const whole = Array.from({ length: Math.floor(last) + 1 }, (_, epoch) => epoch).filter(
    (epoch) => epoch >= first,
  );
  const ticks = whole.length <= 8 ? { ticks: whole, tickFormat: 'd' } : { ticks: 5 };
  return { label: 'epoch', domain: [first, last], ...ticks };
}

/** Lines over epochs or seconds, named at their ends, with values under the pointer. */
function lineChart(
  { label, logarithmic, zero, format, behind = [], series }: LineChart,
  view: View,
  width: number,
): Drawn {
  const { axis } = view;
  if (series.length === 0) return element('p', { className: 'note' }, 'No curve is chosen.');
  const short = shortNames(series.map(({ name }) => name));
  const longest = Math.max(0, ...series.map(({ name }) => short(name).length));
  const marginRight = Math.min(0.4 * width, 7 * longest + 16);
  const room = Math.floor((marginRight - 10) / 6.8);
  const fitted = (name: string) =>
    short(name).length > room ? `${short(name).slice(0, room - 1)}…` : short(name);
  const ends = series.flatMap(({ name, colour, points }) => {
    const last = points.at(-1);
    return last ? [{ name: fitted(name), colour, x: last[axis], y: last.value }] : [];
  });
  const all = series.flatMap(({ name, points }) => points.map((point) => ({ ...point, name })));
  const line = ({ points, colour, dash }: Series, options: Plot.LineOptions) =>
    Plot.line(points, { x: axis, y: 'value', stroke: colour, strokeDasharray: dash, ...options });
  return Plot.plot({
    style,
    width,
    height: Math.max(300, 13 * series.length + 80),
    marginLeft: 48,
    marginBottom: 40,
    marginRight,
    x: { ...timeScale(all, view), insetRight: 2 },
    y: { label, grid: true, ...(logarithmic ? { type: 'log', tickFormat: '~g', ticks: 6 } : {}) },
    marks: [
      ...(zero ? [Plot.ruleY([0], { stroke: 'currentColor', strokeOpacity: 0.4 })] : []),
      ...behind.map((one) => line(one, { strokeWidth: 1, strokeOpacity: 0.3 })),
      ...series.map((one) =>
        line(one, { strokeWidth: 2, ...(one.points.length < 60 ? { marker: 'dot' } : {}) }),
      ),
      endLabels(ends),
      tipOf(all, axis, format),
    ],
  });
}

const positive = (points: readonly Point[]) => points.filter(({ value }) => value > 0);

/** One series a recipe that is shown: a value of each epoch, the mean over seeds. */
function overEpochs(data: ReportData, view: View, ofEpoch: (point: EpochPoint) => number): Series[] {
  return seriesOf(data, view, ({ epochs }) =>
    epochs.map((point) => ({ epoch: point.epoch, seconds: point.seconds, value: ofEpoch(point) })),
  );
}

function seriesOf(
  data: ReportData,
  view: View,
  pointsOf: (run: ReportData['runs'][number]) => readonly Point[],
): Series[] {
  return [...groupBy(data.runs, ({ recipe }) => recipe)]
    .filter(([recipe]) => view.shows(recipe))
    .map(([recipe, runs]) => ({
      name: recipe,
      colour: recipeColour(data, recipe),
      dash: recipeDash(data, recipe),
      points: meanOverSeeds(runs.flatMap((run) => pointsOf(run))),
    }));
}

/** What a tip says of a value that several seeds have in common. */
function ofSeeds({ runs }: ReportData): string {
  const seeds = new Set(runs.map(({ seed }) => seed)).size;
  return seeds > 1 ? `, mean of ${seeds} seeds` : '';
}

const percent = (value: number) => `${value.toFixed(2)} %`;

export function lossChart(data: ReportData, view: View): Draw {
  return (width) => {
    const series = seriesOf(data, view, ({ loss }) => positive(loss));
    const several = new Set(data.runs.map(({ seed }) => seed)).size > 1;
    const seeds = data.runs.filter(({ recipe }) => several && view.shows(recipe));
    const behind = seeds.map(({ recipe, loss }) => ({
      name: recipe,
      colour: recipeColour(data, recipe),
      dash: 'none',
      points: positive(loss),
    }));
    return lineChart(
      {
        label: 'training loss',
        logarithmic: true,
        format: (value) => `loss ${value.toFixed(4)}${ofSeeds(data)}`,
        behind,
        series,
      },
      view,
      width,
    );
  };
}

export function evaluationChart(data: ReportData, view: View): Draw {
  return (width) => {
    const series = overEpochs(data, view, ({ evaluationAccuracy }) => 100 * evaluationAccuracy);
    return lineChart(
      { label: 'accuracy, %', format: (value) => `${percent(value)}${ofSeeds(data)}`, series },
      view,
      width,
    );
  };
}

export function gapChart(data: ReportData, view: View): Draw {
  return (width) => {
    const series = overEpochs(
      data,
      view,
      (point) => 100 * (point.trainingAccuracy - point.evaluationAccuracy),
    );
    return lineChart(
      {
        label: 'points',
        zero: true,
        format: (value) => `${value.toFixed(2)} points${ofSeeds(data)}`,
        series,
      },
      view,
      width,
    );
  };
}

/** The test accuracy of every run, a dot each, and their mean. */
export function accuracyChart(data: ReportData): Draw {
  const points = data.runs.map(({ recipe, seed, testAccuracy }) => ({
    recipe,
    seed,
    value: 100 * testAccuracy,
  }));
  const longest = Math.max(...data.recipes.map((recipe) => recipe.length));
  return (width) =>
    Plot.plot({
      style,
      width,
      height: 60 + 30 * data.recipes.length,
      marginLeft: Math.min(0.45 * width, 7 * longest + 12),
      marginBottom: 40,
      marginRight: 24,
      x: { label: 'test accuracy, %', grid: true, nice: true, ticks: width > 600 ? 10 : 4 },
      y: { label: null, domain: [...data.recipes] },
      marks: [
        Plot.dot(points, {
          x: 'value',
          y: 'recipe',
          fill: ({ recipe }) => recipeColour(data, recipe),
          r: 4.5,
          fillOpacity: 0.75,
        }),
        Plot.tickX(
          points,
          Plot.groupY(
            { x: 'mean' },
            {
              x: 'value',
              y: 'recipe',
              stroke: ({ recipe }: { recipe: string }) => recipeColour(data, recipe),
              strokeWidth: 2.5,
              inset: 4,
            },
          ),
        ),
        Plot.tip(
          points,
          Plot.pointer({
            x: 'value',
            y: 'recipe',
            title: ({ recipe, seed, value }) => `${recipe}, seed ${seed}\n${percent(value)}`,
          }),
        ),
      ],
    });
}

/** One small chart for each recipe, all on one scale: a quantity of each layer over training. */
export function layerCharts(
  data: ReportData,
  view: View,
  quantity: LayerQuantity,
): { recipe: string; draw: Draw }[] {
  const all = data.byLayer[quantity];
  const logarithmic = quantity === 'gradientNorm';
  const values = all.flatMap(({ points }) => points.map(({ value }) => value));
  const above = values.filter((value) => value > 0);
  const scale: Plot.ScaleOptions = logarithmic
    ? {
        type: 'log',
        domain: above.length > 0 ? [Math.min(...above), Math.max(...above)] : [0.1, 1],
        tickFormat: '~g',
        ticks: 4,
      }
    : { domain: [0, 1], ticks: 4 };
  return [...groupBy(all, ({ recipe }) => recipe)].map(([recipe, series]) => ({
    recipe,
    draw: (width) => {
      const lines = series.map(({ layer, points }) => ({
        layer,
        points: logarithmic ? positive(points) : points,
      }));
      const course = ({ points }: (typeof lines)[number]) =>
        points.map(({ epoch, value }) => `${epoch} ${value}`).join();
      return Plot.plot({
        style,
        width,
        height: 190,
        marginLeft: 44,
        marginBottom: 40,
        x: timeScale(
          series.flatMap(({ points }) => points),
          view,
        ),
        y: { label: null, grid: true, ...scale },
        marks: [
          // Of lines that coincide, the later one is drawn inside the earlier.
          ...lines.map((line, i) => {
            const within = lines.slice(i + 1).filter((later) => course(later) === course(line)).length;
            const stroke = layerColour(data, line.layer);
            return Plot.line(line.points, { x: view.axis, y: 'value', stroke, strokeWidth: 2 + 4 * within });
          }),
          tipOf(
            lines.flatMap(({ layer, points }) => points.map((point) => ({ ...point, name: layer }))),
            view.axis,
            (value) => value.toPrecision(3),
          ),
        ],
      });
    },
  }));
}
