import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { freshToken, isSameDigest, markOf, nextToken, systemSecrets } from '../src/token.ts';

const TOKENS = process.env['CACHE_LONG'] === '1' ? 1_000_000 : 20_000;

describe('a token', () => {
  test('ASVS 7.2.2: of many no two are alike, nor are their ids', () => {
    const texts = new Set<string>();
    const ids = new Set<string>();
    for (let n = 0; n < TOKENS; n += 1) {
      const { token, id } = freshToken('ab', systemSecrets);
      texts.add(token.reveal());
      ids.add(id);
    }
    expect([texts.size, ids.size]).toEqual([TOKENS, TOKENS]);
  });

  test('ASVS 7.2.3: each of its bits is as often 0 as 1', () => {
    const bits = 51 * 8;
    const ones = Array.from({ length: bits }, () => 0);
    const samples = 4_096;
    for (let n = 0; n < samples; n += 1) {
      const bytes = Buffer.from(freshToken('ab', systemSecrets).token.reveal().slice(3), 'base64url');
      expect(bytes.length).toBe(51);
      for (let bit = 0; bit < bits; bit += 1) {
        if (((bytes[bit >> 3] as number) >> (bit & 7)) & 1) ones[bit] = (ones[bit] as number) + 1;
      }
    }
    // Six standard deviations: by chance one run in a million.
    const bound = 6 * Math.sqrt(samples / 4);
    expect(ones.filter((count) => Math.abs(count - samples / 2) > bound)).toEqual([]);
  });

  test('all of its randomness comes from the source that it is given, and that is wiped', () => {
    const given: Uint8Array[] = [];
    const { token } = freshToken('ab', (size) => {
      const bytes = new Uint8Array(size).fill(0xfb);
      given.push(bytes);
      return bytes;
    });
    expect(token.reveal()).toBe(`ab.${'-_v7'.repeat(17)}`);
    expect(given.map((bytes) => [bytes.length, bytes.every((byte) => byte === 0)])).toEqual([[51, true]]);
    expect(() => freshToken('ab', (size) => new Uint8Array(size - 1))).toThrow(TypeError);
  });

  test('the next one has the same id and shares nothing else', () => {
    const first = freshToken('ab', systemSecrets);
    const next = nextToken(first.token.reveal(), systemSecrets);
    expect(next.id).toBe(first.id);
    expect(next.digest).not.toBe(first.digest);
    expect(next.token.reveal().slice(0, 27)).toBe(first.token.reveal().slice(0, 27));
    expect(markOf(next.token.reveal())).toEqual({ id: next.id, digest: next.digest });
  });

  test('shows itself nowhere but by reveal', () => {
    const { token } = freshToken('ab', systemSecrets);
    const shown = [
      token.toString(),
      JSON.stringify({ token, list: [token] }),
      inspect(token, { showHidden: true, depth: 9 }),
      inspect({ token }, { getters: true }),
      JSON.stringify(Object.entries(token)),
    ];
    for (const text of shown) expect(text).not.toContain(token.reveal().slice(3, 20));
    expect(shown[0]).toBe('[session token]');
  });

  test.each([
    ['', '', true],
    ['abc', 'abc', true],
    ['abc', 'abd', false],
    ['abc', 'xbc', false],
    ['abc', 'ab', false],
    ['ab', 'abc', false],
    ['', 'a', false],
  ])('digests %j and %j are the same: %j', (one, other, same) => {
    expect(isSameDigest(one, other)).toBe(same);
  });
});
