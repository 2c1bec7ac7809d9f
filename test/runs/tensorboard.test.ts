import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { crc32c, encodeEvent } from '../../src/runs/tensorboard.js';

describe('crc32c', () => {
  // RFC 3720, appendix B.4.
  it.each([
    ['32 bytes of zeros', Buffer.alloc(32), 0x8a9136aa],
    ['32 bytes of ones', Buffer.alloc(32, 0xff), 0x62a8ab43],
    ['32 bytes counting up', Buffer.from([...Array(32).keys()]), 0x46dd794e],
    ['32 bytes counting down', Buffer.from([...Array(32).keys()].reverse()), 0x113fdb5c],
  ])('of %s', (_, bytes, expected) => {
    expect(crc32c(bytes)).toBe(expected);
  });
});

describe('encodeEvent', () => {
  it('equals what TensorBoard’s own writer makes, to the bit', () => {
    // Made by test/runs/fixtures/events.py with the versions that stand in the file.
    const fixture = JSON.parse(readFileSync(new URL('fixtures/events.json', import.meta.url), 'utf8')) as {
      records: { event: Parameters<typeof encodeEvent>[0]; hex: string }[];
    };
    expect(fixture.records.length).toBeGreaterThan(3);
    for (const { event, hex } of fixture.records) {
      expect(Buffer.from(encodeEvent(event)).toString('hex')).toBe(hex);
    }
  });
});
