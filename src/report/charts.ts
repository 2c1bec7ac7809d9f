import * as Plot from '@observablehq/plot';
import type { FinishedRun, StepRecord } from '../training/records.js';

/** A chart of the report: the SVG, and what it shows in words. */
export interface Chart {
  svg: Element;
  label: string;
}

/** Colours are the page's, which knows whether it is light or dark. */
const recipeColour = (i: number) => `var(--recipe-${i % 12})`;
const depthColours = ['var(--layer-0)', 'var(--layer-1)', 'var(--layer-2)', 'var(--layer-3)'];

/** How wide a large chart is drawn: for a page, or for a phone. */
export type Width = 'wide' | 'narrow';
const widths = { wide: 860, narrow: 400 } as const;

export const recipesOf = (runs: readonly FinishedRun[]): string[] => [
  ...new Set(runs.map(({ config }) => config.recipe)),
];

export function recipeColours(recipes: readonly string[]): { name: string; colour: string }[] {
  return recipes.map((name, i) => ({ name, colour: recipeColour(i) }));
}

const stepsOf = (run: FinishedRun) =>
  run.log.filter((record): record is StepRecord => record.kind === 'steps');

interface Point {
  name: string;
  x: number;
  y: number;
}

/** The mean over points of the same name and x: the mean over seeds. */
function meanBySeed(points: readonly Point[]): Point[] {
  const groups = new Map<string, { point: Point; count: number }>();
  for (const point of points) {
    const key = `${point.name} ${point.x}`;
    const group = groups.get(key);
    if (!group) groups.set(key, { point: { ...point }, count: 1 });
    else {
      group.point.y += (point.y - group.point.y) / ++group.count;
    }
  }
  return [...groups.values()].map(({ point }) => point);
}

const style = { background: 'transparent', color: 'currentColor', fontSize: '12px', overflow: 'visible' };

function colourScale(colours: readonly { name: string; colour: string }[]): Plot.ScaleOptions {
  return { domain: colours.map(({ name }) => name), range: colours.map(({ colour }) => colour) };
}

/** Training loss by epoch, one line a recipe: the mean over seeds thick, each seed thin. */
export function lossChart(runs: readonly FinishedRun[], document: Document, width: Width): Chart {
  const points = runs.flatMap((run) =>
    stepsOf(run).map(({ epoch, loss }) => ({
      name: run.config.recipe,
      seed: run.config.seed,
      x: epoch,
      y: loss,
    })),
  );
  return {
    label: 'Training loss by epoch for each recipe',
    svg: plot({
      document,
      style,
      width: widths[width],
      height: 420,
      marginLeft: 50,
      marginBottom: 40,
      color: colourScale(recipeColours(recipesOf(runs))),
      x: { label: 'epoch', domain: [0, Math.max(...points.map(({ x }) => x))] },
      y: { type: 'log', label: 'training loss', grid: true, tickFormat: '~g', ticks: 6 },
      marks: [
        Plot.line(points, {
          x: 'x',
          y: 'y',
          stroke: 'name',
          z: ({ name, seed }) => `${name} ${seed}`,
          strokeWidth: 1,
          strokeOpacity: 0.25,
        }),
        Plot.line(meanBySeed(points), { x: 'x', y: 'y', stroke: 'name', strokeWidth: 2 }),
      ],
    }),
  };
}

/** Accuracy on the evaluated set after each epoch. */
export function accuracyChart(runs: readonly FinishedRun[], document: Document, width: Width): Chart {
  const points = runs.flatMap((run) =>
    run.log.flatMap((record) =>
      record.kind === 'epoch'
        ? [{ name: run.config.recipe, x: record.epoch, y: 100 * record.evaluationAccuracy }]
        : [],
    ),
  );
  return {
    label: 'Accuracy after each epoch for each recipe',
    svg: plot({
      document,
      style,
      width: widths[width],
      height: 360,
      marginLeft: 50,
      marginBottom: 40,
      color: colourScale(recipeColours(recipesOf(runs))),
      x: { label: 'epoch', interval: 1, tickFormat: 'd' },
      y: { label: 'accuracy, %', grid: true },
      marks: [
        Plot.line(meanBySeed(points), { x: 'x', y: 'y', stroke: 'name', strokeWidth: 2, marker: 'dot' }),
      ],
    }),
  };
}

/** The test accuracy of every run, a dot a seed, and their mean. */
export function finalAccuracyChart(runs: readonly FinishedRun[], document: Document, width: Width): Chart {
  const names = recipesOf(runs);
  const points = runs.map(({ config, result }) => ({ name: config.recipe, x: 100 * result.testAccuracy }));
  return {
    label: 'Test accuracy of each run by recipe',
    svg: plot({
      document,
      style,
      width: widths[width],
      height: 60 + 32 * names.length,
      marginLeft: 180,
      marginBottom: 40,
      marginRight: 30,
      color: colourScale(recipeColours(names)),
      x: { label: 'test accuracy, %', grid: true, nice: true, ticks: width === 'wide' ? 10 : 4 },
      y: { label: null, domain: names },
      marks: [
        Plot.dot(points, { x: 'x', y: 'name', fill: 'name', r: 4.5, fillOpacity: 0.7 }),
        Plot.tickX(
          points,
          Plot.groupY({ x: 'mean' }, { x: 'x', y: 'name', stroke: 'name', strokeWidth: 2.5, inset: 4 }),
        ),
      ],
    }),
  };
}

export type LayerQuantity = 'activationSparsity' | 'gradientNorm' | 'dropRate';

const quantities = {
  activationSparsity: { label: 'share of zeros', words: 'Activation sparsity' },
  gradientNorm: { label: 'gradient norm', words: 'Gradient norm' },
  dropRate: { label: 'drop probability', words: 'Drop probability' },
} as const;

/** One small chart a recipe, on one scale for all: a quantity of each layer over the training, the mean over seeds. */
export function layerCharts(
  runs: readonly FinishedRun[],
  quantity: LayerQuantity,
  document: Document,
): { recipe: string; chart: Chart }[] {
  const { label, words } = quantities[quantity];
  const pointsOf = (recipe: string) =>
    meanBySeed(
      runs
        .filter(({ config }) => config.recipe === recipe)
        .flatMap((run) =>
          stepsOf(run).flatMap((record) =>
            Object.entries(record[quantity] ?? {}).map(([name, y]) => ({ name, x: record.epoch, y })),
          ),
        ),
    );
  const recipes = recipesOf(runs)
    .map((recipe) => ({ recipe, points: pointsOf(recipe) }))
    .filter(({ points }) => points.length > 0);
  const all = recipes.flatMap(({ points }) => points);
  const y: Plot.ScaleOptions =
    quantity === 'gradientNorm'
      ? { type: 'log', domain: positiveExtent(all.map((point) => point.y)), tickFormat: '~g', ticks: 4 }
      : { domain: [0, 1], ticks: 4 };
  return recipes.map(({ recipe, points }) => ({
    recipe,
    chart: {
      label: `${words} of each layer of ${recipe} by epoch`,
      svg: plot({
        document,
        style,
        width: 280,
        height: 190,
        marginLeft: 44,
        marginBottom: 40,
        color: colourScale(layerColours(runs)),
        x: { label: 'epoch', ticks: 4, domain: [0, Math.max(...all.map(({ x }) => x))] },
        y: { label, grid: true, ...y },
        marks: layerLines(points.filter((point) => quantity !== 'gradientNorm' || point.y > 0)),
      }),
    },
  }));
}

/** A line a layer; of lines that run together, the later one is drawn within the earlier. */
function layerLines(points: readonly Point[]): Plot.Markish[] {
  const names = [...new Set(points.map(({ name }) => name))];
  const lines = names.map((name) => points.filter((point) => point.name === name));
  const course = (line: readonly Point[]) => line.map(({ x, y }) => `${x} ${y}`).join();
  return lines.map((line, i) => {
    const within = lines.slice(i + 1).filter((later) => course(later) === course(line)).length;
    return Plot.line(line, { x: 'x', y: 'y', stroke: 'name', strokeWidth: 2 + 4 * within });
  });
}

/** Every layer of a chart by layer, with one colour on the whole page, from the first layer to the last. */
export function layerColours(runs: readonly FinishedRun[]): { name: string; colour: string }[] {
  const quantitiesByLayer = Object.keys(quantities) as LayerQuantity[];
  const names = [...new Set(quantitiesByLayer.flatMap((quantity) => layersOf(runs, quantity)))];
  const layers = names.sort((a, b) => depth(a) - depth(b));
  return layers.map((name, i) => ({ name, colour: depthColour(i / Math.max(1, layers.length - 1)) }));
}

/** Recipes name their layers by depth, but for those behind the last hidden layer. */
function depth(name: string): number {
  const [, number] = /_(\d+)$/.exec(name) ?? [];
  if (number !== undefined) return Number(number);
  return name === 'output' ? Number.POSITIVE_INFINITY : Number.MAX_VALUE;
}

/** The colour at a part of the way from the first layer to the last. */
function depthColour(part: number): string {
  const at = part * (depthColours.length - 1);
  const before = Math.floor(at);
  const after = Math.ceil(at);
  if (before === after) return depthColours[before] as string;
  return `color-mix(in oklab, ${depthColours[after]} ${Math.round(100 * (at - before))}%, ${depthColours[before]})`;
}

/** Every layer that has the quantity, in order of depth. */
export function layersOf(runs: readonly FinishedRun[], quantity: LayerQuantity): string[] {
  return [
    ...new Set(runs.flatMap((run) => stepsOf(run).flatMap((record) => Object.keys(record[quantity] ?? {})))),
  ];
}

/** A logarithmic scale has no place for 0. */
function positiveExtent(values: readonly number[]): [number, number] {
  const positive = values.filter((value) => value > 0);
  return positive.length > 0 ? [Math.min(...positive), Math.max(...positive)] : [0.1, 1];
}

function plot(options: Plot.PlotOptions): Element {
  const svg = Plot.plot(options) as unknown as Element;
  // The page decides the size; the view box keeps the proportions.
  svg.removeAttribute('width');
  svg.removeAttribute('height');
  return svg;
}
