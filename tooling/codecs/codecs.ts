/** Every codec and every wrapper of this repository: what the value matrix is judged with, and whose formats have a corpus. */
import { cborCodec } from '@cache/codec-cbor';
import { type AlgorithmName, compressed } from '@cache/codec-compressed';
import { encrypted } from '@cache/codec-encrypted';
import { jsonCodec, taggedJsonCodec } from '@cache/codec-json';
import { msgpackCodec } from '@cache/codec-msgpack';
import { protobufCodec } from '@cache/codec-protobuf';
import { v8Codec } from '@cache/codec-v8';
import { binaryCodec, type Codec } from '@cache/core';
import type { ValueSample } from '@cache/core/conformance';
import { EverythingSchema } from '@cache/test-values/message-schemas';
import { MESSAGES } from '@cache/test-values/messages';

/** Something that writes a format of its own, which is read for ever. */
export interface ListedFormat {
  readonly name: string;
  /** The folder under `packages` that has it. */
  readonly package: string;
  readonly codec: () => Codec;
  /** Values of its own, where it keeps few of the matrix. */
  readonly samples?: readonly ValueSample[];
  /** The version of the format that it writes: one more when it begins to write something otherwise. */
  readonly version: number;
  /** The same value may have other bytes, by chance or by the runtime. Default false. */
  readonly varies?: boolean;
}

export interface ListedCodec extends ListedFormat {
  /** `'less'`: what it does not cover it refuses. Default `'model'`. */
  readonly covers?: 'model' | 'less';
}

export interface ListedWrapper {
  readonly name: string;
  readonly wrap: (inner: Codec) => Codec;
}

/** The key under which corpora are written and the matrix is tried. Whoever reads this has it: it keeps no secret. */
const KEY = { id: 'corpus', key: Uint8Array.from({ length: 32 }, (_, at) => at + 1) };

const sealed = (inner: Codec): Codec => encrypted(inner, { keys: [KEY] });

/** Whatever gets shorter is compressed, however short it is. */
const squeezed =
  (algorithm: AlgorithmName) =>
  (inner: Codec): Codec =>
    compressed(inner, { algorithm, threshold: 0 });

export const CODECS: readonly ListedCodec[] = [
  { name: 'core1', package: 'core', codec: () => binaryCodec, version: 1 },
  { name: 'cbor', package: 'codec-cbor', codec: () => cborCodec, version: 1 },
  { name: 'json', package: 'codec-json', codec: () => jsonCodec, covers: 'less', version: 1 },
  { name: 'tjson', package: 'codec-json', codec: () => taggedJsonCodec, version: 1 },
  { name: 'msgpack', package: 'codec-msgpack', codec: () => msgpackCodec, version: 1 },
  {
    name: 'protobuf',
    package: 'codec-protobuf',
    codec: () => protobufCodec(EverythingSchema),
    covers: 'less',
    samples: MESSAGES,
    version: 1,
  },
  { name: 'v8', package: 'codec-v8', codec: () => v8Codec, version: 1, varies: true },
];

export const WRAPPERS: readonly ListedWrapper[] = [
  { name: 'bare', wrap: (inner) => inner },
  { name: 'gzip', wrap: squeezed('gzip') },
  { name: 'brotli', wrap: squeezed('brotli') },
  { name: 'zstd', wrap: squeezed('zstd') },
  { name: 'encrypted', wrap: sealed },
  { name: 'gzip, encrypted', wrap: (inner) => sealed(squeezed('gzip')(inner)) },
];

/** Whose encodings are kept. A wrapper is around one codec: what it adds does not depend on which. */
export const FORMATS: readonly ListedFormat[] = [
  ...CODECS,
  ...(['gzip', 'brotli', 'zstd'] as const).map((name): ListedFormat => ({
    name,
    package: 'codec-compressed',
    codec: () => squeezed(name)(binaryCodec),
    version: 1,
    varies: true,
  })),
  {
    name: 'encrypted',
    package: 'codec-encrypted',
    codec: () => sealed(binaryCodec),
    version: 1,
    varies: true,
  },
];
