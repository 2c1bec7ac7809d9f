import { parseArgs } from 'node:util';

/** Told in one line, without a stack. */
export class WrongUsage extends Error {}

/** Flags and words of this command line. */
export function parse(options) {
  try {
    return parseArgs({ allowPositionals: true, options });
  } catch ({ message }) {
    // What follows is advice on quoting.
    throw new WrongUsage(message.split('. ')[0]);
  }
}

export function positiveInteger(name, value) {
  if (/^[1-9]\d*$/.test(value)) return Number(value);
  throw new WrongUsage(`--${name} must be a positive integer, received "${value}"`);
}

export function oneOf(name, value, known) {
  if (known.includes(value)) return value;
  throw new WrongUsage(`--${name} must be one of ${known.join(', ')}, received "${value}"`);
}

/** Runs it, and ends this process: with code 2 and one line where it was used wrongly. */
export async function main(run) {
  try {
    await run();
    process.exit();
  } catch (error) {
    if (!(error instanceof WrongUsage)) throw error;
    console.error(error.message);
    process.exit(2);
  }
}
