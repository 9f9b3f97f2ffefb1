/** A codec alone, and what may be put around it, by its name in the tables. */
import { cborCodec } from '@cache/codec-cbor';
import { compressed, type AlgorithmName } from '@cache/codec-compressed';
import { encrypted } from '@cache/codec-encrypted';
import type { Codec } from '@cache/core';

/** Whatever the length, so that the table shows what compressing a short value would cost. */
const packed = (algorithm: AlgorithmName, level: number): Codec =>
  compressed(cborCodec, { algorithm, level, threshold: 0 });

const sealed = (inner: Codec): Codec =>
  encrypted(inner, { keys: [{ id: '2026-01', key: Uint8Array.from({ length: 32 }, (_, at) => at) }] });

const codecs = {
  cbor: () => cborCodec,
  'gzip 1': () => packed('gzip', 1),
  'gzip 6': () => packed('gzip', 6),
  'gzip 9': () => packed('gzip', 9),
  'brotli 1': () => packed('brotli', 1),
  'brotli 4': () => packed('brotli', 4),
  'brotli 9': () => packed('brotli', 9),
  'brotli 11': () => packed('brotli', 11),
  'zstd 1': () => packed('zstd', 1),
  'zstd 3': () => packed('zstd', 3),
  'zstd 19': () => packed('zstd', 19),
  encrypted: () => sealed(cborCodec),
  'encrypted, gzip 6': () => sealed(packed('gzip', 6)),
} satisfies Record<string, () => Codec>;

export type WrappedName = keyof typeof codecs;

export const WRAPPED = Object.keys(codecs) as readonly WrappedName[];

/** What the others are compared with: what is inside all of them. */
export const INNER: WrappedName = 'cbor';

export function openWrapped(name: WrappedName): Codec {
  return codecs[name]();
}
