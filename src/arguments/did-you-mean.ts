import { closest, distance } from 'fastest-levenshtein';

/** What to say of a name that is not known: the nearest one where it is near, else all of them. */
export function didYouMean(name: string, known: readonly string[]): string {
  const typed = name.toLowerCase();
  const nearest = closest(typed, known);
  const near = distance(typed, nearest) <= Math.max(2, nearest.length / 3);
  return near ? `did you mean ${nearest}?` : `there are ${known.join(', ')}`;
}
