/** By pass and seed, who draws at which place. */
const passes = new WeakMap<object, Map<number, Map<number, object>>>();

/**
 * Which of the streams of its seed a layer without a name draws from: the first that no other layer has in this pass. One
 * that has a place keeps it, unless another layer of the pass came to it before; then it takes the next one free.
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

/** The name of a place's stream: no layer's, since tfjs gives weights their names after those of layers. */
export function streamOfPlace(place: number): string {
  return `/${place}`;
}
