/** Windows that move over one to three axes, by their definition, in float64. */
import { everyIndex, type Nd, offset, size } from '../nd.js';

export interface SlidingWindow {
  kernel: number[];
  strides: number[];
  pad: 'same' | 'valid';
  dilations?: number[];
}

/** At one place, an entry of the window and the pixel under it, each by its number in row-major order. */
type Meeting = readonly [place: number, pixel: number, entry: number];

/** How many places the window has along each axis, and what meets there, by TensorFlow's rule for `same`. */
function slide(
  space: number[],
  { kernel, strides, pad, dilations }: SlidingWindow,
): { places: number[]; meetings: Meeting[] } {
  const axes = space.map((n, axis) => {
    const [entries, stride] = [kernel[axis] as number, strides[axis] as number];
    const rate = dilations?.[axis] ?? 1;
    const extent = (entries - 1) * rate + 1;
    const count = pad === 'same' ? Math.ceil(n / stride) : Math.ceil((n - extent + 1) / stride);
    const before = pad === 'same' ? Math.floor(Math.max((count - 1) * stride + extent - n, 0) / 2) : 0;
    return { count, pixelOf: (place: number, entry: number) => place * stride - before + entry * rate };
  });
  const places = axes.map(({ count }) => count);
  const meetings: Meeting[] = [];
  everyIndex(places, (...place) =>
    everyIndex(kernel, (...entry) => {
      const pixel = axes.map(({ pixelOf }, axis) => pixelOf(place[axis] as number, entry[axis] as number));
      if (pixel.some((i, axis) => i < 0 || i >= (space[axis] as number))) return;
      meetings.push([offset(places, place), offset(space, pixel), offset(kernel, entry)]);
    }),
  );
  return { places, meetings };
}

const zeros = (shape: number[]): Nd => ({ shape, values: new Array(size(shape)).fill(0) });

/** Adds a product to an entry. */
const add = (t: Nd, i: number, a: number | undefined, b: number | undefined): void => {
  (t.values[i] as number) += (a as number) * (b as number);
};

/** `y[n, place, o] = sum over entries and c of x[n, pixel, c] w[entry, c, o]`. */
export function convolution(space: number[], window: SlidingWindow): (x: Nd, w: Nd) => Nd {
  const { places, meetings } = slide(space, window);
  const [pixels, out] = [size(space), size(places)];
  return (x, w) => {
    const [c, o] = w.shape.slice(-2) as [number, number];
    const y = zeros([x.shape[0] as number, ...places, o]);
    for (let n = 0; n < (x.shape[0] as number); n++)
      for (const [place, pixel, entry] of meetings)
        for (let i = 0; i < c; i++)
          for (let j = 0; j < o; j++)
            add(
              y,
              (n * out + place) * o + j,
              x.values[(n * pixels + pixel) * c + i],
              w.values[(entry * c + i) * o + j],
            );
    return y;
  };
}

/** `y[n, place, c, m] = sum over entries of x[n, pixel, c] w[entry, c, m]`. */
export function depthwise(space: number[], window: SlidingWindow): (x: Nd, w: Nd) => Nd {
  const { places, meetings } = slide(space, window);
  const [pixels, out] = [size(space), size(places)];
  return (x, w) => {
    const [c, m] = w.shape.slice(-2) as [number, number];
    const y = zeros([x.shape[0] as number, ...places, c * m]);
    for (let n = 0; n < (x.shape[0] as number); n++)
      for (const [place, pixel, entry] of meetings)
        for (let i = 0; i < c; i++)
          for (let j = 0; j < m; j++)
            add(
              y,
              ((n * out + place) * c + i) * m + j,
              x.values[(n * pixels + pixel) * c + i],
              w.values[(entry * c + i) * m + j],
            );
    return y;
  };
}

/** `y[n, pixel, c] = sum over the places that see it of x[n, place, o] w[entry, c, o]`; the space is that of y. */
export function transposed(
  space: number[],
  window: SlidingWindow,
): { places: number[]; exact: (x: Nd, w: Nd) => Nd } {
  const { places, meetings } = slide(space, window);
  const [pixels, out] = [size(space), size(places)];
  const exact = (x: Nd, w: Nd) => {
    const [c, o] = w.shape.slice(-2) as [number, number];
    const y = zeros([x.shape[0] as number, ...space, c]);
    for (let n = 0; n < (x.shape[0] as number); n++)
      for (const [place, pixel, entry] of meetings)
        for (let i = 0; i < c; i++)
          for (let j = 0; j < o; j++)
            add(
              y,
              (n * pixels + pixel) * c + i,
              x.values[(n * out + place) * o + j],
              w.values[(entry * c + i) * o + j],
            );
    return y;
  };
  return { places, exact };
}

/** The mean of the pixels within the image. */
export function averagePool(space: number[], window: SlidingWindow): (x: Nd) => Nd {
  const { places, meetings } = slide(space, window);
  const [pixels, out] = [size(space), size(places)];
  const counts = new Array(out).fill(0);
  for (const [place] of meetings) counts[place]++;
  return (x) => {
    const c = x.shape.at(-1) as number;
    const y = zeros([x.shape[0] as number, ...places, c]);
    for (let n = 0; n < (x.shape[0] as number); n++)
      for (const [place, pixel] of meetings)
        for (let i = 0; i < c; i++)
          add(y, (n * out + place) * c + i, x.values[(n * pixels + pixel) * c + i], 1 / counts[place]);
    return y;
  };
}

/** Where the largest pixel of each window is, the first of equal ones. */
function largest(space: number[], window: SlidingWindow): (x: Nd) => { shape: number[]; from: number[] } {
  const { places, meetings } = slide(space, window);
  const [pixels, out] = [size(space), size(places)];
  return (x) => {
    const c = x.shape.at(-1) as number;
    const shape = [x.shape[0] as number, ...places, c];
    const from: number[] = new Array(size(shape)).fill(-1);
    for (let n = 0; n < (x.shape[0] as number); n++)
      for (const [place, pixel] of meetings)
        for (let i = 0; i < c; i++) {
          const [to, at] = [(n * out + place) * c + i, (n * pixels + pixel) * c + i];
          const best = from[to] as number;
          if (best < 0 || (x.values[at] as number) > (x.values[best] as number)) from[to] = at;
        }
    return { shape, from };
  };
}

export function maxPool(space: number[], window: SlidingWindow): (x: Nd) => Nd {
  const find = largest(space, window);
  return (x) => {
    const { shape, from } = find(x);
    return { shape, values: from.map((at) => x.values[at] as number) };
  };
}

export function maxPoolGradient(space: number[], window: SlidingWindow): (dy: number[], x: Nd) => number[][] {
  const find = largest(space, window);
  return (dy, x) => {
    const dx = zeros(x.shape);
    for (const [i, at] of find(x).from.entries()) add(dx, at, dy[i], 1);
    return [dx.values];
  };
}
