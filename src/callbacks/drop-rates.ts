import type * as tf from '@tensorflow/tfjs';
import { isTimeDriven } from '../schedules/time-driven.js';
import { layersOf } from './layers-of.js';

/** The drop probability of every layer of a model that has one, as it holds for the next training step. */
export function dropRates(model: tf.LayersModel): Record<string, number> {
  return Object.fromEntries(
    layersOf(model).flatMap((layer): [string, number][] => {
      const { rate } = layer as { rate?: unknown };
      if (isTimeDriven(layer)) return [[layer.name, layer.currentRate]];
      return typeof rate === 'number' ? [[layer.name, rate]] : [];
    }),
  );
}
