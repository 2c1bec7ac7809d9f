/** A failure of which the whole story is one line for the user: what is wrong, what was received, what to do. */
export class NativeFailure extends Error {
  override name = 'NativeFailure';
}
