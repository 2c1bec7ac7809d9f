/** The fields that are read from a caught value, which may be anything. */

/** The code of an error of Node's own, such as ENOENT; undefined for any other value. */
export function codeOf(error: unknown): string | undefined {
  const known =
    typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string';
  return known ? String(error.code) : undefined;
}

/** The path that such an error is about. */
export function pathOf(error: unknown): string | undefined {
  const known =
    typeof error === 'object' && error !== null && 'path' in error && typeof error.path === 'string';
  return known ? String(error.path) : undefined;
}

/** Its message; of what is no error, the value as text. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
