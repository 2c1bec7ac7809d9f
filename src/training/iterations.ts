/** Batches of one pass over the examples; the last may be shorter. */
export function iterationsPerEpoch(examples: number, batchSize: number): number {
  return Math.ceil(examples / batchSize);
}

/** The arithmetic in words: "60 000 / 128 = 468.75, so 469 iterations an epoch". */
export function iterationsSentence(examples: number, batchSize: number): string {
  const quotient = examples / batchSize;
  const iterations = iterationsPerEpoch(examples, batchSize);
  const division = `${grouped(examples)} / ${grouped(batchSize)}`;
  const unit = iterations === 1 ? 'iteration' : 'iterations';
  if (Number.isInteger(quotient)) return `${division} = ${grouped(iterations)} ${unit} an epoch`;
  const rounded = Number(quotient.toFixed(2));
  const sign = rounded === quotient ? '=' : '≈';
  return `${division} ${sign} ${grouped(rounded)}, so ${grouped(iterations)} ${unit} an epoch`;
}

/** Digits of the integer part in groups of three, set apart by spaces. */
export function grouped(value: number): string {
  const [integer = '', fraction] = String(value).split('.');
  const spaced = integer.replace(/\B(?=(\d{3})+$)/g, ' ');
  return fraction ? `${spaced}.${fraction}` : spaced;
}
