import type * as tf from '@tensorflow/tfjs';
import type { Activation } from './named.js';

type Layer = tf.layers.Layer;

/** Private fields in which tfjs's layers keep other layers and what they are called with. */
interface Fields {
  layer?: Layer;
  cell?: Layer;
  forwardLayer?: Layer;
  backwardLayer?: Layer;
  layers?: Layer[];
  activation: Activation;
  dataFormat?: string;
  goBackwards?: boolean;
  returnSequences?: boolean;
  returnState?: boolean;
  states?: (tf.Tensor | null)[];
}

const fields = (layer: Layer): Fields => layer as unknown as Fields;

/** The layer inside of a wrapper. */
export const innerLayer = (layer: Layer): Layer | undefined => fields(layer).layer;

/** The layers inside of a model, or the one inside of a wrapper. */
export function innerLayers(layer: Layer): Layer[] {
  const { layers, layer: inner } = fields(layer);
  return layers ?? (inner ? [inner] : []);
}

/** The copies of its layer that `tf.layers.bidirectional` makes and runs. */
export function directionsOf(layer: Layer): { forward: Layer; backward: Layer } | null {
  const { forwardLayer: forward, backwardLayer: backward } = fields(layer);
  return forward && backward ? { forward, backward } : null;
}

/** The layer that holds the weights: the cell of a recurrent layer, the layer inside timeDistributed. */
export function weightsOwner(layer: Layer): Layer {
  const { layer: inner, cell } = fields(layer);
  return inner ? weightsOwner(inner) : (cell ?? layer);
}

export const activationIn = (layer: Layer): Activation => fields(layer).activation;

export const dataFormatOf = (layer: Layer): string | undefined => fields(weightsOwner(layer)).dataFormat;

/** What a recurrent layer is run with. */
export type RecurrentFields = Pick<Fields, 'goBackwards' | 'returnSequences' | 'returnState' | 'states'>;

/** Of any other layer all of it is undefined. */
export const recurrentFields = (layer: Layer): RecurrentFields => fields(layer);
