/** All whose steps are timed. Each: name, how it is started here, its line for the peers, limits as in nets.mjs. */
import { LAYERS } from './layers.mjs';
import { NETS } from './nets.mjs';
import { trainer } from './networks.mjs';

const nets = NETS.map(({ name, key, limits, turn, ...net }) => ({
  name,
  limits,
  turn,
  ...(key && { line: () => `step ${key}` }),
  start: () => trainer(net),
}));

export const STEPS = [...nets, ...LAYERS];
