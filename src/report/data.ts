import type { EpochRecord, FinishedRun, LogRecord, StepRecord } from '../training/records.js';
import { mean } from '../training/statistics.js';
import type { PairedDifference } from './paired.js';

/** What the script of a report draws; it goes into the page as JSON. */
export interface ReportData {
  /** In the order of the table. */
  recipes: readonly string[];
  /** From the first layer to the last. */
  layers: readonly string[];
  runs: readonly RunSeries[];
  byLayer: Readonly<Record<LayerQuantity, readonly LayerSeries[]>>;
  paired: readonly PairedDifference[];
}

/** A moment of a training: epochs and seconds since its start. */
export interface Moment {
  epoch: number;
  seconds: number;
}

export interface RunSeries {
  recipe: string;
  seed: number;
  testAccuracy: number;
  /** Training loss while the weights change. */
  loss: readonly (Moment & { value: number })[];
  epochs: readonly EpochPoint[];
}

export interface EpochPoint extends Moment {
  trainingLoss: number;
  trainingAccuracy: number;
  evaluationAccuracy: number;
}

/** A quantity of one layer over a training, the mean over seeds. */
export interface LayerSeries {
  recipe: string;
  layer: string;
  points: readonly (Moment & { value: number })[];
}

export type LayerQuantity = 'activationSparsity' | 'gradientNorm' | 'dropRate';

export const layerQuantities: readonly LayerQuantity[] = ['activationSparsity', 'gradientNorm', 'dropRate'];

export const recipesOf = (runs: readonly FinishedRun[]): string[] => [
  ...new Set(runs.map(({ config }) => config.recipe)),
];

export function reportData(runs: readonly FinishedRun[], paired: readonly PairedDifference[]): ReportData {
  const byLayer = Object.fromEntries(
    layerQuantities.map((quantity) => [quantity, layerSeries(runs, quantity)]),
  ) as Record<LayerQuantity, LayerSeries[]>;
  const layers = [
    ...new Set(layerQuantities.flatMap((quantity) => byLayer[quantity].map(({ layer }) => layer))),
  ];
  return {
    recipes: recipesOf(runs),
    layers: layers.sort((a, b) => depth(a) - depth(b)),
    runs: runs.map(runSeries),
    byLayer,
    paired,
  };
}

const isStep = (record: LogRecord): record is StepRecord => record.kind === 'steps';
const isEpoch = (record: LogRecord): record is EpochRecord => record.kind === 'epoch';

function runSeries({ config, result, log }: FinishedRun): RunSeries {
  const time = clockOf(log);
  return {
    recipe: config.recipe,
    seed: config.seed,
    testAccuracy: result.testAccuracy,
    loss: log.filter(isStep).map(({ epoch, loss }) => ({ ...time(epoch), value: loss })),
    epochs: log.filter(isEpoch).map((record) => ({
      ...time(record.epoch),
      trainingLoss: record.loss,
      trainingAccuracy: record.accuracy,
      evaluationAccuracy: record.evaluationAccuracy,
    })),
  };
}

/** Seconds at a fraction of an epoch: the log has the length of each epoch, within which steps take equal times. */
function clockOf(log: readonly LogRecord[]): (epoch: number) => Moment {
  const lengths = log.filter(isEpoch).map(({ seconds }) => seconds);
  return (epoch) => {
    const seconds = lengths.reduce((sum, length, i) => sum + length * Math.min(1, Math.max(0, epoch - i)), 0);
    return { epoch, seconds };
  };
}

function layerSeries(runs: readonly FinishedRun[], quantity: LayerQuantity): LayerSeries[] {
  return recipesOf(runs).flatMap((recipe) => {
    const points = runs
      .filter(({ config }) => config.recipe === recipe)
      .flatMap(({ log }) => {
        const time = clockOf(log);
        return log.filter(isStep).flatMap((record) =>
          Object.entries(record[quantity] ?? {}).map(([layer, value]) => ({
            layer,
            ...time(record.epoch),
            value,
          })),
        );
      });
    return [...groupBy(points, ({ layer }) => layer)].map(([layer, points]) => ({
      recipe,
      layer,
      points: meanOverSeeds(points),
    }));
  });
}

/** The mean at each epoch, which all seeds record alike. */
export function meanOverSeeds<T extends Moment & { value: number }>(
  points: readonly T[],
): (Moment & { value: number })[] {
  return [...groupBy(points, ({ epoch }) => epoch)].map(([epoch, same]) => ({
    epoch,
    seconds: mean(same.map(({ seconds }) => seconds)),
    value: mean(same.map(({ value }) => value)),
  }));
}

export function groupBy<T, Key>(items: readonly T[], keyOf: (item: T) => Key): Map<Key, T[]> {
  const groups = new Map<Key, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

/** Recipes number their layers by depth, except those after the last hidden layer. */
function depth(layer: string): number {
  const [, number] = /_(\d+)$/.exec(layer) ?? [];
  if (number !== undefined) return Number(number);
  return layer === 'output' ? Number.POSITIVE_INFINITY : Number.MAX_VALUE;
}
