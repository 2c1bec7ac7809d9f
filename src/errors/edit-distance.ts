/** The least number of letters to insert, delete or replace that makes one text of the other (Levenshtein, 1966). */
export function editDistance(a: string, b: string): number {
  // Row by row: from the first i letters of a to the first j of b.
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) {
      const replaced = row[j]! + (a[i] === b[j] ? 0 : 1);
      next.push(Math.min(replaced, row[j + 1]! + 1, next[j]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
