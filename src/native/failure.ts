import { codeOf, messageOf, pathOf } from '../errors/caught.js';
import { UserError } from '../errors/user-error.js';

/** Why the native backend is not available here, or could not be installed. */
export class NativeFailure extends UserError {
  override name = 'NativeFailure';
}

/** No space, no quota, or more than a file may hold. */
export const diskIsFull = (error: unknown) => ['ENOSPC', 'EDQUOT', 'EFBIG'].includes(codeOf(error) ?? '');

/** What other programs print where this process would get one of those codes. */
export const saysDiskIsFull = (output: string) =>
  /No space left on device|Disk quota exceeded|File too large|Errno (28|122|27)\b/i.test(output);

/** The one line for an error of the file system that the user can fix; any other error as it is. */
export function explainWrite(error: unknown, root: string): unknown {
  if (diskIsFull(error)) {
    return new NativeFailure(
      `the disk of ${root} is full; free some space, or set XDG_CACHE_HOME to a larger disk`,
    );
  }
  if (['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST'].includes(codeOf(error) ?? '')) {
    const path = pathOf(error) ?? root;
    const message = messageOf(error);
    const inCache = path.startsWith(root) || root.startsWith(path);
    return new NativeFailure(
      `cannot write ${path} (${message.split(',')[0]}); make it writable${inCache ? ' or set XDG_CACHE_HOME' : ''}`,
    );
  }
  return error;
}
