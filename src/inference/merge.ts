import type { AxisMap } from '../layer/foldable.js';
import { axisOf, composed, flattened } from './axis-map.js';
import type { Blueprint } from './blueprint.js';
import { type Call, callAt, type Graph, isOutput, type Ref, usesOf, without, withParts } from './graph.js';
import { withMapAfter, withMapBefore } from './kernels.js';
import type { LayerPart, MapPart, Part } from './part.js';
import { type Change, standing, unique } from './parts.js';

/** A graph, and the changes to layers that led to it, which the user is told. */
export interface Folding {
  readonly graph: Graph<Part>;
  readonly changes: readonly Change[];
}

/** Removes identities and folds each linear map into a layer beside it. A map that no layer takes becomes a layer itself. */
export function merge(start: Folding): Folding {
  return standAlone(absorbMaps(distinctOutputs(removeIdentities(start))));
}

function removeIdentities(start: Folding): Folding {
  return [...start.graph.calls.values()]
    .filter(({ part }) => part.is === 'identity')
    .reduce(({ graph, changes }, { id, part }) => {
      const { name, className } = part as Extract<Part, { is: 'identity' }>;
      const source = callAt(graph, id).inputs[0]!;
      // tfjs needs a tensor of its own for each output, neither an input nor another output.
      const own = (outputs: readonly Ref[]) =>
        callAt(graph, source.call).part.is !== 'input' &&
        !outputs.some(({ call, index }) => call === source.call && index === source.index);
      if ((!isOutput(graph, id) || own(graph.outputs)) && !meetsItself(graph, id, source)) {
        return { graph: without(graph, id), changes: [...changes, { name, className, into: null }] };
      }
      const stays = className === 'Activation';
      const change = { name, className, into: { name, className: 'Activation' } };
      return { graph, changes: stays ? changes : [...changes, change] };
    }, start);
}

/**
 * Whether some call takes both the output of this one and its source. Without this one, it would take one tensor twice, which
 * tfjs counts as one use and so frees too early.
 */
function meetsItself(graph: Graph<Part>, id: number, source: Ref): boolean {
  const isSource = ({ call, index }: Ref) => call === source.call && index === source.index;
  return [...graph.calls.values()].some(
    ({ inputs }) => inputs.some(({ call }) => call === id) && inputs.some(isSource),
  );
}

function absorbMaps(start: Folding): Folding {
  let folding = start;
  for (let next: Folding | null = folding; next; next = step(folding)) folding = next;
  return folding;
}

/** Gives an output that is listed twice a second tensor: tfjs cannot run a model with one tensor as two outputs. */
function distinctOutputs({ graph, changes }: Folding): Folding {
  const calls = new Map(graph.calls);
  const names = new Set([...calls.values()].map(({ part }) => part.name));
  const seen = new Set<string>();
  const outputs = graph.outputs.map((ref): Ref => {
    const key = `${ref.call} ${ref.index}`;
    if (!seen.has(key)) {
      seen.add(key);
      return ref;
    }
    const { part, shapes } = callAt(graph, ref.call);
    const name = unique(`${part.name}_again`, names);
    names.add(name);
    const id = Math.max(...calls.keys()) + 1;
    const again: Part = { is: 'identity', name, className: 'Activation' };
    calls.set(id, { id, part: again, inputs: [ref], options: {}, shapes: [shapes[ref.index]!] });
    return { call: id, index: 0 };
  });
  return { graph: { ...graph, calls, outputs }, changes };
}

/** The graph with the lookups that a step needs. */
interface Surroundings {
  graph: Graph<Part>;
  uses: ReadonlyMap<number, readonly Call<Part>[]>;
  /** How often a part is called: one that is shared cannot take a map. */
  calls: ReadonlyMap<Part, number>;
}

/** Folds one map; null where none is left that can be. */
function step({ graph, changes }: Folding): Folding | null {
  const calls = new Map<Part, number>();
  for (const { part } of graph.calls.values()) calls.set(part, (calls.get(part) ?? 0) + 1);
  const place: Surroundings = { graph, uses: usesOf(graph), calls };
  const maps = [...graph.calls.values()].filter(isMap);
  for (const absorb of [intoLayerBefore, intoMapBefore, intoLayersAfter]) {
    for (const call of maps) {
      const replaced = absorb(place, call);
      if (!replaced) continue;
      const made = [...replaced.values()].map((part) => changeOf(call.part, part));
      return { graph: without(withParts(graph, replaced), call.id), changes: [...changes, ...made] };
    }
  }
  return null;
}

type MapCall = Call<Part> & { part: MapPart };
type Replaced = ReadonlyMap<Part, Part> | null;

function isMap(call: Call<Part>): call is MapCall {
  return call.part.is === 'map';
}

function changeOf({ name, className }: MapPart, into: Part): Change {
  return { name, className, into: { name: into.name, className: classNameOf(into) } };
}

function classNameOf(part: Part): string {
  return part.is === 'layer' ? part.layer.className : part.is === 'map' ? part.className : '';
}

/** The call before a map if nothing but the map takes its output, else null. */
function soleBefore({ graph, uses }: Surroundings, { inputs }: MapCall): Call<Part> | null {
  const before = callAt(graph, inputs[0]!.call);
  const sole = uses.get(before.id)?.length === 1 && !isOutput(graph, before.id);
  return sole ? before : null;
}

function intoLayerBefore(place: Surroundings, call: MapCall): Replaced {
  const before = soleBefore(place, call);
  if (before?.part.is !== 'layer' || place.calls.get(before.part) !== 1) return null;
  const layer = withMapAfter(before.part.layer, call.part.map, rankOf(call));
  return layer && new Map([[before.part, { ...before.part, layer }]]);
}

/** Composes two maps in a row. */
function intoMapBefore(place: Surroundings, call: MapCall): Replaced {
  const before = soleBefore(place, call);
  const rank = rankOf(call);
  if (before?.part.is !== 'map' || place.calls.get(before.part) !== 1) return null;
  if (axisOf(before.part.map, rank) !== axisOf(call.part.map, rank)) return null;
  const map = composed(before.part.map, call.part.map);
  // If no built-in layer can express the composed map, both have to stay the layers that they came from.
  if (!standing(map, before.part.name, rank)) return null;
  return new Map([[before.part, { ...before.part, map, origin: null }]]);
}

/** All or nothing: if one layer after the map cannot take it, the map stays, and folding it into the others gains nothing. */
function intoLayersAfter(place: Surroundings, call: MapCall): Replaced {
  const { graph, uses, calls } = place;
  const { from, map } = pastFlatten(place, call);
  if ([call, from].some(({ id }) => isOutput(graph, id))) return null;
  const after = uses.get(from.id)!;
  const replaced = after.map((next): [Part, Blueprint | null] => [
    next.part,
    next.part.is === 'layer' && calls.get(next.part) === 1 && next.inputs.length === 1
      ? withMapBefore(next.part.layer, map, rankOf(from))
      : null,
  ]);
  if (replaced.some(([, layer]) => layer === null)) return null;
  return new Map(replaced.map(([part, layer]) => [part, { ...part, layer } as LayerPart]));
}

/** Looks past a Flatten: where one is all that takes the map's output, the map after it, as the layers behind it see it. */
function pastFlatten({ uses }: Surroundings, call: MapCall): { from: Call<Part>; map: AxisMap } {
  const [next, ...others] = uses.get(call.id)!;
  const map =
    next && others.length === 0 && isFlatten(next.part) ? flattened(call.part.map, call.shapes[0]!) : null;
  return next && map ? { from: next, map } : { from: call, map: call.part.map };
}

function isFlatten(part: Part): boolean {
  return (
    part.is === 'layer' &&
    part.layer.builtin === 'Flatten' &&
    part.layer.config.dataFormat !== 'channelsFirst'
  );
}

function rankOf({ shapes }: Call<Part>): number {
  return shapes[0]!.length;
}

/** Turns the maps that are left into layers. Built-in batch normalization stays itself. */
function standAlone({ graph, changes }: Folding): Folding {
  const maps = new Map([...graph.calls.values()].filter(isMap).map((call) => [call.part, call]));
  const replaced = new Map([...maps].map(([part, call]) => [part, asLayer(part, rankOf(call))]));
  const made = [...replaced]
    .filter(([part, { layer }]) => part.className !== layer.className)
    .map(([part, layer]) => changeOf(part, layer));
  return { graph: withParts<Part>(graph, replaced), changes: [...changes, ...made] };
}

function asLayer({ name, map, origin }: MapPart, rank: number): LayerPart {
  const stays = origin?.builtin === 'BatchNormalization' ? origin : null;
  return { is: 'layer', name, layer: (stays ?? standing(map, name, rank) ?? origin) as Blueprint };
}
