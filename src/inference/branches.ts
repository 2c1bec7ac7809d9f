import type { Call, Graph } from './graph.js';
import type { BranchesPart, Part } from './part.js';

/** Puts one call for each branch and one for their join in the place of a call of several. */
export function branchedOut(graph: Graph<Part | BranchesPart>): Graph<Part> {
  let next = graph.calls.size;
  const calls = [...graph.calls.values()].flatMap((call): Call<Part>[] => {
    const { part } = call;
    if (part.is !== 'branches') return [{ ...call, part }];
    const branches = part.branches.map((branch) => ({ ...call, id: next++, part: branch }));
    const inputs = branches.map(({ id }) => ({ call: id, index: 0 }));
    return [...branches, { ...call, part: part.join, inputs, options: {} }];
  });
  return { ...graph, calls: new Map(calls.map((call) => [call.id, call])) };
}
