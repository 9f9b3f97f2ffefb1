/** Run in a thread: freezes what the language came with, and tells which members of an object come back. */
import { parentPort } from 'node:worker_threads';
import { cborCodec } from '../src/index.ts';

const context = { cache: '', space: '', key: '', schemaVersion: 0 };
const value = { constructor: 1, toString: 'x', valueOf: null, a: [{ hasOwnProperty: true }] };

for (const { prototype } of [Object, Array, Map, Set, Uint8Array]) Object.freeze(prototype);
parentPort?.postMessage(cborCodec.decode(cborCodec.encode(value, context), context), []);
