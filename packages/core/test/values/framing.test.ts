import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Codec } from '../../src/codec.ts';
import { isCacheError } from '../../src/errors.ts';
import { Framing, checkCodec, checkCodecs, codecsOf } from '../../src/framing.ts';

const context = { cache: 'users', space: 'users:', key: 'ann', schemaVersion: 0 };

/** A codec that gives and takes bytes as they are. */
const raw = (id: string, rest: Partial<Codec> = {}): Codec => ({
  id,
  encode: (value) => Uint8Array.from(value as Uint8Array),
  decode: (bytes) => Uint8Array.from(bytes),
  ...rest,
});
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const framed = (codec: Codec, text: string): Uint8Array => new Framing([codec]).frame(bytes(text));

function failureOf(work: () => unknown): { readonly message: string } {
  try {
    work();
  } catch (error) {
    if (isCacheError(error, 'CODEC_FAILED')) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('a frame', () => {
  it('is the length of the id, the id, and the bytes of the codec', () => {
    expect([...framed(raw('cbor'), 'xyz')]).toEqual([4, ...bytes('cbor'), ...bytes('xyz')]);
    expect([...framed(raw('0123456789abcdef'), '')]).toEqual([16, ...bytes('0123456789abcdef')]);
  });

  it('is a copy of what the codec gave, which is wiped', () => {
    const given = bytes('secret');
    const frame = new Framing([raw('a')]).frame(given);
    expect([...given]).toEqual([0, 0, 0, 0, 0, 0]);
    expect(frame.buffer).not.toBe(given.buffer);
    expect([...frame.subarray(2)]).toEqual([...bytes('secret')]);
  });

  it('is read by the codec that it names, whichever writes', () => {
    const [old, next] = [raw('json'), raw('json2')];
    const texts = [framed(old, 'old'), framed(next, 'next')].map((frame) => {
      const read = (codecs: readonly Codec[]): string =>
        new TextDecoder().decode(new Framing(codecs).decode(frame, context) as Uint8Array);
      expect(read([old, next])).toBe(read([next, old]));
      return read([next, old]);
    });
    expect(texts).toEqual(['old', 'next']);
  });

  it('is read past a schema version', () => {
    const frame = Uint8Array.of(0x80 | 1, 0x61, 1, 2, 7);
    expect(new Framing([raw('a')]).decode(frame, context)).toEqual(Uint8Array.of(7));
  });

  it('tells its codec the schema version that it holds, and nothing else of it', () => {
    const seen: unknown[] = [];
    const codec = raw('a', { decode: (_, { schemaVersion, ...place }) => seen.push(schemaVersion, place) });
    const framing = new Framing([codec], 5);
    for (const version of [0, 5, 258, 65_535])
      framing.decode(new Framing([codec], version).frame(bytes('x')), { ...context, schemaVersion: 5 });
    // Where it says so, the version is none.
    framing.decode(Uint8Array.of(0x81, 97, 0, 0, 7), { ...context, schemaVersion: 5 });
    const { schemaVersion: _, ...place } = context;
    expect(seen).toEqual([0, place, 5, place, 258, place, 65_535, place, 0, place]);
  });

  it('is read wherever it lies in its buffer', () => {
    const around = new Uint8Array(20).fill(9);
    around.set(framed(raw('a'), 'xyz'), 5);
    expect(new Framing([raw('a')]).decode(around.subarray(5, 10), context)).toEqual(bytes('xyz'));
  });

  it('of a codec that is not read tells its id and the remedy, and nothing of what follows', () => {
    const { message } = failureOf(() =>
      new Framing([raw('a')]).decode(framed(raw('gz+cbor'), 'secret'), context),
    );
    expect(message).toMatch(/codec 'gz\+cbor', which this cache does not read: add it to the list/);
    expect(message).not.toContain('secret');
  });

  it.each([
    ['nothing', []],
    ['an id of no length', [0, 1, 2]],
    ['an id that is cut off', [4, 99, 98]],
    ['an id longer than any', [17, ...bytes('12345678901234567')]],
    ['an id that is not printable', [2, 27, 91, 1]],
    ['a space in the id', [3, 97, 32, 98]],
    ['a bit that means nothing yet', [0x20 | 1, 97, 1]],
    ['another bit that means nothing yet', [0x40 | 1, 97, 1]],
  ])('is none: %s', (_, given) => {
    const { message } = failureOf(() => new Framing([raw('a')]).decode(Uint8Array.from(given), context));
    expect(message).toMatch(/do not begin as a cache writes them: delete the entry/);
  });

  it('holds the schema version that it was written under', () => {
    const codec = raw('cbor');
    const frame = new Framing([codec], 0x1234).frame(bytes('x'));
    expect([...frame]).toEqual([0x80 | 4, ...bytes('cbor'), 0x12, 0x34, ...bytes('x')]);
    for (const ours of [0, 1, 0x1234, 65_535]) {
      const framing = new Framing([codec], ours);
      expect(framing.versionOf(frame)).toBe(0x1234);
      expect(framing.decode(frame, context)).toEqual(bytes('x'));
      expect(framing.versionOf(framed(codec, 'x'))).toBe(0);
    }
    // Also one of a codec that is not known: it may be as new.
    expect(new Framing([raw('a')], 1).versionOf(frame)).toBe(0x1234);
  });

  it('that is none has no version of its own', () => {
    const framing = new Framing([raw('a')], 7);
    for (const given of [[0x81], [0x80, 1, 1], [0x81, 7, 1, 1], [0xff, 97, 1, 1]])
      expect(framing.versionOf(Uint8Array.from(given))).toBe(7);
  });

  it('that is cut off in its version is told as such', () => {
    const decode = (...given: number[]) => new Framing([raw('a')]).decode(Uint8Array.from(given), context);
    expect(failureOf(() => decode(0x81, 97)).message).toMatch(/cut off/);
    expect(failureOf(() => decode(0x81, 97, 0)).message).toMatch(/cut off/);
    expect(decode(0x81, 97, 0, 1)).toEqual(new Uint8Array());
  });

  it('of any bytes is read, or fails with the code, the key and a bounded text', () => {
    const framing = new Framing([raw('a'), raw('bc')]);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (given) => {
        try {
          framing.decode(given, context);
        } catch (error) {
          expect(error).toMatchObject({ code: 'CODEC_FAILED', cache: 'users', key: 'ann' });
          expect((error as Error).message).toMatch(/^[ -~]{1,160}$/);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('codecs that are given', () => {
  it.each([
    [undefined, /expected a codec: an object with id, encode and decode/],
    ['cbor', /expected a codec/],
    [{ id: 'a' }, /expected a codec/],
    [raw(''), /a codec has the id "": give it 1 to 16 printable ASCII characters/],
    [raw('x'.repeat(17)), /the id "xxxxxxxxxxxxxxxxx"/],
    [raw('x'.repeat(10_000)), /^here: a codec has the id "x{59}…"/],
    [raw('a b'), /the id "a b"/],
    [raw('a\nb'), /the id "a\\nb"/],
    [raw('é'), /the id "é"/],
  ])('are refused by the name of the place: %#', (given, reason) => {
    for (const check of [() => checkCodec(given, 'here'), () => checkCodecs([raw('z'), given], 'here')]) {
      expect(check).toThrow(TypeError);
      expect(check).toThrow(reason);
    }
  });

  it('are a list that does not change, even of one', () => {
    const [a, b] = [raw('a'), raw('b')];
    const list = [a, b];
    const codecs = checkCodecs(list, 'here');
    list.pop();
    expect(codecs).toEqual([a, b]);
    expect(checkCodecs(a, 'here')).toEqual([a]);
    expect(Object.isFrozen(codecs)).toBe(true);
  });

  it('are refused when frames could not tell them apart, and when there are none', () => {
    expect(() => checkCodecs([raw('a'), raw('b'), raw('a')], 'here')).toThrow(/two codecs have the id 'a'/);
    expect(() => checkCodecs([], 'here')).toThrow(/at least one/);
  });
});

describe('the codecs of a cache', () => {
  const own = raw('own');

  it('are the default of its provider where it names none', () => {
    expect(codecsOf(undefined, own)).toEqual([own]);
  });

  it('are those it names, and the default, which does not write', () => {
    expect(codecsOf([raw('a')], own).map(({ id }) => id)).toEqual(['a', 'own']);
  });

  it('have each id once: what the cache names counts', () => {
    const named = raw('own');
    expect(codecsOf([raw('a'), named], own)[1]).toBe(named);
    expect(codecsOf([raw('a'), named], own)).toHaveLength(2);
  });

  it('leave the default out where the one that writes authenticates: anybody can write what it reads', () => {
    const sealed = raw('sealed', { authenticates: true });
    expect(codecsOf([sealed], own)).toEqual([sealed]);
    expect(codecsOf([raw('a'), sealed], own)).toHaveLength(3);
  });
});
