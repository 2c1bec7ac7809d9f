/**
 * TensorBoard event files, without TensorFlow: records of Event messages, so that runs on every backend can be looked at.
 *
 * Sources: tensorflow/core/util/event.proto and core/framework/summary.proto for the messages, core/lib/io/record_writer
 * for the frame (length, masked CRC-32C of the length, data, masked CRC-32C of the data).
 */

/** Seconds since 1970 and what happened: the version line that opens a file, or numbers by name at a step. */
export type BoardEvent =
  | { wallTime: number; fileVersion: 'brain.Event:2' }
  | { wallTime: number; step: number; scalars: Record<string, number> };

/** The bytes of one record. */
export function encodeEvent(event: BoardEvent): Uint8Array {
  return frame(
    message(
      double(1, event.wallTime),
      'fileVersion' in event
        ? text(3, event.fileVersion)
        : message(varint(2, event.step), bytes(5, summary(event.scalars))),
    ),
  );
}

function summary(scalars: Record<string, number>): Uint8Array {
  return message(
    ...Object.entries(scalars).map(([tag, value]) => bytes(1, message(text(1, tag), float(2, value)))),
  );
}

function frame(data: Uint8Array): Uint8Array {
  const length = littleEndian(8, (view) => view.setBigUint64(0, BigInt(data.length), true));
  return message(length, maskedCrc(length), data, maskedCrc(data));
}

// Protocol buffers: a field is its number and wire type in one varint, then its value.
const VARINT = 0;
const FIXED64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED32 = 5;

const message = (...parts: Uint8Array[]): Uint8Array => Buffer.concat(parts);
const key = (field: number, wireType: number) => base128((field << 3) | wireType);
const varint = (field: number, value: number) => message(key(field, VARINT), base128(value));
const bytes = (field: number, value: Uint8Array) =>
  message(key(field, LENGTH_DELIMITED), base128(value.length), value);
const text = (field: number, value: string) => bytes(field, new TextEncoder().encode(value));
const double = (field: number, value: number) =>
  message(
    key(field, FIXED64),
    littleEndian(8, (view) => view.setFloat64(0, value, true)),
  );
const float = (field: number, value: number) =>
  message(
    key(field, FIXED32),
    littleEndian(4, (view) => view.setFloat32(0, value, true)),
  );

/** @param value an integer from 0 to 2^53 */
function base128(value: number): Uint8Array {
  const out: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Uint8Array.from([...out, rest]);
    out.push((rest % 128) | 128);
  }
}

function littleEndian(size: number, write: (view: DataView) => void): Uint8Array {
  const view = new DataView(new ArrayBuffer(size));
  write(view);
  return new Uint8Array(view.buffer);
}

/** The reversed polynomial of Castagnoli, iSCSI's (RFC 3720). */
const CASTAGNOLI = 0x82f63b78;
const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ CASTAGNOLI : crc >>> 1;
  return crc;
});

export function crc32c(data: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of data) crc = crcTable[(crc ^ byte) & 0xff]! ^ (crc >>> 8);
  return ~crc >>> 0;
}

/** Rotated and shifted, since a checksum of data that holds checksums is weak. */
function maskedCrc(data: Uint8Array): Uint8Array {
  const crc = crc32c(data);
  return littleEndian(4, (view) => view.setUint32(0, ((crc >>> 15) | (crc << 17)) + 0xa282ead8, true));
}
