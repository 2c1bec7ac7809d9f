/** An error whose message is the one line that the user sees; the code is 1 for a failed job, 2 for wrong usage. */
export class CliError extends Error {
  override name = 'CliError';

  constructor(
    message: string,
    readonly exitCode: 1 | 2 = 1,
  ) {
    super(message);
  }
}

/** Ctrl-C or a polite kill. The exit code is the shell's custom: 128 and the number of the signal. */
export class Interruption extends Error {
  override name = 'Interruption';

  constructor(
    readonly exitCode: 130 | 143,
    message = 'interrupted',
  ) {
    super(message);
  }
}

/** Errors of the other folders that are written for the user. By name: their modules are loaded only when needed. */
const expected: Record<string, number> = {
  NativeFailure: 1,
  DataFailure: 1,
  DivergedError: 1,
  ConfigError: 2,
};

/** The exit code of an error that the user can mend; undefined for a bug, which keeps its stack. */
export function exitCodeOf(error: unknown): number | undefined {
  if (error instanceof CliError || error instanceof Interruption) return error.exitCode;
  return error instanceof Error ? expected[error.name] : undefined;
}
