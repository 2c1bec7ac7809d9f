import { messageOf } from '../../errors/caught.js';
import { savedModel, TAG } from '../../tfjs/graph-def.js';
import type { NativeBackend, NativeTensor } from '../../tfjs/native-backend.js';
import type { Graph } from './graph.js';

/** A graph that TensorFlow has loaded, with variables of its own. */
export interface Session {
  /** The size of the graph in a file. */
  readonly bytes: number;
  readonly isOpen: boolean;
  run(ids: number[], inputs: string, outputs: string): NativeTensor[];
  close(): void;
}

/** That no graph can be loaded, whatever model it is of. */
export class NoTemporaryFolder extends Error {
  override name = 'NoTemporaryFolder';
}

/**
 * Loads a graph. TensorFlow reads it from a file, which is gone when this returns.
 *
 * @throws NoTemporaryFolder where the file cannot be written; Error where TensorFlow refuses the graph
 */
export function load({ nodes, step }: Graph, backend: NativeBackend): Session {
  // Not the binding's place in the backend: while a step is recorded another stands there.
  const { binding } = backend;
  const content = savedModel(nodes, [step]);
  const session = inTemporaryFolder(content, (folder) => binding.loadSavedModel(folder, TAG));
  let isOpen = true;
  return {
    bytes: content.length,
    get isOpen() {
      return isOpen;
    },
    run: (ids, inputs, outputs) => binding.runSavedModel(session, ids, inputs, outputs),
    close: () => {
      if (isOpen) binding.deleteSavedModel(session);
      isOpen = false;
    },
  };
}

function inTemporaryFolder<T>(content: Uint8Array, use: (folder: string) => T): T {
  // Asked for here, since browsers have none of them and load this file too.
  const fs = process.getBuiltinModule('node:fs');
  const { tmpdir } = process.getBuiltinModule('node:os');
  const { join } = process.getBuiltinModule('node:path');
  let folder: string | undefined;
  try {
    try {
      folder = fs.mkdtempSync(join(tmpdir(), 'evenkeel-graph-'));
      fs.writeFileSync(join(folder, 'saved_model.pb'), content);
    } catch (error) {
      throw new NoTemporaryFolder(
        `the graph goes through a file in ${tmpdir()}, which cannot be written (${messageOf(error).split(',')[0]}); set TMPDIR to a folder that can`,
      );
    }
    return use(folder);
  } finally {
    if (folder) fs.rmSync(folder, { recursive: true, force: true });
  }
}
