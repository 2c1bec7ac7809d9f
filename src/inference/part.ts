import type * as tf from '@tensorflow/tfjs';
import type { AxisMap } from '../layer/foldable.js';
import type { Blueprint } from './blueprint.js';

/** What stands at a call of the model that is being folded. */
export type Part =
  | { readonly is: 'input'; readonly name: string; readonly dtype: tf.DataType }
  /** A nested model, folded by itself. */
  | { readonly is: 'model'; readonly name: string; readonly model: tf.LayersModel }
  | { readonly is: 'identity'; readonly name: string; readonly className: string }
  | MapPart
  | LayerPart;

export interface MapPart {
  readonly is: 'map';
  readonly name: string;
  readonly className: string;
  readonly map: AxisMap;
  /** The layer as it was, which stays where the map fits nowhere; null for a map made of several. */
  readonly origin: Blueprint | null;
}

export interface LayerPart {
  readonly is: 'layer';
  readonly name: string;
  readonly layer: Blueprint;
}

/** Several layers of one input in the place of one; only on the way to a graph in which each has its call. */
export interface BranchesPart {
  readonly is: 'branches';
  readonly branches: readonly LayerPart[];
  readonly join: LayerPart;
}
