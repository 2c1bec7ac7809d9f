import { FLOAT, SLICE } from './native-attributes.js';
import type { Handle, Ops } from './native-op.js';

/** How many numbers are worked on at once: 4 MB of them stay in a processor's cache from one op to the next. */
const CACHED = 2 ** 20;

const EXPANDED = { ...FLOAT, Tdim: 'int32' } as const;
const TILED = { ...FLOAT, Tmultiples: 'int32' } as const;
const INTEGERS = { T: 'int32', Tshape: 'int32' } as const;

type Type = 'float32' | 'uint8' | 'bool';

/** Into how many rows each a tensor of `rows` rows, of `width` numbers each, is split to be worked on part by part. */
export function sizesOf(rows: number, width: number): number[] {
  const size = Math.max(1, Math.floor(CACHED / width));
  return Array.from({ length: Math.ceil(rows / size) }, (_, n) => Math.min(size, rows - n * size));
}

/** The parts of a tensor, by its first axis. */
export function split({ ops, integer, integers }: Ops, T: Type, t: Handle, sizes: number[]): Handle[] {
  if (sizes.length === 1) return [t];
  const attributes = { T, Tlen: 'int32', num_split: { int: sizes.length } } as const;
  return ops(sizes.length, 'SplitV', attributes, t, integers(sizes), integer(0));
}

/** The tensor of these parts. */
export function joined({ op, integer }: Ops, T: Type, parts: Handle[]): Handle {
  if (parts.length === 1) return parts[0]!;
  return op('ConcatV2', { T, Tidx: 'int32', N: { int: parts.length } }, ...parts, integer(0));
}

/** Zeros at the end of each axis, as many as `counts` says. */
export function padded({ op, integers }: Ops, T: Type, t: Handle, counts: number[]): Handle {
  if (counts.every((count) => count === 0)) return t;
  const flat = integers(counts.flatMap((count) => [0, count]));
  return op('Pad', { T, Tpaddings: 'int32' }, t, op('Reshape', INTEGERS, flat, integers([counts.length, 2])));
}

/** Numbers where a part's truth values hold, else 0. */
type Selecting = (part: number, kept: Handle) => Handle;

/**
 * What a matrix has where truth values hold, for each row of each part. It is repeated and the zeros are written out:
 * where TensorFlow's selection broadcasts, it takes two to three times as long.
 */
export function selecting({ op, integer, integers }: Ops, matrix: Handle, sizes: number[]): Selecting {
  const [size = 1] = sizes;
  const rest = sizes.at(-1) ?? size;
  const values = op('Tile', TILED, op('ExpandDims', EXPANDED, matrix, integer(0)), integers([size, 1, 1]));
  const whole = [values, op('ZerosLike', FLOAT, values)] as const;
  const first = (t: Handle) =>
    rest === size ? t : op('Slice', SLICE, t, integers([0, 0, 0]), integers([rest, -1, -1]));
  const last = [first(whole[0]), first(whole[1])] as const;
  return (part, kept) => op('Select', FLOAT, kept, ...(part < sizes.length - 1 ? whole : last));
}
