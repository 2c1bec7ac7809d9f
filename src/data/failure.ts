import { UserError } from '../errors/user-error.js';

/** What is wrong with a file or a folder. */
export class DataFailure extends UserError {
  override name = 'DataFailure';
}
