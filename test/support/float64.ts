/** Restatements in plain float64 arrays, written from the equations and sharing no code with the ops. */
export type Matrix = number[][];

export const matrix = (rows: number, columns: number, f: (i: number, j: number) => number): Matrix =>
  Array.from({ length: rows }, (_, i) => Array.from({ length: columns }, (_, j) => f(i, j)));

/** Numbers of either sign without a pattern that hides an error, deterministic. */
export const sample = (rows: number, columns: number, seed: number): Matrix =>
  matrix(rows, columns, (i, j) => Math.sin(1 + seed * 12.9898 + (i * columns + j) * 78.233) * 1.5);

export const column = (m: Matrix, j: number): number[] => m.map((row) => row[j] as number);
export const dot = (a: number[], b: number[]): number =>
  a.reduce((sum, x, i) => sum + x * (b[i] as number), 0);
export const mean = (a: number[]): number => a.reduce((sum, x) => sum + x, 0) / a.length;
export const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
export const subtractMean = (a: number[]): number[] => a.map((x) => x - mean(a));

/** The gradient of `f` with respect to each element of `m`, by central differences. */
export function numericGradient(f: (m: Matrix) => number, m: Matrix, h = 1e-6): Matrix {
  const moved = (i: number, j: number, by: number): Matrix =>
    m.map((row, r) => row.map((x, c) => (r === i && c === j ? x + by : x)));
  return m.map((row, i) => row.map((_, j) => (f(moved(i, j, h)) - f(moved(i, j, -h))) / (2 * h)));
}

/** Weighs an output so that no element's gradient equals another's. */
export const weighed = (y: Matrix): number =>
  y.reduce((sum, row, i) => sum + row.reduce((s, x, j) => s + x * Math.cos(1 + i * 3 + j), 0), 0);
export const weights = (rows: number, columns: number): Matrix =>
  matrix(rows, columns, (i, j) => Math.cos(1 + i * 3 + j));
