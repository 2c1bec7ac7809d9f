import util from 'node:util';

/**
 * Puts back two functions that tfjs-node 4.22 calls: Node 22 warns of both on stderr, Node 23 took the first out.
 * They do what Node's own did.
 */
export function repairNode(): void {
  Object.assign(util, {
    isNullOrUndefined: (value: unknown) => value === undefined || value === null,
    isArray: Array.isArray,
  });
}
