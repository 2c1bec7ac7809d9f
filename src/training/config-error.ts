import { UserError } from '../errors/user-error.js';

/** A setting that no run can have: which, what was received, and what is right. */
export class ConfigError extends UserError {
  override name = 'ConfigError';

  /**
   * @param problem what is wrong, without the name of the setting where one is given
   * @param setting its name in a run's configuration; the command line puts its flag in its place
   */
  constructor(
    readonly problem: string,
    readonly setting?: string,
  ) {
    super(setting === undefined ? problem : `${setting} ${problem}`);
  }
}
