import type { Program } from './program.js';

/** How many graphs there are at most, of all models. */
const MOST = 64;

interface Entry {
  program: WeakRef<Program>;
  close: () => void;
}

/** The graphs in the order of their last use: a map keeps the order in which keys were set. */
const entries = new Map<number, Entry>();
let next = 0;

/** Closes the session of a program that nobody can reach any more, since its model is gone. */
const abandoned = new FinalizationRegistry<number>((token) => drop(token));

function drop(token: number): void {
  const entry = entries.get(token);
  entries.delete(token);
  entry?.close();
}

/** A program's place among those that are kept. */
export interface Place {
  /** Says that it was used. Null where it was closed for others. */
  use(): Program | null;
  close(): void;
}

/** Keeps a program, and closes those used longest ago where there are too many. */
export function keep(program: Program): Place {
  const token = next++;
  entries.set(token, { program: new WeakRef(program), close: program.closing });
  abandoned.register(program, token);
  for (const oldest of [...entries.keys()].slice(0, Math.max(0, entries.size - MOST))) drop(oldest);
  return {
    use: () => {
      const entry = entries.get(token);
      if (!entry) return null;
      entries.delete(token);
      entries.set(token, entry);
      return program;
    },
    close: () => drop(token),
  };
}
