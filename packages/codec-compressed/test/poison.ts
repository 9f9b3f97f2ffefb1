/** Entries that nobody wrote with this codec: small ones that want much memory, and odd ones. */
import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import {
  brotliCompressSync,
  constants,
  createBrotliCompress,
  createZstdCompress,
  gzipSync,
  zstdCompressSync,
} from 'node:zlib';

export const MARKS = { gzip: 1, brotli: 2, zstd: 3 } as const;

export type Algorithm = keyof typeof MARKS;

export function entryOf(algorithm: Algorithm, ...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat([Uint8Array.of(MARKS[algorithm]), ...parts]));
}

/** Small entries that expand to `length` zeros each. */
export function bombs(length: number): Readonly<Record<Algorithm, Uint8Array>> {
  const zeros = Buffer.alloc(length);
  const quick = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } };
  return {
    gzip: entryOf('gzip', gzipSync(zeros)),
    brotli: entryOf('brotli', brotliCompressSync(zeros, quick)),
    zstd: entryOf('zstd', zstdCompressSync(zeros)),
  };
}

/** Entries of a few bytes that tell their reader to make room for a window of 2 ** `log` bytes. */
export async function wideWindows(log: number): Promise<Readonly<Record<'brotli' | 'zstd', Uint8Array>>> {
  const wide = {
    brotli: createBrotliCompress({
      params: {
        [constants.BROTLI_PARAM_LARGE_WINDOW]: log > 24 ? 1 : 0,
        [constants.BROTLI_PARAM_LGWIN]: log,
      },
    }),
    zstd: createZstdCompress({ params: { [constants.ZSTD_c_windowLog]: log } }),
  };
  const written = Object.entries(wide).map(async ([algorithm, stream]) => {
    const bytes = buffer(stream);
    // In two pieces, so that the length of the whole is not known when the window is told.
    stream.write('window');
    stream.flush();
    await once(stream, 'data');
    stream.end('window'.repeat(10));
    return [algorithm, entryOf(algorithm as Algorithm, await bytes)] as const;
  });
  return Object.fromEntries(await Promise.all(written)) as Record<'brotli' | 'zstd', Uint8Array>;
}
