/** An error whose message is the one line that the user sees: what is wrong, what was received, what to do. */
export class UserError extends Error {
  override name = 'UserError';
}
