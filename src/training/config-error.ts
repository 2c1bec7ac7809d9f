/** A setting that no run can have: which, what was received, and what is right. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}
