/** The ways to compress: how each is marked in an entry, and how it is undone within a bound. */
import { versions } from 'node:process';
import * as zlib from 'node:zlib';

export type AlgorithmName = 'gzip' | 'brotli' | 'zstd';

export interface Algorithm {
  readonly name: AlgorithmName;
  /** The first byte of an entry. Part of the format: a mark keeps its meaning for ever. */
  readonly mark: number;
  readonly levels: { readonly least: number; readonly most: number; readonly usual: number };
  /** False: this runtime lacks it. */
  readonly available: boolean;
  compress(bytes: Uint8Array, level: number): Uint8Array;
  /** Throws unless `bytes` are one whole compressed stream of at most `maxLength` bytes, and nothing else. */
  expand(bytes: Uint8Array, maxLength: number): Uint8Array;
}

const { constants } = zlib;

const gzip: Algorithm = {
  name: 'gzip',
  mark: 1,
  levels: { least: 1, most: 9, usual: 6 },
  available: true,
  compress: (bytes, level) => zlib.gzipSync(bytes, { level, windowBits: windowFor(bytes.length, 9, 15) }),
  expand(bytes, maxLength) {
    const expanded = wholeOf(zlib.gunzipSync, bytes, { maxOutputLength: maxLength });
    // zlib goes on with a further member where one follows. The last four bytes are the length of the last member alone: only empty
    // ones in front of it go unnoticed, and they add nothing.
    const { buffer, byteOffset, byteLength } = bytes;
    const told = new DataView(buffer, byteOffset, byteLength).getUint32(byteLength - 4, true);
    if (told !== expanded.length) throw malformed('there is more than one gzip member');
    return expanded;
  },
};

const brotli: Algorithm = {
  name: 'brotli',
  mark: 2,
  levels: { least: 0, most: 11, usual: 4 },
  available: true,
  compress: (bytes, level) =>
    zlib.brotliCompressSync(bytes, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: level,
        [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
        // With the window of 4 MiB that is usual, most of the time goes into tables that a small value never fills.
        [constants.BROTLI_PARAM_LGWIN]: windowFor(bytes.length, 10, 22),
      },
    }),
  // Windows of more than 16 MiB stay refused: that is what brotli does unless it is asked for them.
  expand: (bytes, maxLength) => wholeOf(zlib.brotliDecompressSync, bytes, { maxOutputLength: maxLength }),
};

const zstd: Algorithm = {
  name: 'zstd',
  mark: 3,
  levels: { least: 1, most: 22, usual: 3 },
  available: typeof Reflect.get(zlib, 'zstdCompressSync') === 'function',
  compress: (bytes, level) =>
    zlib.zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: level } }),
  expand: (bytes, maxLength) =>
    wholeOf(zlib.zstdDecompressSync, bytes, {
      maxOutputLength: maxLength,
      // A frame tells how much memory its reader needs, whatever it holds. One that was written in one piece needs no more than it holds.
      params: { [constants.ZSTD_d_windowLogMax]: windowFor(maxLength, 10, 30) },
    }),
};

export const ALGORITHMS: readonly Algorithm[] = [gzip, brotli, zstd];

/** What this code runs on, for messages about what it lacks. */
export function runtimeName(): string {
  for (const [name, version] of [
    ['Bun', versions['bun']],
    ['Deno', versions['deno']],
  ])
    if (version !== undefined) return `${name} ${version}`;
  return `Node.js ${versions.node}`;
}

/** The logarithm of the smallest window that has room for `length` bytes, within what the algorithm can do. */
function windowFor(length: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, Math.ceil(Math.log2(length))));
}

/** What the functions of `node:zlib` give when they are asked for `info`. */
interface Expanded {
  readonly buffer: Uint8Array<ArrayBuffer>;
  readonly engine: { readonly bytesWritten: number };
}

/** Expands in one piece. zlib ends with the stream and passes over what follows it: here that is a fault. */
function wholeOf<O extends zlib.ZlibOptions | zlib.BrotliOptions | zlib.ZstdOptions>(
  expandSync: (bytes: Uint8Array, options: O & { readonly info: true }) => unknown,
  bytes: Uint8Array,
  options: O,
): Uint8Array {
  const { buffer, engine } = expandSync(bytes, { ...options, info: true }) as Expanded;
  if (engine.bytesWritten !== bytes.length) throw malformed('something follows the compressed bytes');
  if (buffer.length <= bytes.length) throw malformed('compression did not make it shorter');
  // Not the Buffer itself, whose `slice` is no copy: whoever took one would keep a view of what is wiped.
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}

function malformed(what: string): TypeError {
  return new TypeError(`not an entry that this codec wrote: ${what}`);
}
