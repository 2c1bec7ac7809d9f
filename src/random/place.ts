/** By pass and seed: the layer at each place. */
const passes = new WeakMap<object, Map<number, Map<number, object>>>();

/**
 * The place of a layer without a name, which is the number of its random stream among those of its seed. Places are given
 * in the order of the pass, so that the same code draws the same numbers whatever names tfjs generates. A layer keeps a
 * place that it has (`settled`), or takes the next free one where another layer of this pass has it already.
 */
export function placeIn(pass: object, seed: number, layer: object, settled: number | null): number {
  const seeds = passes.get(pass) ?? new Map<number, Map<number, object>>();
  passes.set(pass, seeds);
  const taken = seeds.get(seed) ?? new Map<number, object>();
  seeds.set(seed, taken);
  let place = settled ?? 0;
  while (taken.has(place) && taken.get(place) !== layer) place++;
  taken.set(place, layer);
  return place;
}

/** The name of a place's stream. The `/` keeps it apart from layers' names: tfjs accepts none for a weight that begins so. */
export function streamOfPlace(place: number): string {
  return `/${place}`;
}
