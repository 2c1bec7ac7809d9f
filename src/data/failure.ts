/** What is wrong with a file or a folder, what was found, and what to do, in one line for the user. */
export class DataFailure extends Error {
  override name = 'DataFailure';
}
