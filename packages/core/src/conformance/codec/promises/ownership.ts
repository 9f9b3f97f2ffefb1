/** Ownership: whose bytes and objects are whose. */
import { demand, equal } from '../../assert.ts';
import { partsOf, repeatedPart } from '../../parts.ts';
import { show } from '../../show.ts';
import type { CodecGroup } from '../codec-group.ts';

type Changing = readonly [name: string, make: () => object, change: (value: object) => void];

const CHANGING: readonly Changing[] = [
  ['an object', () => ({ a: 1, b: 'x' }), (value) => void Object.assign(value, { a: 2 })],
  ['an array', () => ['a', 'b'], (value) => void (value as string[]).push('c')],
  ['a map', () => new Map([['a', 1]]), (value) => void (value as Map<string, number>).set('a', 2)],
  ['bytes', () => new Uint8Array([1, 2, 3]), (value) => void (value as Uint8Array).fill(9)],
];

export const ownership: CodecGroup = {
  name: 'ownership',
  guarantee:
    'Bytes that encode gave are the caller’s, and so is what decode gave: neither shares memory or objects with anything else.',
  cases: [
    {
      name: 'bytes have memory of their own and fill it: whoever counts or wipes them reaches all of it',
      run(trial) {
        const memories = new Set<ArrayBufferLike>();
        for (const { name, bytes } of trial.encodings()) {
          demand(
            Object.getPrototypeOf(bytes) === Uint8Array.prototype || isBuffer(bytes),
            `${name}: no plain bytes`,
          );
          demand(
            bytes.byteOffset === 0 && bytes.buffer.byteLength === bytes.byteLength,
            `${name}: ${bytes.byteLength} bytes in a memory of ${bytes.buffer.byteLength}`,
          );
          demand(
            bytes.length === 0 || !memories.has(bytes.buffer),
            `${name}: its memory is that of other bytes`,
          );
          memories.add(bytes.buffer);
        }
      },
    },
    {
      name: 'bytes stay as they are, whatever is encoded later',
      run(trial) {
        const encodings = trial.encodings();
        const copies = encodings.map(({ bytes }) => bytes.slice());
        for (const { make } of trial.encodings(4_096)) trial.encode(make());
        for (const [i, { name, bytes }] of encodings.entries())
          demand(
            sameBytes(bytes, copies[i] as Uint8Array),
            `the bytes of ${name} were changed by a later call`,
          );
      },
    },
    {
      name: 'whoever changes the bytes changes neither the value nor what is encoded next',
      run(trial) {
        for (const { name, make } of trial.encodings(100_000)) {
          const given = trial.given(make());
          trial.encodeGiven(given).fill(0xff);
          equal(given, make(), `${name}, whose bytes were changed`);
          trial.reads({ name: `${name}, encoded again`, make }, trial.encodeGiven(given));
        }
      },
    },
    {
      name: 'encode leaves the value as it was',
      run(trial) {
        for (const { name, make } of trial.encodings()) {
          const given = trial.given(make());
          trial.encodeGiven(given);
          equal(given, make(), `${name}, which was encoded`);
        }
      },
    },
    {
      name: 'encode remembers nothing of a value: once it was changed it is another one',
      run(trial) {
        for (const [name, make, change] of CHANGING) {
          const given = trial.given(make());
          if (trial.bytesOf({ name, make: () => given, expect: 'equal' }) === undefined) continue;
          trial.encodeGiven(given);
          change(given);
          trial.reads({ name: `${name} that was changed`, make: () => given }, trial.encodeGiven(given));
        }
      },
    },
    {
      name: 'decode leaves its input as it was, and keeps no view of it',
      run(trial) {
        for (const { name, make, bytes } of trial.encodings()) {
          const input = bytes.slice();
          const value = trial.read(name, input);
          demand(sameBytes(input, bytes), `decode of ${name} changed its input`);
          for (const part of partsOf(value))
            demand(part !== input.buffer, `${name} lies in the memory it was read from`);
          input.fill(0xff);
          equal(value, make(), `${name}, whose bytes were changed once it was read`);
        }
      },
    },
    {
      name: 'two decodes of the same bytes share nothing, nor do those of other bytes',
      run(trial) {
        const owners = new Map<object, string>();
        for (const { name, bytes } of trial.encodings(100_000)) {
          for (const time of ['first', 'second']) {
            const parts = new Set(partsOf(trial.read(name, bytes)));
            for (const part of parts) {
              const owner = owners.get(part);
              demand(owner === undefined, `${name}, ${time} time: shares ${show(part)} with ${owner ?? ''}`);
              owners.set(part, name);
            }
          }
        }
      },
    },
    {
      name: 'a value is a tree: nothing is there twice, and a view shows all of its memory',
      run(trial) {
        for (const { name, bytes } of trial.encodings()) {
          const value = trial.read(name, bytes);
          const repeated = repeatedPart(value);
          demand(repeated === undefined, `${name}: ${show(repeated)} is there twice`);
          for (const part of partsOf(value)) {
            if (!ArrayBuffer.isView(part)) continue;
            demand(
              part.byteLength === part.buffer.byteLength,
              `${name}: ${show(part)} in a memory of ${part.buffer.byteLength}`,
            );
          }
        }
      },
    },
    {
      name: 'what decode gave may be changed',
      run(trial) {
        for (const { name, bytes } of trial.encodings(100_000)) {
          for (const part of partsOf(trial.read(name, bytes)))
            demand(isChangeable(part), `${name}: ${show(part)} is frozen, or a part of it is`);
        }
      },
    },
  ],
};

function isBuffer(bytes: Uint8Array): boolean {
  return typeof Buffer === 'function' && Buffer.isBuffer(bytes);
}

function isChangeable(part: object): boolean {
  // Members of a view are its elements, and always can be.
  if (ArrayBuffer.isView(part)) return Object.isExtensible(part);
  return (
    Object.isExtensible(part) &&
    Object.entries(Object.getOwnPropertyDescriptors(part)).every(
      ([name, { writable, configurable }]) =>
        writable === true && (configurable === true || (Array.isArray(part) && name === 'length')),
    )
  );
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
