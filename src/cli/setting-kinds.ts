import { resolve } from 'node:path';
import { integer, listOf, oneOf, orNull, type Rule, rules } from '../data/fields.js';
import { CliError } from './errors.js';

/** What values a setting takes, on the command line and in compare.json. */
export interface Kind<T> {
  /** What the help shows after the flag, such as `<n>`; absent for a switch, which is on unless `--no-<name>` is given. */
  placeholder?: string;
  /** The only words that it takes. */
  choices?: readonly string[];
  /** @throws CliError for a text that is no such value */
  parse?(text: string, flag: string): T;
  /** Whether a value in compare.json is one, and in words what it must be. */
  rule: Rule;
}

/** Typing mistakes above this are reported before they fill the memory. */
const MOST = 1_000_000;
const MOST_UNITS = 65_536;

function parseNumber(text: string, flag: string): number {
  const parsed = Number(text);
  if (text.trim() !== '' && Number.isFinite(parsed)) return parsed;
  throw new CliError(`${flag} must be a number; received "${text}"`, 2);
}

/** @param rule what a saved one must be; a typed one is checked with the rest of a run's configuration */
export function number(rule: Rule, placeholder = '<x>'): Kind<number> {
  return { placeholder, parse: parseNumber, rule };
}

/** An integer of 0 or more. */
export const countFromZero = number(integer(0, MOST), '<n>');

export function count(most = MOST): Kind<number> {
  return {
    placeholder: '<n>',
    parse(text, flag) {
      const parsed = parseNumber(text, flag);
      if (Number.isInteger(parsed) && parsed > 0 && parsed <= most) return parsed;
      const limit = parsed > most ? ` of at most ${most}` : '';
      throw new CliError(`${flag} must be a positive integer${limit}; received ${text}`, 2);
    },
    rule: integer(1, most),
  };
}

export const layerSizes: Kind<number[]> = {
  placeholder: '<n,n,...>',
  parse(text, flag) {
    const parsed = text.split(',').map(Number);
    if (parsed.every((n) => Number.isInteger(n) && n > 0 && n <= MOST_UNITS)) return parsed;
    const limit = parsed.some((n) => n > MOST_UNITS) ? `, each at most ${MOST_UNITS}` : '';
    throw new CliError(`${flag} must be numbers of units such as 128,128${limit}; received "${text}"`, 2);
  },
  rule: listOf(integer(1, MOST_UNITS)),
};

export const folder: Kind<string> = {
  placeholder: '<folder>',
  parse: (text) => resolve(text),
  rule: rules.text,
};

export const choice = <T extends string>(...choices: readonly T[]): Kind<T> => ({
  placeholder: '<name>',
  choices,
  rule: oneOf(choices),
});

export const onOff: Kind<boolean> = { rule: rules.flag };

/** Of a setting whose default depends on the recipe or on the data, which null stands for. */
export const orDefault = <T>(kind: Kind<T>): Kind<T | null> => ({ ...kind, rule: orNull(kind.rule) });
