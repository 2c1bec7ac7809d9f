/** Resizing in float64, which shares no code with the ops. */
import { build, get, type Nd } from './nd.js';

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
