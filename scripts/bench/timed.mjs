/** All whose steps are timed. Each: name, how it is started here and named in PyTorch, limits as in nets.mjs. */
import { LAYERS } from './layers.mjs';
import { NETS, trainer } from './nets.mjs';

const nets = NETS.map(({ name, torch, limits, ...net }) => ({
  name,
  limits,
  torch: torch && `step ${torch}`,
  start: () => trainer(net),
}));

export const STEPS = [...nets, ...LAYERS];
