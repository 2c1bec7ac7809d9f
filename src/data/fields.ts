/** An object of JSON, of whose fields nothing is known. */
export type Fields = Record<string, unknown>;

export const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A field under its name of Python or of tfjs, which takes both. */
export const field = (of: Fields, name: string): unknown =>
  of[name] ?? of[name.replace(/_[a-z]/g, (letter) => (letter[1] as string).toUpperCase())];
