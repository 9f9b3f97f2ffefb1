import { describe, expect, it } from 'vitest';
import { BYTES } from '../src/format.ts';
import { Output } from '../src/output.ts';

/** All the memory of an output, also past what was written. */
const memoryOf = (out: Output): Uint8Array => new Uint8Array(out.look().buffer);
const isBlank = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === 0);

const TEXTS = [
  'hunter2',
  'x'.repeat(23),
  'x'.repeat(24),
  'x'.repeat(48),
  'x'.repeat(49),
  'x'.repeat(255),
  'x'.repeat(256),
  'short with an é',
  'é'.repeat(23),
  '漢'.repeat(85),
  `${'x'.repeat(60)}👩`,
  'x'.repeat(900),
];

describe('the memory that is written to', () => {
  it.each(TEXTS)('is wiped of the text %s', (text) => {
    const out = new Output();
    expect(out.text(text)).toBe(true);
    expect(isBlank(memoryOf(out))).toBe(false);
    out.wipe();
    expect(out.at).toBe(0);
    expect(isBlank(memoryOf(out))).toBe(true);
  });

  it.each(['\uD800', 'secret \uDC00', `${'secret'.repeat(50)}\uD800`, `${'漢'.repeat(30)}\uDFFF`])(
    'holds nothing of a text without UTF-8: %j',
    (text) => {
      const out = new Output();
      out.byte(1);
      expect(out.text(text)).toBe(false);
      expect([...out.look()]).toEqual([1]);
      out.wipe();
      expect(isBlank(memoryOf(out))).toBe(true);
    },
  );

  it('is wiped when it is outgrown', () => {
    const out = new Output();
    out.text('hunter2');
    const outgrown = memoryOf(out);
    out.raw(new Uint8Array(outgrown.length).fill(7));
    expect(out.look().buffer).not.toBe(outgrown.buffer);
    expect(isBlank(outgrown)).toBe(true);
    out.wipe();
    expect(isBlank(memoryOf(out))).toBe(true);
  });

  it('is wiped of the last of its bytes, whatever their number', () => {
    const out = new Output();
    for (const length of [1, 7, 8, 9, 1_017, 1_023, 1_024, 1_025, 5_001]) {
      out.head(BYTES, length);
      out.raw(new Uint8Array(length).fill(0xff));
      out.float64(0.1);
      out.uint64(0, 2n ** 64n - 1n);
      out.wipe();
      expect(isBlank(memoryOf(out))).toBe(true);
    }
  });

  it('is not kept when it is large', () => {
    const out = new Output();
    expect(out.isSmall).toBe(true);
    out.raw(new Uint8Array(65_000));
    expect(out.isSmall).toBe(true);
    out.raw(new Uint8Array(10_000));
    expect(out.isSmall).toBe(false);
  });
});
