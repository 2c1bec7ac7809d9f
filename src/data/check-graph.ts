import { isInteger } from '../errors/checks.js';
import type { Damaged } from './damaged.js';
import { type Fields, field, isObject } from './fields.js';

/** Where a layer's input comes from: the name of a layer, which of its calls, which of its outputs. */
type Tie = [string, number, number, ...unknown[]];

/**
 * The ties between the layers of a functional model: each leads to a layer, and there is an order in which every call
 * finds its inputs made. Where there is none, tfjs looks for it forever.
 */
export function checkGraph(config: Fields, layers: Fields[], what: string, damaged: Damaged): void {
  const made = new Map<unknown, number>();
  const waiting: { name: string; tie: Tie[]; where: string }[] = [];
  layers.forEach((layer, i) => {
    const where = `${what}.layers[${i}]`;
    const { name } = layer;
    if (typeof name !== 'string' || made.has(name) || name in Object.prototype)
      throw damaged(`${where}.name`, 'a name of its own', name);
    made.set(name, hasCallOfItsOwn(layer) ? 1 : 0);
    const calls = field(layer, 'inbound_nodes');
    if (!Array.isArray(calls) || !calls.every((call) => Array.isArray(call) && call.every(isTie))) {
      throw damaged(`${where}.inbound_nodes`, 'lists of [layer, call, output]', calls);
    }
    for (const tie of calls) if (tie.length > 0) waiting.push({ name, tie, where });
  });
  for (let left = waiting; left.length > 0; ) {
    const later = left.filter(({ name, tie }) => {
      const ready = tie.every(([from, call]) => call < (made.get(from) ?? 0));
      if (ready) made.set(name, (made.get(name) ?? 0) + 1);
      return !ready;
    });
    if (later.length === left.length) {
      const { where, tie } = later[0]!;
      throw damaged(`${where}.inbound_nodes`, 'outputs of layers that can be computed before', tie);
    }
    left = later;
  }
  for (const key of ['input_layers', 'output_layers']) {
    const ties = field(config, key);
    const right = (tie: unknown) => isTie(tie) && tie[1] < (made.get(tie[0]) ?? 0);
    if (!Array.isArray(ties) || ties.length === 0 || !ties.every(right)) {
      throw damaged(`${what}.${key}`, 'a list of [layer, call, output]', ties);
    }
  }
}

function isTie(tie: unknown): tie is Tie {
  if (!Array.isArray(tie) || typeof tie[0] !== 'string') return false;
  return [tie[1], tie[2]].every((n) => isInteger(n) && n >= 0);
}

/** An input, and a model, whose first call is the one that it is made of. */
function hasCallOfItsOwn(layer: Fields): boolean {
  const { config } = layer;
  return (
    field(layer, 'class_name') === 'InputLayer' ||
    Array.isArray(config) ||
    (isObject(config) && !!config.layers)
  );
}
