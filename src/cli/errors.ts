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
