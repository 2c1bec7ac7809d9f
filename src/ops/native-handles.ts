import type { NativeTensor } from '../tfjs/native-backend.js';

/** The tensors that a native program makes. Those that it does not return end with the part of it that made them. */
export class NativeHandles {
  private made: NativeTensor[] = [];

  constructor(private readonly end: (id: number) => void) {}

  keep(handle: NativeTensor): NativeTensor {
    this.made.push(handle);
    return handle;
  }

  /** Runs a part of a program; what it returns lasts as long as what was made before. */
  tidy<Out extends NativeTensor[]>(part: () => Out): Out {
    const before = this.made;
    this.made = [];
    const lasting = new Set<NativeTensor>();
    try {
      const results = part();
      for (const handle of results) if (this.made.includes(handle)) lasting.add(handle);
      return results;
    } finally {
      for (const handle of this.made) if (!lasting.has(handle)) this.end(handle.id);
      this.made = [...before, ...lasting];
    }
  }
}
