import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binaryCodec } from '../../src/binary-codec.ts';
import type { Codec } from '../../src/codec.ts';
import { sameValue } from '../../src/conformance/same-value.ts';
import { VALUE_MATRIX } from '../../src/conformance/value-matrix.ts';
import { type Packing, createPacking } from '../../src/packing.ts';
import { anyValue } from '../../src/conformance/any-value.ts';
import { spoil } from './values.ts';

const context = { cache: 'users', space: 'users' };
const foreignCodec: Codec = { ...binaryCodec, id: 'foreign' };

const PACKINGS = (['copy', 'frozen'] as const).flatMap((isolation) => [
  { name: `${isolation}, values`, isolation, holds: 'values' as const, codecs: [] },
  {
    name: `${isolation}, bytes`,
    isolation,
    holds: 'bytes' as const,
    codecs: [binaryCodec],
  },
  {
    name: `${isolation}, bytes of another codec`,
    isolation,
    holds: 'bytes' as const,
    codecs: [foreignCodec],
  },
]);

/** Every way from a written value to a read one. */
const WAYS: readonly { name: string; through: (packing: Packing, value: unknown) => () => unknown }[] = [
  {
    name: 'pack, unpack',
    through(packing, value) {
      const payload = packing.pack(value, 'k');
      return () => packing.unpack(payload, 'k');
    },
  },
  {
    name: 'isolate, give',
    through(packing, value) {
      const isolated = packing.isolate(value);
      return () => packing.give(isolated);
    },
  },
  {
    name: 'isolate, packIsolated, unpack',
    through(packing, value) {
      const payload = packing.packIsolated(packing.isolate(value), 'k');
      return () => packing.unpack(payload, 'k');
    },
  },
  {
    name: 'pack, isolateFrom, draftOf',
    through(packing, value) {
      const isolated = packing.isolateFrom(packing.pack(value, 'k'), 'k');
      return () => packing.draftOf(isolated);
    },
  },
];

describe.each(PACKINGS)('$name', (options) => {
  const packing = createPacking({ ...options, context });

  describe.each(WAYS)('$name', ({ through }) => {
    it.each(VALUE_MATRIX.filter(({ expect: outcome }) => outcome === 'equal'))('keeps $name', ({ make }) => {
      const read = through(packing, make());
      // The first reads walk, later ones may be compiled.
      for (let i = 0; i < 4; i++) expect(sameValue(read(), make())).toBe(true);
    });

    it('G6: keeps any value, whatever becomes of what was written and of what was read', () => {
      fc.assert(
        fc.property(anyValue, (make) => {
          const [value, twin] = [make(), make()];
          const read = through(packing, value);
          if (!sameValue(read(), twin)) return false;
          spoil(value);
          for (let i = 0; i < 4; i++) {
            const given = read();
            if (!sameValue(given, twin)) return false;
            try {
              spoil(given);
            } catch {
              // A frozen one says so.
            }
          }
          return sameValue(read(), twin);
        }),
        { numRuns: 300 },
      );
    });
  });

  it.each(VALUE_MATRIX.flatMap((value) => (value.expect === 'refused' ? [value] : [])))(
    'refuses $name',
    ({ make, path, fault = '' }) => {
      for (const write of [
        (value: unknown) => packing.pack(value, 'k'),
        (value: unknown) => packing.isolate(value),
      ]) {
        let error: unknown;
        try {
          write(make());
        } catch (thrown) {
          error = thrown;
        }
        expect(error).toBeInstanceOf(TypeError);
        expect((error as TypeError).message).toContain(path);
        expect((error as TypeError).message).toContain(fault);
        expect((error as TypeError).message).toMatch(/: /);
        expect((error as TypeError).message.length).toBeLessThan(500);
        expect((error as TypeError).name).toBe('TypeError');
      }
    },
  );

  it('hands safe integers over as numbers, and no other number of an engine that holds bytes', () => {
    for (const n of [0, 7, -7, Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER])
      expect(packing.pack(n, 'k')).toBe(n);
    for (const n of [-0, 0.5, NaN, Infinity, 2 ** 53]) {
      const payload = packing.pack(n, 'k');
      if (options.holds === 'bytes') expect(payload).toBeInstanceOf(Uint8Array);
      else expect(payload).toBe(n);
    }
    expect(packing.unpack(8, 'k')).toBe(8);
  });

  it('tells the size of a payload', () => {
    const small = packing.sizeOf(packing.pack('x', 'k'));
    const large = packing.sizeOf(packing.pack({ text: 'x'.repeat(10_000) }, 'k'));
    expect(small).toBeGreaterThan(0);
    expect(small).toBeLessThan(100);
    expect(large).toBeGreaterThan(10_000);
    expect(large).toBeLessThan(10_300);
    expect(packing.sizeOf(5)).toBe(8);
  });

  it('G6: readers get frozen values exactly when isolation is frozen', () => {
    const make = () => ({
      a: { b: [1, { c: 1 }] },
      at: new Date(0),
      map: new Map([[{ k: 1 }, [2]]]),
      list: [{ at: new Date(1) }],
    });
    const [plain, mixed] = [packing.pack({ a: [1] }, 'k'), packing.pack(make(), 'k')];
    for (let i = 0; i < 400; i++) {
      const value = packing.unpack(mixed, 'k') as ReturnType<typeof make>;
      const frozen = [
        value,
        value.a,
        value.a.b,
        value.a.b[1],
        value.list,
        value.list[0],
        ...value.map.keys(),
        ...value.map.values(),
      ];
      for (const part of frozen) expect(Object.isFrozen(part)).toBe(options.isolation === 'frozen');
      expect(Object.isFrozen(packing.unpack(plain, 'k'))).toBe(options.isolation === 'frozen');
    }
  });

  it('G5: a draft can be changed whatever the isolation', () => {
    const isolated = packing.isolate({ a: { b: [1] }, at: new Date(0) });
    for (let i = 0; i < 3; i++) {
      const draft = packing.draftOf(isolated) as { a: { b: number[] }; at: Date };
      expect(draft).toEqual({ a: { b: [1] }, at: new Date(0) });
      draft.a.b.push(2);
      draft.at.setTime(5);
    }
    expect(packing.give(isolated)).toEqual({ a: { b: [1] }, at: new Date(0) });
  });

  it('G6: a value that is part of the next write is not shared with it', () => {
    const first = packing.unpack(packing.pack({ inner: { n: 1 }, at: new Date(0) }, 'k'), 'k') as {
      inner: object;
      at: Date;
    };
    const second = packing.unpack(packing.pack({ old: first }, 'k'), 'k') as { old: { at: Date } };
    second.old.at.setTime(9);
    expect(first.at.getTime()).toBe(0);
  });
});

describe('values', () => {
  const [copied, frozen] = [
    createPacking({ isolation: 'copy', holds: 'values', codecs: [], context }),
    createPacking({ isolation: 'frozen', holds: 'values', codecs: [], context }),
  ];

  it('shares one frozen value among all readers when nothing in it can be changed', () => {
    const payload = frozen.pack({ a: { b: [1, 2] } }, 'k');
    expect(frozen.unpack(payload, 'k')).toBe(frozen.unpack(payload, 'k'));
  });

  it('shares what is frozen of a value that holds a date, and gives each reader a date of its own', () => {
    const payload = frozen.pack(
      { at: new Date(0), roles: ['a'], rows: [{ a: 1 }], none: Object.create(null) as object },
      'k',
    );
    type Read = { at: Date; roles: string[]; rows: object[]; none: object };
    const first = frozen.unpack(payload, 'k') as Read;
    for (let i = 0; i < 400; i++) {
      const next = frozen.unpack(payload, 'k') as Read;
      expect(next.at).not.toBe(first.at);
      expect(next.roles).toBe(first.roles);
      expect(next.rows).toBe(first.rows);
      expect(next.none).toBe(first.none);
    }
  });

  it('G6: caches that isolate in two ways may share an engine', () => {
    for (const make of [() => ({ a: { b: 1 } }), () => ({ a: { b: 1 }, at: new Date(0) })]) {
      const fromFrozen = copied.unpack(frozen.pack(make(), 'k'), 'k') as { a: { b: number } };
      expect(fromFrozen).toEqual(make());
      fromFrozen.a.b = 2;
      const payload = copied.pack(make(), 'k');
      const fromCopied = frozen.unpack(payload, 'k') as { a: { b: number } };
      expect(fromCopied).toEqual(make());
      expect(Object.isFrozen(fromCopied.a)).toBe(true);
      const again = copied.unpack(payload, 'k') as { a: { b: number } };
      again.a.b = 3;
      expect(copied.unpack(payload, 'k')).toEqual(make());
    }
  });
});

describe('bytes', () => {
  const packed = (codec: Partial<Codec>): Packing =>
    createPacking({
      isolation: 'copy',
      holds: 'bytes',
      codecs: [{ ...binaryCodec, checks: false, id: 'test', ...codec }],
      context,
    });

  it('tells of bytes that cannot be read with the key and the cause, and nothing of what they hold', () => {
    const cause = new SyntaxError('secret is not JSON');
    const packing = packed({
      decode() {
        throw cause;
      },
    });
    const framed = packing.pack('x', 'user:1');
    for (const payload of [framed, 'text', {}, null]) {
      let error: unknown;
      try {
        packing.unpack(payload, 'user:1');
      } catch (thrown) {
        error = thrown;
      }
      expect(error).toMatchObject({ code: 'CODEC_FAILED', key: 'user:1', cache: 'users' });
      expect((error as Error).message).not.toContain('secret');
      expect((error as Error).cause).toBeInstanceOf(Error);
    }
    expect(() => packed({ decode: () => undefined }).unpack(framed, 'k')).toThrow(
      expect.objectContaining({ code: 'CODEC_FAILED' }),
    );
  });

  it('refuses what is not of the model before another codec sees it', () => {
    const packing = packed({
      encode() {
        throw new Error('reached');
      },
    });
    expect(() => packing.pack({ f: () => 1 }, 'k')).toThrow('value.f is a function');
    expect(() => packed({ encode: () => 'text' as never }).pack('x', 'k')).toThrow(
      /'test' must encode to a Uint8Array/,
    );
  });

  it('hands a checked copy to a codec, and the value itself to one that checks', () => {
    const value = { a: 1 };
    const seen: unknown[] = [];
    const encode: Codec['encode'] = (given, where) => (seen.push(given), binaryCodec.encode(given, where));
    packed({ encode }).pack(value, 'k');
    packed({ encode, checks: true }).pack(value, 'k');
    expect(seen).toEqual([value, value]);
    expect(seen[0]).not.toBe(value);
    expect(seen[1]).toBe(value);
  });

  it('tells the codec where the bytes will live', () => {
    const seen: unknown[] = [];
    const packing = packed({
      encode: (value, where) => (seen.push(where), binaryCodec.encode(value, where)),
      decode: (bytes, where) => (seen.push(where), binaryCodec.decode(bytes, where)),
    });
    packing.unpack(packing.pack('x', 'k1'), 'k2');
    expect(seen).toEqual([
      { cache: 'users', space: 'users', key: 'k1', schemaVersion: 0 },
      { cache: 'users', space: 'users', key: 'k2', schemaVersion: 0 },
    ]);
  });

  it('tells the codec the schema version: its own when it writes, that of the bytes when it reads', () => {
    const seen: unknown[] = [];
    const codec: Codec = {
      ...binaryCodec,
      encode: (value, where) => (seen.push(where.schemaVersion), binaryCodec.encode(value, where)),
      decode: (bytes, where) => (seen.push(where.schemaVersion), binaryCodec.decode(bytes, where)),
    };
    const [first, second] = [1, 2].map((schemaVersion) =>
      createPacking({
        isolation: 'copy',
        holds: 'bytes',
        codecs: [codec],
        schemaVersion,
        context: { cache: 'users', space: 'users' },
      }),
    ) as [Packing, Packing];
    second.draftFrom(first.pack('x', 'k'), 'k');
    first.unpack(second.packIsolated(second.isolate('x'), 'k'), 'k');
    expect(seen).toEqual([1, 1, 2, 2]);
  });

  it('allows the codec to lend, copies what it lent, and wipes that', () => {
    const buffer = new Uint8Array(64);
    const packing = packed({
      encode(value, where, options) {
        expect(options).toEqual({ mayLend: true });
        const bytes = binaryCodec.encode(value, where);
        buffer.set(bytes);
        return buffer.subarray(0, bytes.length);
      },
    });
    const payload = packing.pack(['hunter2'], 'k');
    expect(buffer.every((byte) => byte === 0)).toBe(true);
    packing.pack(['other'], 'k');
    expect(packing.unpack(payload, 'k')).toEqual(['hunter2']);
  });

  it('G6: an isolated value does not depend on the bytes it was packed to or came from', () => {
    const packing = packed({});
    const isolated = packing.isolate({ a: 1 });
    const payload = packing.packIsolated(isolated, 'k') as Uint8Array;
    const from = packing.isolateFrom(payload, 'k');
    payload.fill(0);
    expect(packing.give(isolated)).toEqual({ a: 1 });
    expect(packing.give(from)).toEqual({ a: 1 });
  });
});
