import { createSecretKey, generateKeyPairSync } from 'node:crypto';
import { inspect } from 'node:util';
import { binaryCodec, type Codec } from '@cache/core';
import { describe, expect, it } from 'vitest';
import { encrypted, type EncryptionKey, type EncryptionOptions } from '../src/index.ts';
import { codecWith, context, keyBytes, keyNamed } from './cases.ts';

const key = keyBytes('k');
const texts = {
  hex: Buffer.from(key).toString('hex'),
  base64: Buffer.from(key).toString('base64'),
  list: Buffer.from(key).join(', '),
  listed: Buffer.from(key).join(','),
};

function refusal(options: unknown): Error {
  try {
    encrypted(binaryCodec, options as EncryptionOptions);
  } catch (error) {
    if (error instanceof TypeError) return error;
    throw error;
  }
  throw new Error('it was taken');
}

describe('misuse is refused at once, without a word of a key, for', () => {
  it.each<[string, unknown, RegExp]>([
    ['no options', undefined, /^encrypted: options: give \{ keys/],
    ['no keys', {}, /^encrypted: keys: expected a list of \{ id, key \}/],
    ['an empty list', { keys: [] }, /keys: there is none; give at least one/],
    [
      'an unknown option',
      { keys: [keyNamed('k')], key: texts.hex },
      /the option 'key': there is none of this name/,
    ],
    ['no key of a list', { keys: [texts.hex] }, /keys\[0\]: expected \{ id, key \}/],
    ['a missing key', { keys: [{ id: 'k' }] }, /keys\[0\]\.key: expected a Uint8Array of 32 bytes/],
    ['a text', { keys: [{ id: 'k', key: texts.hex }] }, /keys\[0\]\.key: .* decode the text/],
    [
      'a short one',
      { keys: [keyNamed('a'), { id: 'k', key: key.subarray(1) }] },
      /keys\[1\]\.key: it has 31 bytes/,
    ],
    ['a long one', { keys: [{ id: 'k', key: Buffer.from(texts.hex) }] }, /it has 64 bytes; AES-256 takes 32/],
    ['a short object', { keys: [{ id: 'k', key: createSecretKey(key.subarray(16)) }] }, /it has 16 bytes/],
    [
      'a public key',
      { keys: [{ id: 'k', key: generateKeyPairSync('ed25519').publicKey }] },
      /keys\[0\]\.key: it is a public key; give a secret one/,
    ],
    ['a wiped one', { keys: [{ id: 'k', key: new Uint8Array(32) }] }, /all its bytes are 0; was it wiped/],
    ['no id', { keys: [{ key }] }, /keys\[0\]\.id: expected 1 to 32 printable ASCII/],
    ['an empty id', { keys: [{ id: '', key }] }, /keys\[0\]\.id/],
    ['a key for an id', { keys: [{ id: texts.base64, key }] }, /keys\[0\]\.id: expected 1 to 32 printable/],
    ['an odd id', { keys: [{ id: 'k\n', key }] }, /keys\[0\]\.id/],
    ['an id beyond ASCII', { keys: [{ id: 'ü', key }] }, /keys\[0\]\.id/],
    [
      'two of one id',
      { keys: [keyNamed('a'), { id: 'a', key }] },
      /keys\[1\]\.id: 'a' is there already; give each key an id of its own/,
    ],
    [
      'one under two ids',
      {
        keys: [
          { id: 'a', key },
          { id: 'b', key: createSecretKey(key) },
        ],
      },
      /keys\[1\]\.key: it is the key of 'a'; make a new one/,
    ],
  ])('%s', (_, options, message) => {
    const error = refusal(options);
    expect(error.message).toMatch(message);
    const told = inspect(error, { showHidden: true, depth: Infinity });
    for (const text of Object.values(texts)) expect(told).not.toContain(text.slice(0, 24));
  });

  it.each([
    undefined,
    null,
    1,
    'cbor',
    {},
    { id: 'a', encode: () => new Uint8Array() },
    { ...binaryCodec, id: '' },
  ])('the inner codec %o', (inner) => {
    expect(() => encrypted(inner as Codec, { keys: [keyNamed('k')] })).toThrow(
      /^encrypted: inner: expected a codec/,
    );
  });

  it('an id that leaves no room', () => {
    expect(() => encrypted({ ...binaryCodec, id: 'x'.repeat(12) }, { keys: [keyNamed('k')] })).toThrow(
      /the id 'aes\(x{12}\)': it has 17 characters; give a codec whose id has at most 11/,
    );
  });

  it('an inner codec that gives no bytes', () => {
    const text = { ...binaryCodec, id: 'text', encode: () => 'text' as unknown as Uint8Array };
    expect(() => encrypted(text, { keys: [keyNamed('k')] }).encode(1, context)).toThrow(
      `the codec 'text' must encode to a Uint8Array`,
    );
  });
});

describe('a codec', () => {
  it.each<[string, EncryptionKey]>([
    ['the longest id', { id: '~'.repeat(32), key }],
    ['an id of a space', { id: ' ', key }],
    ['a Buffer', { id: 'k', key: Buffer.from(key) }],
    ['a KeyObject', { id: 'k', key: createSecretKey(key) }],
    ['bytes within others', { id: 'k', key: Uint8Array.of(1, ...key, 2).subarray(1, 33) }],
  ])('takes %s', (_, given) => {
    const codec = encrypted(binaryCodec, { keys: [given] });
    const same = encrypted(binaryCodec, { keys: [{ id: given.id, key }] });
    expect(same.decode(codec.encode('value', context), context)).toBe('value');
  });

  it('shows nothing of its keys', () => {
    const codec = codecWith('k');
    codec.decode(codec.encode(true, context), context);
    const told = inspect(codec, { showHidden: true, depth: Infinity, getters: true }) + JSON.stringify(codec);
    for (const text of Object.values(texts)) expect(told).not.toContain(text.slice(0, 24));
    expect(Object.keys(codec).toSorted()).toEqual(['authenticates', 'checks', 'decode', 'encode', 'id']);
    expect(told).not.toMatch(/KeyObject/);
  });
});
