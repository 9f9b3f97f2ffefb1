/** Every codec and every wrapper of this repository: what the value matrix is judged with, and whose formats have a corpus. */
import { cborCodec } from '@cache/codec-cbor';
import { binaryCodec, type Codec } from '@cache/core';
import type { ValueSample } from '@cache/core/conformance';

export interface ListedCodec {
  readonly name: string;
  /** The folder under `packages` that has it. */
  readonly package: string;
  readonly codec: () => Codec;
  /** `'less'`: what it does not cover it refuses. Default `'model'`. */
  readonly covers?: 'model' | 'less';
  /** Values of its own, where it keeps few of the matrix. */
  readonly samples?: readonly ValueSample[];
  /** The version of the format that it writes: one more when it begins to write something otherwise. */
  readonly version: number;
  /** The same value may have other bytes, by chance or by the runtime. Default false. */
  readonly varies?: boolean;
}

export interface ListedWrapper {
  readonly name: string;
  readonly wrap: (inner: Codec) => Codec;
}

export const CODECS: readonly ListedCodec[] = [
  { name: 'core1', package: 'core', codec: () => binaryCodec, version: 1 },
  { name: 'cbor', package: 'codec-cbor', codec: () => cborCodec, version: 1 },
];

export const WRAPPERS: readonly ListedWrapper[] = [{ name: 'bare', wrap: (inner) => inner }];
