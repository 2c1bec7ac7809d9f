/** Convolutions and pooling in float64, of any number of spatial axes, and resizing; they share no code with the ops. */
import { build, everyIndex, get, type Nd, offset, places, size } from './nd.js';

/** How a window moves; a number for each spatial axis. */
export interface Window {
  size: number[];
  strides: number[];
  padding: 'valid' | 'same';
}

/** What each place of the output sees: for each, the entry of the window and the pixel, both counted in row-major order. */
interface Seen {
  out: number[];
  places: { entry: number; pixel: number }[][];
}

function seen(spatial: number[], { size: sizes, strides, padding }: Window): Seen {
  const axes = spatial.map((n, i) => places(n, sizes[i] as number, strides[i] as number, 1, padding));
  const out = axes.map(([count]) => count);
  const found: Seen['places'] = [];
  everyIndex(out, (...place) => {
    const here: Seen['places'][number] = [];
    everyIndex(sizes, (...entry) => {
      const at = place.map(
        (p, i) => p * (strides[i] as number) - (axes[i]?.[1] as number) + (entry[i] as number),
      );
      if (at.some((x, i) => x < 0 || x >= (spatial[i] as number))) return;
      here.push({ entry: offset(sizes, entry), pixel: offset(spatial, at) });
    });
    found.push(here);
  });
  return { out, places: found };
}

const spatialOf = ({ shape }: Nd): number[] => shape.slice(1, -1);
const flat = (t: Nd, shape: number[]): Nd => ({ shape, values: t.values });
const add = (t: Nd, at: number, value: number) => {
  t.values[at] = (t.values[at] as number) + value;
};

/** @param kernel `[...window, in, out]` */
export function convolution(x: Nd, kernel: Nd, window: Window): Nd {
  const [batch, channels, outputs] = [x.shape[0], x.shape.at(-1), kernel.shape.at(-1)] as [
    number,
    number,
    number,
  ];
  const { out, places } = seen(spatialOf(x), window);
  const [images, entries] = [
    flat(x, [batch, size(spatialOf(x)), channels]),
    flat(kernel, [size(window.size), channels, outputs]),
  ];
  const y = build([batch, places.length, outputs], (n, p, o) =>
    (places[p] as Seen['places'][number]).reduce((sum, { entry, pixel }) => {
      for (let c = 0; c < channels; c++) sum += get(images, n, pixel, c) * get(entries, entry, c, o);
      return sum;
    }, 0),
  );
  return flat(y, [batch, ...out, outputs]);
}

/** The transpose of {@link convolution} by its input, which has `spatial`. @param kernel `[...window, out, in]` */
export function transposedConvolution(x: Nd, kernel: Nd, window: Window, spatial: number[]): Nd {
  const [batch, channels, outputs] = [x.shape[0], x.shape.at(-1), kernel.shape.at(-2)] as [
    number,
    number,
    number,
  ];
  const { places } = seen(spatial, window);
  const [images, entries] = [
    flat(x, [batch, places.length, channels]),
    flat(kernel, [size(window.size), outputs, channels]),
  ];
  const y = build([batch, size(spatial), outputs], () => 0);
  everyIndex([batch, places.length, outputs, channels], (n, p, o, c) => {
    for (const { entry, pixel } of places[p] as Seen['places'][number]) {
      add(y, offset(y.shape, [n, pixel, o]), get(images, n, p, c) * get(entries, entry, o, c));
    }
  });
  return flat(y, [batch, ...spatial, outputs]);
}

/** @param kernel `[...window, in, multiplier]` */
export function depthwise(x: Nd, kernel: Nd, window: Window): Nd {
  const [channels, multiplier] = kernel.shape.slice(-2) as [number, number];
  const wide = build([...window.size, channels, channels * multiplier], (...index) => {
    const [c, o] = index.slice(-2) as [number, number];
    return Math.floor(o / multiplier) === c ? get(kernel, ...index.slice(0, -2), c, o % multiplier) : 0;
  });
  return convolution(x, wide, window);
}

/** Of the entries within the image alone. */
export function pool(x: Nd, window: Window, kind: 'average' | 'largest'): Nd {
  const [batch, channels] = [x.shape[0], x.shape.at(-1)] as [number, number];
  const { out, places } = seen(spatialOf(x), window);
  const images = flat(x, [batch, size(spatialOf(x)), channels]);
  const y = build([batch, places.length, channels], (n, p, c) => {
    const values = (places[p] as Seen['places'][number]).map(({ pixel }) => get(images, n, pixel, c));
    return kind === 'largest' ? Math.max(...values) : values.reduce((a, b) => a + b, 0) / values.length;
  });
  return flat(y, [batch, ...out, channels]);
}

export interface Resize {
  kind: 'nearest' | 'bilinear';
  to: [number, number];
  alignCorners: boolean;
  halfPixelCenters: boolean;
}

/** As TensorFlow's ops ResizeNearestNeighbor and ResizeBilinear are described. */
export function resize(x: Nd, { kind, to, alignCorners, halfPixelCenters }: Resize): Nd {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const axes = [height, width].map((from, axis) => {
    const n = to[axis] as number;
    const scale = alignCorners && n > 1 ? (from - 1) / (n - 1) : from / n;
    return Array.from({ length: n }, (_, i) => {
      if (kind === 'nearest') {
        const at = (i + (halfPixelCenters ? 0.5 : 0)) * scale;
        const place = alignCorners ? Math.floor(at + 0.5) : Math.floor(at);
        return [{ at: Math.max(0, Math.min(place, from - 1)), weight: 1 }];
      }
      const at = halfPixelCenters ? (i + 0.5) * scale - 0.5 : i * scale;
      const low = Math.floor(at);
      const inside = (place: number) => Math.max(0, Math.min(place, from - 1));
      return [
        { at: inside(low), weight: 1 - (at - low) },
        { at: inside(low + 1), weight: at - low },
      ];
    });
  }) as [{ at: number; weight: number }[][], { at: number; weight: number }[][]];
  return build([batch, ...to, channels], (n, i, j, c) => {
    let sum = 0;
    for (const row of axes[0][i] as { at: number; weight: number }[]) {
      for (const column of axes[1][j] as { at: number; weight: number }[]) {
        sum += row.weight * column.weight * get(x, n, row.at, column.at, c);
      }
    }
    return sum;
  });
}
