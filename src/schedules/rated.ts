/** A layer whose drop probability may be set. */
export interface Rated {
  rate: number;
}

export function hasRate<T extends object>(layer: T): layer is T & Rated {
  return 'rate' in layer && typeof layer.rate === 'number';
}
