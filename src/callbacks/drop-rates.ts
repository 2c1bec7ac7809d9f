import type * as tf from '@tensorflow/tfjs';
import { hasRate } from '../schedules/rated.js';
import { isTimeDriven } from '../schedules/time-driven.js';
import { layersOf } from './layers-of.js';

/** The drop probability of every layer of a model that has one, as it holds for the next training step. */
export function dropRates(model: tf.LayersModel): Record<string, number> {
  return Object.fromEntries(
    layersOf(model).flatMap((layer): [string, number][] => {
      if (isTimeDriven(layer)) return [[layer.name, layer.currentRate]];
      return hasRate(layer) ? [[layer.name, layer.rate]] : [];
    }),
  );
}
