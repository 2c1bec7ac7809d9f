/** Restatements in float64 of what works on more than two axes; they share no code with the ops. */
import { dot, type Matrix, matrix } from './float64.js';

/** Numbers in row-major order. */
export interface Nd {
  shape: number[];
  values: number[];
}

export const size = (shape: number[]): number => shape.reduce((product, n) => product * n, 1);

/** Numbers of either sign without a pattern that hides an error, deterministic. */
export const sampleNd = (shape: number[], seed: number): Nd => ({
  shape,
  values: Array.from({ length: size(shape) }, (_, i) =>
    Math.fround(Math.sin(1 + seed * 12.9898 + i * 78.233) * 1.5),
  ),
});

/** Position of an element of a shape. */
export function offset(shape: number[], index: number[]): number {
  return index.reduce((sum, i, axis) => sum * (shape[axis] as number) + i, 0);
}

export const get = (t: Nd, ...index: number[]): number => t.values[offset(t.shape, index)] as number;

/** Calls `f` with every index of a shape, in row-major order. */
export function everyIndex(shape: number[], f: (...index: number[]) => void): void {
  const walk = (index: number[]): void => {
    if (index.length === shape.length) f(...index);
    else for (let i = 0; i < (shape[index.length] as number); i++) walk([...index, i]);
  };
  walk([]);
}

export function build(shape: number[], f: (...index: number[]) => number): Nd {
  const values: number[] = [];
  everyIndex(shape, (...index) => values.push(f(...index)));
  return { shape, values };
}

/** The last axis as columns, all others as rows. */
export function rows(t: Nd): Matrix {
  const columns = t.shape.at(-1) as number;
  return matrix(t.values.length / columns, columns, (i, j) => t.values[i * columns + j] as number);
}

export const fromRows = (m: Matrix, lead: number[]): Nd => ({
  shape: [...lead, (m[0] as number[]).length],
  values: m.flat(),
});

/** `g v / |v|`, the length over every axis that is not an output's. */
export function normalized(v: Nd, g: Nd, outputAxes: number[]): Nd {
  const outputs = outputAxes.map((axis) => v.shape.length + axis);
  const of = (index: number[]) => outputs.map((axis) => index[axis] as number);
  const squares = build(g.shape, () => 0);
  everyIndex(v.shape, (...index) => {
    const i = offset(g.shape, of(index));
    squares.values[i] = (squares.values[i] as number) + get(v, ...index) ** 2;
  });
  return build(v.shape, (...index) => {
    const to = of(index);
    return (get(g, ...to) * get(v, ...index)) / Math.sqrt(get(squares, ...to));
  });
}

export interface Window64 {
  strides?: [number, number];
  padding?: 'valid' | 'same';
  dilations?: [number, number];
}

/** How many places a window has along an axis, and how many zeros lie before the first entry. */
export function places(
  n: number,
  kernel: number,
  stride: number,
  rate: number,
  padding: string,
): [number, number] {
  const extent = (kernel - 1) * rate + 1;
  if (padding === 'valid') return [Math.ceil((n - extent + 1) / stride), 0];
  const count = Math.ceil(n / stride);
  return [count, Math.floor(Math.max(0, (count - 1) * stride + extent - n) / 2)];
}

/** What the window sees at each place, `[batch, height', width', kernel height * kernel width * channels]`. */
export function patches64(
  x: Nd,
  [kh, kw]: [number, number],
  { strides = [1, 1], padding = 'valid', dilations = [1, 1] }: Window64 = {},
): Nd {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const [rows, top] = places(height, kh, strides[0], dilations[0], padding);
  const [columns, left] = places(width, kw, strides[1], dilations[1], padding);
  return build([batch, rows, columns, kh * kw * channels], (n, i, j, k) => {
    const channel = k % channels;
    const entry = Math.floor(k / channels);
    const row = i * strides[0] - top + Math.floor(entry / kw) * dilations[0];
    const column = j * strides[1] - left + (entry % kw) * dilations[1];
    const inside = row >= 0 && row < height && column >= 0 && column < width;
    return inside ? get(x, n, row, column, channel) : 0;
  });
}

/** Product of the last axis with a matrix of the kernel's last axis as columns. */
export function product(x: Nd, kernel: Nd): Nd {
  const [a, b] = [rows(x), rows(kernel)];
  const columns = (b[0] as number[]).length;
  const m = matrix(a.length, columns, (i, j) =>
    dot(
      a[i] as number[],
      b.map((row) => row[j] as number),
    ),
  );
  return fromRows(m, x.shape.slice(0, -1));
}

export function conv64(x: Nd, kernel: Nd, window: Window64 = {}): Nd {
  const [kh, kw] = kernel.shape as [number, number];
  return product(patches64(x, [kh, kw], window), kernel);
}

/** Valid padding; kernel `[height, width, out, in]`. */
export function convTranspose64(x: Nd, kernel: Nd, [sh, sw]: [number, number]): Nd {
  const [n, h, w, channels] = x.shape as [number, number, number, number];
  const [kh, kw, out] = kernel.shape as [number, number, number];
  const y = build([n, (h - 1) * sh + kh, (w - 1) * sw + kw, out], () => 0);
  everyIndex([n, h, w, kh, kw, out, channels], (b, i, j, di, dj, o, c) => {
    const at = offset(y.shape, [b, i * sh + di, j * sw + dj, o]);
    y.values[at] = (y.values[at] as number) + get(x, b, i, j, c) * get(kernel, di, dj, o, c);
  });
  return y;
}

/** Kernel `[height, width, in, multiplier]`; output channels are in order of the input's. */
export function depthwise64(x: Nd, kernel: Nd, window: Window64 = {}): Nd {
  const [kh, kw, channels, multiplier] = kernel.shape as [number, number, number, number];
  const wide = build([kh, kw, channels, channels * multiplier], (i, j, c, o) =>
    Math.floor(o / multiplier) === c ? get(kernel, i, j, c, o % multiplier) : 0,
  );
  return conv64(x, wide, window);
}

export const map = (t: Nd, f: (value: number) => number): Nd => ({ shape: t.shape, values: t.values.map(f) });

/** Adds a bias along the last axis. */
export const addBias = (t: Nd, bias: Nd): Nd => ({
  shape: t.shape,
  values: t.values.map((value, i) => value + (bias.values[i % bias.values.length] as number)),
});

/** Weighs an output so that no element's gradient equals another's. */
export const cotangent = (length: number): number[] =>
  Array.from({ length }, (_, i) => Math.fround(Math.cos(1 + i * 0.7)));

/** The gradient of `f` with respect to each element of `t`, by central differences. */
export function gradient64(f: (t: Nd) => number, t: Nd, h = 1e-5): number[] {
  const moved = (i: number, by: number): Nd => ({
    shape: t.shape,
    values: t.values.map((value, j) => (i === j ? value + by : value)),
  });
  return t.values.map((_, i) => (f(moved(i, h)) - f(moved(i, -h))) / (2 * h));
}
