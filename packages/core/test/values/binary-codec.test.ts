import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binaryCodec, createBinaryCodec } from '../../src/binary-codec.ts';
import { swapBytes } from '../../src/binary-format.ts';
import { sameValue } from '../../src/conformance/same-value.ts';
import { VALUE_MATRIX } from '../../src/conformance/value-matrix.ts';
import { isCacheError } from '../../src/errors.ts';
import { anyValue } from '../../src/conformance/any-value.ts';

const context = { cache: 'users', space: 'users', key: 'user:1', schemaVersion: 0 };
const encode = (value: unknown): Uint8Array => binaryCodec.encode(value, context);
const decode = (bytes: Uint8Array): unknown => binaryCodec.decode(bytes, context);
const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));

/** What may come of bytes that nobody encoded: a value, or CODEC_FAILED. Anything else fails the test. */
function tryDecode(bytes: Uint8Array): { readonly value: unknown } | undefined {
  try {
    return { value: decode(bytes) };
  } catch (error) {
    if (!isCacheError(error, 'CODEC_FAILED')) throw error;
    return undefined;
  }
}

function ownMember(name: string, value: unknown): object {
  return Object.defineProperty({}, name, { value, enumerable: true, writable: true, configurable: true });
}

/** Bytes that must decode to these values for ever. A change here breaks what is stored in the world. */
const FIXTURES: readonly (readonly [hex: string, make: () => unknown])[] = [
  ['c0', () => null],
  ['c3', () => true],
  ['c2', () => false],
  ['00', () => 0],
  ['3f', () => 63],
  ['c440', () => 64],
  ['c500', () => -1],
  ['c53f', () => -64],
  ['c4ac02', () => 300],
  ['c4ffffffffffffff0f', () => Number.MAX_SAFE_INTEGER],
  ['c5feffffffffffff0f', () => Number.MIN_SAFE_INTEGER],
  ['c60000000000000080', () => -0],
  ['c6000000000000f83f', () => 1.5],
  ['c6000000000000f87f', () => NaN],
  ['c6000000000000f0ff', () => -Infinity],
  ['40', () => ''],
  ['43616263', () => 'abc'],
  ['49c3a9e6bca2f09f91a9', () => 'é漢👩'],
  [
    'c74078787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878787878',
    () => 'x'.repeat(64),
  ],
  ['c802610000d8', () => 'a\uD800'],
  ['c900', () => 0n],
  ['c90101', () => 1n],
  ['ca00', () => -1n],
  ['c909000000000000000001', () => 2n ** 64n],
  ['ca09000000000000000001', () => -(2n ** 64n) - 1n],
  ['cb00008056febc7842', () => new Date(1_700_000_000_000)],
  ['cb000000000000f87f', () => new Date(NaN)],
  ['80', () => []],
  ['83014161c1', () => [1, 'a', undefined]],
  [
    'cc200000000000000000000000000000000000000000000000000000000000000000',
    () => Array.from({ length: 32 }, () => 0),
  ],
  ['a0', () => ({})],
  ['a24161416201c1', () => ({ a: 1, b: undefined })],
  ['a1495f5f70726f746f5f5f01', () => ownMember('__proto__', 1)],
  ['ce01416101', () => Object.assign(Object.create(null) as object, { a: 1 })],
  [
    '83a2416141620102cf000304a2416241610506',
    () => [
      { a: 1, b: 2 },
      { a: 3, b: 4 },
      { b: 5, a: 6 },
    ],
  ],
  ['82a14161a1417801cf00cf0102', () => [{ a: { x: 1 } }, { a: { x: 2 } }]],
  [
    'd002416101a1416b018102',
    () =>
      new Map<unknown, unknown>([
        ['a', 1],
        [{ k: 1 }, [2]],
      ]),
  ],
  ['d102014161', () => new Set([1, 'a'])],
  ['d2020102', () => new Uint8Array([1, 2]).buffer],
  ['d3020102', () => new DataView(new Uint8Array([1, 2]).buffer)],
  ['d4026869', () => Buffer.from('hi')],
  ['d501ff', () => new Int8Array([-1])],
  ['d601ff', () => new Uint8Array([255])],
  ['d701ff', () => new Uint8ClampedArray([255])],
  ['d802feff', () => new Int16Array([-2])],
  ['d9020201', () => new Uint16Array([258])],
  ['da04feffffff', () => new Int32Array([-2])],
  ['db0404030201', () => new Uint32Array([16_909_060])],
  ['dd040000c03f', () => new Float32Array([1.5])],
  ['de08000000000000f83f', () => new Float64Array([1.5])],
  ['df08feffffffffffffff', () => new BigInt64Array([-2n])],
  ['e0080201000000000000', () => new BigUint64Array([258n])],
];

describe('the format', () => {
  it.each(FIXTURES)('%s is what it always was', (hex, make) => {
    expect(sameValue(decode(bytesOf(hex)), make())).toBe(true);
    expect(Buffer.from(encode(make())).toString('hex')).toBe(hex.replaceAll(' ', ''));
  });

  it('says who wrote it in at most 16 ASCII characters', () => {
    expect(binaryCodec.id).toBe('core1');
  });

  it('turns bytes of each element, and of each element alone', () => {
    const turned = (width: number): number[] => {
      const bytes = Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8]);
      swapBytes(bytes, width);
      return [...bytes];
    };
    expect([1, 2, 4, 8].map(turned)).toEqual([
      [1, 2, 3, 4, 5, 6, 7, 8],
      [2, 1, 4, 3, 6, 5, 8, 7],
      [4, 3, 2, 1, 8, 7, 6, 5],
      [8, 7, 6, 5, 4, 3, 2, 1],
    ]);
  });
});

describe('encode', () => {
  it('gives bytes that share memory with nothing', () => {
    const bytes = encode({ a: 1, b: 'x'.repeat(500) });
    expect(bytes.byteOffset).toBe(0);
    expect(bytes.buffer.byteLength).toBe(bytes.length);
    const copy = bytes.slice();
    encode({ other: 'y'.repeat(500) });
    expect(bytes).toEqual(copy);
  });

  it('gives the same bytes for the same value, whatever was encoded or failed to be before', () => {
    fc.assert(
      fc.property(anyValue, anyValue, (make, other) => {
        const codec = createBinaryCodec();
        const bytes = codec.encode(make(), context);
        codec.encode(other(), context);
        expect(() => codec.encode([other(), { a: { b: () => 1 } }], context)).toThrow(
          'value[1].a.b is a function',
        );
        return Buffer.from(codec.encode(make(), context)).equals(bytes);
      }),
    );
  });

  it('leaves nothing of a value in its buffer', () => {
    const buffers: Uint8Array[] = [];
    const Real = globalThis.Uint8Array;
    globalThis.Uint8Array = new Proxy(Real, {
      construct(target, args, newTarget) {
        const made = Reflect.construct(target, args, newTarget) as Uint8Array;
        buffers.push(made);
        return made;
      },
    });
    let results: Uint8Array[];
    try {
      const codec = createBinaryCodec();
      const secret = 'hunter2 '.repeat(40);
      const values = [
        secret,
        `${secret}é`,
        `\uD800${secret}`,
        { [secret]: secret },
        secret.repeat(100),
        [new TextEncoder().encode(secret)],
      ];
      results = values.map((value) => codec.encode(value, context));
      expect(() => codec.encode([secret, () => 1], context)).toThrow(TypeError);
    } finally {
      globalThis.Uint8Array = Real;
    }
    const scratch = buffers.filter(
      (made) => !results.some(({ buffer }) => buffer === made.buffer) && made.byteLength >= 1_024,
    );
    expect(scratch.length).toBeGreaterThan(0);
    for (const made of scratch) expect(made.every((byte) => byte === 0)).toBe(true);
  });

  it('keeps text whose bytes call for a longer head than its characters do', () => {
    const lengths = [...Array.from({ length: 130 }, (_, i) => i), 5_461, 8_191, 8_192, 16_383, 16_384];
    for (const character of ['é', '漢', '👩', '\uFEFF']) {
      for (const length of lengths) {
        for (const text of [character.repeat(length), `${'x'.repeat(length)}${character}`])
          expect(decode(encode([text, { [text]: 1 }]))).toEqual([text, { [text]: 1 }]);
      }
    }
  });

  it('may be called from within a value that it encodes', () => {
    const codec = createBinaryCodec();
    const inner: Uint8Array[] = [];
    const value = new Proxy(
      { a: 1, b: 'x' },
      {
        get(target, name) {
          inner.push(codec.encode({ inner: String(name) }, context));
          return Reflect.get(target, name) as unknown;
        },
      },
    );
    expect(decode(codec.encode([value, 2], context))).toEqual([{ a: 1, b: 'x' }, 2]);
    expect(inner.map(decode)).toEqual([{ inner: 'a' }, { inner: 'b' }]);
  });

  it('is compact', () => {
    const session = VALUE_MATRIX.find(({ name }) => name === 'a session')?.make();
    expect(encode(session).length).toBeLessThan(JSON.stringify(session).length * 0.75);
    const rows = Array.from({ length: 100 }, (_, id) => ({ id, name: `row ${id}`, active: true }));
    expect(encode(rows).length).toBeLessThan(JSON.stringify(rows).length * 0.4);
  });
});

describe('decode', () => {
  it('keeps no view of what it read', () => {
    const bytes = encode({ view: new Uint8Array([1, 2]), buffer: new ArrayBuffer(2), text: 'abc' });
    const value = decode(bytes) as { view: Uint8Array; buffer: ArrayBuffer; text: string };
    bytes.fill(0xff);
    expect(value).toEqual({ view: new Uint8Array([1, 2]), buffer: new ArrayBuffer(2), text: 'abc' });
    expect(value.view.buffer.byteLength).toBe(2);
  });

  it('reads bytes that begin anywhere in their buffer', () => {
    const bytes = encode({ a: new Float64Array([1.5]), b: 2.5, c: '\uD800' });
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    expect(decode(shifted.subarray(3))).toEqual({ a: new Float64Array([1.5]), b: 2.5, c: '\uD800' });
    expect(decode(Buffer.from(bytes))).toEqual(decode(bytes));
  });

  it('gives a value or CODEC_FAILED for any bytes, and what it gives can be encoded', () => {
    const tag = fc.oneof(fc.integer({ min: 0xc0, max: 0xe2 }), fc.integer({ min: 0, max: 0xff }));
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 200 }),
          fc.array(tag, { maxLength: 60 }).map((bytes) => Uint8Array.from(bytes)),
        ),
        (bytes) => {
          const decoded = tryDecode(bytes);
          return decoded === undefined || sameValue(decode(encode(decoded.value)), decoded.value);
        },
      ),
      { numRuns: 5_000 },
    );
  });

  it('gives a value or CODEC_FAILED for bytes that were changed', () => {
    fc.assert(
      fc.property(
        anyValue,
        fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 3 }),
        fc.nat(),
        (make, edits, cut) => {
          const bytes = encode(make());
          for (const [at, byte] of edits) bytes[at % bytes.length] = byte;
          for (const some of [
            bytes,
            bytes.subarray(0, cut % bytes.length),
            Uint8Array.from([...bytes, cut & 0xff]),
          ]) {
            const decoded = tryDecode(some);
            if (decoded !== undefined && !sameValue(decode(encode(decoded.value)), decoded.value))
              return false;
          }
          return true;
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('gives CODEC_FAILED for every beginning of a value', () => {
    for (const { make, expect: outcome } of VALUE_MATRIX) {
      if (outcome === 'refused') continue;
      const bytes = encode(make());
      if (bytes.length > 3_000) continue;
      for (let length = 0; length < bytes.length; length++)
        expect(tryDecode(bytes.subarray(0, length))).toBeUndefined();
    }
  });

  it.each([
    ['', 'no bytes'],
    ['c1', 'undefined where a value should be'],
    ['00 00', 'bytes left over'],
    ['c4', 'a number cut off'],
    ['c4 80 00', 'a number not in its shortest form'],
    ['c4 ff ff ff ff ff ff ff ff ff', 'a number that is too large'],
    ['c4 80 80 80 80 80 80 80 10', 'the number after the last safe one'],
    ['c5 ff ff ff ff ff ff ff 0f', 'a number before the first safe one'],
    ['c6 00', 'a float cut off'],
    ['41', 'a string cut off'],
    ['42 c3 28', 'a string that is not UTF-8'],
    ['43 ed a0 80', 'a surrogate in UTF-8'],
    ['c8 01 61 00', 'UTF-16 where UTF-8 would do'],
    ['c7 ff ff ff ff 0f', 'a string longer than what is left'],
    ['cc ff ff ff ff 0f', 'an array longer than what is left'],
    ['cd ff ff ff ff 0f', 'an object larger than what is left'],
    ['d0 ff ff ff ff 0f', 'a map larger than what is left'],
    ['d1 ff ff ff ff 0f', 'a set larger than what is left'],
    ['d2 ff ff ff ff 0f', 'a buffer longer than what is left'],
    ['d6 ff ff ff ff 0f', 'a typed array longer than what is left'],
    ['c9 ff ff ff ff 0f', 'a bigint longer than what is left'],
    ['c9 02 01 00', 'a bigint not in its shortest form'],
    ['d8 03 01 02 03', 'a Int16Array with half an element'],
    ['a1 00 00', 'a name that is a number'],
    ['a2 41 61 41 61 01 02', 'a name that occurs twice'],
    ['a2 49 5f 5f 70 72 6f 74 6f 5f 5f 49 5f 5f 70 72 6f 74 6f 5f 5f 01 02', '__proto__ twice'],
    ['d0 02 01 01 01 02', 'a key that occurs twice'],
    ['d1 02 01 01', 'a member that occurs twice'],
    ['cf 00', 'names of an object that was not'],
    ['82 a1 41 61 01 cf 01 02', 'names of an object that is not yet'],
    ['cb 00 00 00 00 00 00 f8 3f', 'a date between two milliseconds'],
    ['cb 00 00 00 00 00 00 f0 7f', 'a date in infinity'],
    ['e1 00', 'a tag of no meaning'],
    ['ff', 'the last tag'],
  ])('refuses %s: %s', (hex) => {
    let error: unknown;
    try {
      decode(bytesOf(hex));
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({ code: 'CODEC_FAILED', cache: 'users', key: 'user:1' });
  });

  it('never changes a prototype', () => {
    const value = decode(encode(ownMember('__proto__', { polluted: true }))) as { polluted?: boolean };
    expect(value.polluted).toBeUndefined();
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('refuses what is nested too deeply, however deep, without a deep stack', () => {
    for (const [open, levels] of [
      [0x81, 2_000],
      [0xa1, 1_000_000],
    ] as const) {
      const head = open === 0x81 ? [0x81] : [0xa1, 0x41, 0x61];
      const bytes = Uint8Array.from([...Array.from({ length: levels }, () => head).flat(), 0x80]);
      expect(tryDecode(bytes)).toBeUndefined();
    }
    const deepest = Uint8Array.from([...Array.from({ length: 1_999 }, () => 0x81), 0x80]);
    expect(tryDecode(deepest)).toBeDefined();
  });

  it('takes memory in proportion to the bytes it got, not to the lengths they tell', () => {
    // Each level claims as many elements as there are bytes left.
    const levels: number[] = [];
    for (let i = 0; i < 1_500; i++) levels.push(0xcc, 0xff, 0x7f);
    const bytes = Uint8Array.from([...levels, ...Array.from({ length: 20_000 }, () => 0x00)]);
    const before = process.memoryUsage();
    for (let i = 0; i < 20; i++) tryDecode(bytes);
    const after = process.memoryUsage();
    expect(after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers).toBeLessThan(
      64 * 2 ** 20,
    );
  });

  it('tells nothing of what the bytes held', () => {
    const bytes = encode({ password: 'hunter2', more: ['hunter2'] });
    for (let length = 0; length < bytes.length; length++) {
      try {
        decode(bytes.subarray(0, length));
      } catch (error) {
        const { message, cause } = error as Error;
        expect(`${message} ${(cause as Error).message}`).not.toMatch(/hunter|password/);
      }
    }
  });
});
