import { editDistance } from './edit-distance.js';

/** For a name that is not known: the nearest known name if one is near, else all of them. */
export function didYouMean(name: string, known: readonly string[]): string {
  const typed = name.toLowerCase();
  const near = known
    .map((candidate) => ({ candidate, most: Math.max(2, candidate.length / 3) }))
    // A difference in length is a distance already, and far cheaper.
    .filter(({ candidate, most }) => Math.abs(candidate.length - typed.length) <= most)
    .map(({ candidate, most }) => ({ candidate, most, distance: editDistance(typed, candidate) }))
    .filter(({ distance, most }) => distance <= most)
    .sort((a, b) => a.distance - b.distance);
  return near[0] ? `did you mean ${near[0].candidate}?` : `there are ${known.join(', ')}`;
}
