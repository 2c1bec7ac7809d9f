/** A random seed in [0, 2^31), for a layer that was given none. It goes into the layer's config, so it is drawn once. */
export function drawSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]! >>> 1;
}
