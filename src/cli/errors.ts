import { UserError } from '../errors/user-error.js';
import { ConfigError } from '../training/config-error.js';
import { flagOf } from './flags.js';

/** An error of the command line itself; the code is 1 for a failed job, 2 for wrong usage. */
export class CliError extends UserError {
  override name = 'CliError';

  constructor(
    message: string,
    readonly exitCode: 1 | 2 = 1,
  ) {
    super(message);
  }
}

/** Ctrl-C or a polite kill. The exit code is the shell's custom: 128 and the number of the signal. */
export class Interruption extends UserError {
  override name = 'Interruption';

  constructor(
    readonly exitCode: 130 | 143,
    message = 'interrupted',
  ) {
    super(message);
  }
}

/** What the user sees of an error, and the exit code; undefined for a bug, which keeps its stack. */
export function reportOf(error: unknown): { line: string; exitCode: number } | undefined {
  if (!(error instanceof UserError)) return undefined;
  if (error instanceof CliError || error instanceof Interruption) {
    return { line: error.message, exitCode: error.exitCode };
  }
  if (!(error instanceof ConfigError)) return { line: error.message, exitCode: 1 };
  const { problem, setting, message } = error;
  return { line: setting === undefined ? message : `${flagOf(setting)} ${problem}`, exitCode: 2 };
}
