import * as tf from '@tensorflow/tfjs';
import { innerLayer } from '../tfjs/inside.js';

/** Every layer of a model, those of models inside it and those that others wrap too, each once. */
export function layersOf(model: tf.LayersModel): tf.layers.Layer[] {
  return [...new Set(model.layers.flatMap(withInner))];
}

function withInner(layer: tf.layers.Layer): tf.layers.Layer[] {
  if (layer instanceof tf.LayersModel) return layersOf(layer);
  const inner = innerLayer(layer);
  return inner instanceof tf.layers.Layer ? [layer, ...withInner(inner)] : [layer];
}

/** Whether a name is of a pattern, in which `*` stands for any characters and `?` for one. */
export function matches(pattern: string, name: string): boolean {
  const [first, ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return pattern.length === name.length && isAt(pattern, name, 0);
  // What stands between stars may be taken at its first place: the last star makes up for what is left.
  let end = first?.length ?? 0;
  if (!isAt(first!, name, 0)) return false;
  for (const part of rest) {
    let at = end;
    while (at + part.length <= name.length && !isAt(part, name, at)) at++;
    end = at + part.length;
  }
  return end + last.length <= name.length && isAt(last, name, name.length - last.length);
}

/** Whether a part of a pattern without stars stands at a place of a name. */
function isAt(part: string, name: string, at: number): boolean {
  return [...Array(part.length).keys()].every((i) =>
    part[i] === '?' ? at + i < name.length : part[i] === name[at + i],
  );
}
