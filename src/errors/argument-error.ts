/** For an argument that a layer cannot use: names the layer, the argument, what is expected and what was received. */
export class ArgumentError extends Error {
  override name = 'ArgumentError';

  constructor(layer: string, argument: string, expected: string, received: unknown) {
    super(`${layer}: ${argument} must be ${expected}, received ${show(received)}.`);
  }
}

/** A value in one line. */
function show(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (typeof value === 'function') return `the function ${value.name || '() => ...'}`;
  if (typeof value !== 'object' || value === null) return String(value);
  try {
    return JSON.stringify(value);
  } catch {
    // Circular, or with numbers that JSON does not know.
    return String(value);
  }
}
