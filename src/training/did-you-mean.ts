import { closest, distance } from 'fastest-levenshtein';

/** What to say of a name that is not known: the nearest one where it is near, else all of them. */
export function didYouMean(name: string, known: readonly string[]): string {
  const nearest = closest(name, known);
  const near = distance(name, nearest) <= Math.max(2, nearest.length / 3);
  return near ? `did you mean ${nearest}?` : `there are ${known.join(', ')}`;
}
