import { inspect } from 'node:util';
import { binaryCodec, type CodecContext } from '@cache/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encrypted } from '../src/index.ts';
import { codecWith, context, expectFailure, keyBytes, keyNamed, rawCodec } from './cases.ts';

const SECRET = 'a secret that nobody may see';
const codec = codecWith('k1');
const entry = codec.encode({ secret: SECRET }, context);

const CHANGED = /it was changed, or encrypted for another place or with another key$/;
const NONE = /it is not an encrypted entry$/;

describe('an entry cannot be read', () => {
  it('with any one bit flipped', () => {
    for (let bit = 0; bit < entry.length * 8; bit++) {
      const flipped = entry.slice();
      flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(expectFailure(codec, flipped)).toMatchObject({ cache: 'users', key: 'user:1' });
    }
  });

  it('cut off anywhere, at either end, or with anything after it', () => {
    for (let length = 0; length < entry.length; length++) {
      expectFailure(codec, entry.subarray(0, length));
      expectFailure(codec, entry.subarray(entry.length - length));
    }
    for (let more = 0; more < 256; more++) expectFailure(codec, Uint8Array.of(...entry, more));
    expectFailure(codec, Uint8Array.of(...entry, ...entry));
  });

  it.each<[keyof CodecContext, string | number]>([
    ['key', 'user:2'],
    ['space', 'prod/users.acme:'],
    ['space', 'stage/users:'],
    ['cache', 'admins'],
    ['schemaVersion', 1],
    ['schemaVersion', 256],
  ])('in another place: %s %s', (part, name) => {
    expect(codec.decode(entry, context)).toEqual({ secret: SECRET });
    expect(expectFailure(codec, entry, { ...context, [part]: name }).message).toMatch(CHANGED);
  });

  it('by a codec around another one', () => {
    const other = encrypted({ ...binaryCodec, id: 'core2' }, { keys: [keyNamed('k1')] });
    expect(expectFailure(other, entry).message).toMatch(CHANGED);
  });

  it('with another key of the same id', () => {
    const other = encrypted(binaryCodec, { keys: [{ id: 'k1', key: keyBytes('other') }] });
    expect(expectFailure(other, entry).message).toMatch(CHANGED);
  });

  it('under the id of another key of the ring', () => {
    const relabelled = entry.slice();
    relabelled[3] = '2'.charCodeAt(0);
    expect(expectFailure(codecWith('k1', 'k2'), relabelled).message).toMatch(CHANGED);
  });

  it('without its key, and the id of that is told', () => {
    expect(expectFailure(codecWith('k2', 'k3'), entry).message).toBe(
      `the stored entry could not be read: it is encrypted with the key 'k1', which is not among those given`,
    );
  });

  it('with the tag or the nonce of another write of the same value', () => {
    const other = codec.encode({ secret: SECRET }, context);
    for (const [from, to] of [
      [4, 16],
      [entry.length - 16, entry.length],
    ] as const) {
      const mixed = entry.slice();
      mixed.set(other.subarray(from, to), from);
      expect(expectFailure(codec, mixed).message).toMatch(CHANGED);
    }
  });

  it('under a name that UTF-8 cannot tell from another', () => {
    const lone: CodecContext = { ...context, key: 'a\uD800' };
    expect(() => codec.encode(1.5, lone)).toThrow(/lone surrogate/);
    const replaced = codec.encode(1.5, { ...context, key: 'a\uFFFD' });
    expectFailure(codec, replaced, lone);
  });
});

describe('bytes that are no entry', () => {
  it.each([
    new Uint8Array(),
    Uint8Array.of(1),
    new Uint8Array(100),
    new Uint8Array(100).fill(1),
    Uint8Array.of(1, 0, ...new Uint8Array(28)),
    Uint8Array.of(1, 33, ...new Uint8Array(33 + 28).fill(65)),
    Uint8Array.of(2, ...entry.subarray(1)),
    binaryCodec.encode({ secret: SECRET }, context),
    // Too short by one byte for what every entry has.
    Uint8Array.of(1, 2, ...Buffer.from('k1'), ...new Uint8Array(27)),
  ])('are refused: %#', (bytes) => {
    expect(expectFailure(codec, bytes).message).toMatch(NONE);
  });

  it('under an id that is none are not quoted', () => {
    const bytes = Uint8Array.of(1, 5, ...Buffer.from('\r\nok:'), ...new Uint8Array(28));
    expect(expectFailure(codec, bytes).message).toMatch(NONE);
  });

  it('are refused, whatever they are', () => {
    const headed = fc
      .tuple(fc.constantFrom('k1', 'k2', 'k'), fc.uint8Array({ maxLength: 80 }))
      .map(([id, rest]) => Uint8Array.of(1, id.length, ...Buffer.from(id), ...rest));
    const changed = fc
      .array(fc.tuple(fc.nat({ max: entry.length - 1 }), fc.integer({ min: 1, max: 255 })), {
        minLength: 1,
        maxLength: 3,
      })
      .map((changes) => {
        const bytes = entry.slice();
        for (const [at, difference] of changes) bytes[at] = (bytes[at] as number) ^ difference;
        return bytes;
      })
      .filter((bytes) => !Buffer.from(bytes).equals(entry));
    fc.assert(
      fc.property(fc.oneof(headed, changed, fc.uint8Array()), (bytes) => {
        const before = bytes.slice();
        expectFailure(codec, bytes);
        expect(bytes).toEqual(before);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('a failure tells nothing', () => {
  it('of what was encrypted, nor of a key', () => {
    const key = keyBytes('k1');
    const secrets = [
      SECRET,
      Buffer.from(key).toString('hex'),
      Buffer.from(key).toString('base64'),
      'k1'.repeat(3),
    ];
    const flipped = entry.slice();
    flipped[40] = (flipped[40] as number) ^ 1;
    for (const failure of [
      expectFailure(codec, flipped),
      expectFailure(codec, entry.subarray(0, -1)),
      expectFailure(codec, entry, { ...context, key: 'user:2' }),
      expectFailure(codecWith('k2'), entry),
      expectFailure(codec, binaryCodec.encode({ secret: SECRET }, context)),
    ]) {
      const told =
        inspect(failure, { depth: Infinity, showHidden: true }) +
        String((failure.cause as Error | undefined)?.stack);
      for (const secret of secrets) expect(told).not.toContain(secret);
      expect(told).not.toContain(Buffer.from(key).join(', '));
    }
  });

  it('of what the inner codec says, which may quote what it was given', () => {
    const json = encrypted(
      {
        id: 'json',
        encode: (value) => new Uint8Array(Buffer.from(value as string)),
        decode: (bytes) => JSON.parse(Buffer.from(bytes).toString()) as unknown,
      },
      { keys: [keyNamed('k1')] },
    );
    const bytes = json.encode(SECRET, context);
    expect(() => JSON.parse(SECRET) as unknown).toThrow(/a secret/);
    const failure = expectFailure(json, bytes);
    expect(failure.message).toBe(
      `the stored entry could not be read: the codec 'json' cannot read what was encrypted`,
    );
    expect(failure.cause).toBeUndefined();
    expect(inspect(failure, { depth: Infinity, showHidden: true })).not.toContain('secret that');
  });

  it('while it is read: what fails leaves nothing behind', () => {
    const inner = rawCodec();
    const failing = encrypted(
      {
        ...inner,
        decode: (bytes) => {
          inner.decode(bytes, context);
          throw new Error('not mine');
        },
      },
      { keys: [keyNamed('k1')] },
    );
    expectFailure(failing, failing.encode(Uint8Array.of(1, 2, 3), context));
    expect(inner.seen).toEqual([new Uint8Array(3), new Uint8Array(3)]);
  });
});
