import type { Handle, Ops } from './native-op.js';
import { padded } from './native-parts.js';

const FROM_BOOL = { SrcT: 'bool', DstT: 'uint8', Truncate: false } as const;
const TO_BOOL = { SrcT: 'uint8', DstT: 'bool', Truncate: false } as const;
const TO_BYTE = { SrcT: 'int64', DstT: 'uint8', Truncate: false } as const;
const FROM_BYTE = { SrcT: 'uint8', DstT: 'int64', Truncate: false } as const;
const LONG = { T: 'int64' } as const;
const AS_LONG = { T: 'uint8', type: 'int64' } as const;
const AS_BYTES = { T: 'int64', type: 'uint8' } as const;
const OF_HALVES = { T: 'int32', type: 'int64' } as const;
const SHAPED = { T: 'uint8', Tshape: 'int32' } as const;

/**
 * 2^0 + 2^9 + ... + 2^63, lower half first. A product with it carries the lowest bits of eight bytes into the top byte,
 * byte k's to bit 7 - k; and the bits of one byte to the tops of eight, in the same order. No sum has a carry.
 */
const NINTHS = [0x08040201, 0x80402010 | 0];
const TOPS = [0x80808080 | 0, 0x80808080 | 0];
const TOP_BYTE = [56, 0];

/** The number of truth values that fill whole bytes. */
export const inBytes = (count: number): number => 8 * Math.ceil(count / 8);

/** Truth values at a bit each: bool `[..., n]` to bytes `[..., ceil(n / 8)]`. */
export function packed(ops: Ops, values: Handle, shape: number[]): Handle {
  const { op, integers } = ops;
  const [outer, n] = [shape.slice(0, -1), shape.at(-1)!];
  const missing = [...outer.map(() => 0), inBytes(n) - n];
  const bytes = padded(ops, 'uint8', op('Cast', FROM_BOOL, values), missing);
  const eights = op('Reshape', SHAPED, bytes, integers([...outer, inBytes(n) / 8, 8]));
  const carried = op('Mul', LONG, op('Bitcast', AS_LONG, eights), long(ops, NINTHS));
  return op('Cast', TO_BYTE, op('RightShift', LONG, carried, long(ops, TOP_BYTE)));
}

/** The reverse, to a shape whose last size is one of whole bytes. */
export function unpacked(ops: Ops, bits: Handle, shape: number[]): Handle {
  const { op, integers } = ops;
  const carried = op('Mul', LONG, op('Cast', FROM_BYTE, bits), long(ops, NINTHS));
  const tops = op('BitwiseAnd', LONG, carried, long(ops, TOPS));
  return op('Cast', TO_BOOL, op('Reshape', SHAPED, op('Bitcast', AS_BYTES, tops), integers(shape)));
}

function long({ op, integers }: Ops, halves: number[]): Handle {
  return op('Bitcast', OF_HALVES, integers(halves));
}
