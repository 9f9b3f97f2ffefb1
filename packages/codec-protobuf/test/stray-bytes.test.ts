import { type Message, create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { fuzzCodec } from '@cache/core/conformance/fast-check';
import { isSame, trialOf } from '@cache/test-values/trial';
import { changedBytes, memoryOf, strayBytes } from '@cache/test-values/stray-bytes';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { protobufCodec } from '../src/index.ts';
import { EverythingSchema, UserSchema } from '@cache/test-values/message-schemas';

const TIMES = process.env['CACHE_LONG'] === '1' ? 50 : 1;

const trial = trialOf(protobufCodec(EverythingSchema));
const { encode, decode, tryDecode } = trial;

const text = fc.string({ unit: 'binary', maxLength: 8 });
const bytes = fc.uint8Array({ maxLength: 8 });
const int32 = fc.integer();
const LONG = { min: -(2n ** 63n), max: 2n ** 63n - 1n };
const flat = {
  double: fc.double(),
  float: fc.float(),
  int32,
  uint32: fc.nat({ max: 0xffff_ffff }),
  sint32: int32,
  fixed32: fc.nat({ max: 0xffff_ffff }),
  sfixed32: int32,
  int64: fc.bigInt(LONG),
  uint64: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  sint64: fc.bigInt(LONG),
  fixed64: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  sfixed64: fc.bigInt(LONG),
  bool: fc.boolean(),
  string: text,
  bytes,
  colour: int32,
  digits: fc.bigInt(LONG).map(String),
  json: fc.dictionary(text, fc.jsonValue({ maxDepth: 3 }), { maxKeys: 3, noNullPrototype: true }),
  wrapped: int32,
  maybe: int32,
  choice: fc.oneof(
    fc.record({ case: fc.constant('text'), value: text }),
    fc.record({ case: fc.constant('blob'), value: bytes }),
  ),
  ints: fc.array(int32, { maxLength: 4 }),
  blobs: fc.array(bytes, { maxLength: 3 }),
  byName: fc.dictionary(text, int32, { maxKeys: 3, noNullPrototype: true }),
};
const made = (init: object): Message => create(EverythingSchema, init as never);
const flatMessage = fc.record(flat, { requiredKeys: [], noNullPrototype: true }).map(made);
const anyMessage = fc.oneof(
  flatMessage,
  fc
    .record(
      {
        ...flat,
        self: flatMessage,
        choice: fc.record({ case: fc.constant('inner'), value: flatMessage }),
        selves: fc.array(flatMessage, { maxLength: 2 }),
        byTruth: fc.record({ true: flatMessage }, { requiredKeys: [], noNullPrototype: true }),
      },
      { requiredKeys: [], noNullPrototype: true },
    )
    .map(made),
);

/** Members in another order. */
const shuffledMessage = fc
  .tuple(anyMessage, fc.array(fc.nat(), { minLength: 60, maxLength: 60 }))
  .map(([message, ranks]) =>
    Object.fromEntries(
      Object.entries(message)
        .map((entry, at) => [ranks[at] ?? 0, entry] as const)
        .toSorted(([a], [b]) => a - b)
        .map(([, entry]) => entry),
    ),
  );

/** Tags of fields of the schema, of one it does not have, and heads of groups. */
const TAGS = [
  ...Array.from({ length: 48 }, (_, no) => no << 3).flatMap((no) => [no, no | 1, no | 2, no | 5]),
  3,
  4,
];
const WORDS = [
  ...TAGS.map((tag) => (tag < 0x80 ? [tag] : [(tag & 0x7f) | 0x80, tag >> 7])),
  [0],
  [1],
  [2],
  [0xff],
  [0xfa, 0xe1, 0x09, 2, 1, 0],
];

/** A message of the schema that can be stored again, or CODEC_FAILED. */
function isHarmless(input: Uint8Array): boolean {
  const decoded = tryDecode(input);
  return decoded === undefined || isSame(decode(encode(decoded.value)), decoded.value);
}

describe('messages at random', () => {
  it('keeps them, in the order of their members', () => {
    fc.assert(fc.property(anyMessage, trial.keeps), { numRuns: 500 });
    fc.assert(fc.property(shuffledMessage, trial.keeps), { numRuns: 500 });
  });

  it('come back, and any bytes are an error or a message', () => {
    const runs = 300 * TIMES;
    const values = shuffledMessage.map((message) => () => structuredClone(message));
    const fuzzed = fuzzCodec({ codec: () => protobufCodec(EverythingSchema), covers: 'less', values, runs });
    expect(fuzzed).toMatchObject({ kept: runs, refused: 0 });
  }, 600_000);

  it('reads as the library reads', () => {
    fc.assert(
      fc.property(anyMessage, (message) => {
        expect(decode(toBinary(EverythingSchema, message))).toEqual(
          fromBinary(EverythingSchema, encode(message)),
        );
      }),
      { numRuns: 200 },
    );
  });
});

describe('bytes that nobody encoded', () => {
  it('gives a message or CODEC_FAILED for any bytes', () => {
    fc.assert(fc.property(strayBytes(WORDS), isHarmless), { numRuns: 1_000 * TIMES });
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it('gives a message or CODEC_FAILED for bytes that were changed', () => {
    const nonEmpty = anyMessage.filter((message) => encode(message).length > 0);
    fc.assert(
      fc.property(
        changedBytes(
          trial,
          TAGS.filter((tag) => tag < 256),
          nonEmpty,
        ),
        isHarmless,
      ),
      { numRuns: 300 * TIMES },
    );
    const shuffled = shuffledMessage.filter((message) => encode(message).length > 0);
    fc.assert(
      fc.property(
        changedBytes(
          trial,
          TAGS.filter((tag) => tag < 256),
          shuffled,
        ),
        isHarmless,
      ),
      { numRuns: 200 * TIMES },
    );
  });

  it.each([
    ['0a05', 'text that is cut off'],
    ['0a02c328', 'text that is not UTF-8'],
    ['08', 'a number that is missing'],
    ['ffffffffff7f', 'a tag that is too long'],
    ['07', 'a tag of no field'],
    ['0e', 'a type of no form'],
    ['1205 0a05', 'a message that is cut off'],
    ['0b', 'a group that does not end'],
    ['0c', 'a group that ends before it begins'],
    ['fae109 02 0100', 'an order that is incomplete'],
    ['fae109 07 00 01 01 03 04 06 06', 'an order in which a member occurs twice'],
    ['fae109 02 7f 7f', 'an order of members that are none'],
    ['fae109 05 01', 'an order that is cut off'],
  ])('refuses %s: %s', (hex) => {
    const users = trialOf(protobufCodec(UserSchema));
    expect(() => users.decode(Buffer.from(hex.replaceAll(' ', ''), 'hex'))).toThrow(
      expect.objectContaining({ code: 'CODEC_FAILED', cache: 'users', key: 'user:1' }),
    );
  });

  it('refuses what is nested too deeply, however deep', () => {
    // A message in field 18, again and again.
    let nested = new Uint8Array();
    for (let level = 0; level < 3_000; level++) {
      const { length } = nested;
      const size: number[] = [];
      for (let left = length; ; left >>>= 7) {
        size.push(left > 0x7f ? (left & 0x7f) | 0x80 : left);
        if (left <= 0x7f) break;
      }
      nested = Uint8Array.from([0x92, 0x01, ...size, ...nested]);
      if (level > 120) level += 100;
      expect(tryDecode(nested) === undefined).toBe(level >= 99);
    }
  });

  it('never changes a prototype', () => {
    const value = decode(
      encode({ ...create(EverythingSchema), byName: JSON.parse('{"__proto__":1}') as object }),
    ) as { byName: object };
    expect(Object.keys(value.byName)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(value.byName)).toBe(Object.prototype);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it('takes memory in proportion to the bytes it got, not to the lengths they tell', () => {
    const input = Uint8Array.from(Array.from({ length: 5_000 }, () => [0x7a, 0xff, 0xff, 0xff, 0x7f]).flat());
    const held = memoryOf(() => {
      for (let run = 0; run < 50; run++) expect(tryDecode(input)).toBeUndefined();
    });
    expect(held).toBeLessThan(64 * 2 ** 20);
  });

  it('tells nothing of what the bytes held', () => {
    const written = encode(create(EverythingSchema, { string: 'hunter2', byName: { hunter2: 1 } }));
    for (let length = 0; length < written.length; length++) {
      try {
        decode(written.subarray(0, length));
      } catch (error) {
        const { message, cause } = error as Error;
        expect(`${message} ${(cause as Error).message}`).not.toMatch(/hunter/);
      }
    }
  });
});
