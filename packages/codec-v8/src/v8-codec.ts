/** The codec. */
import { CacheError, type Codec } from '@cache/core';
import { read } from './reader.ts';
import { write } from './writer.ts';

/**
 * The own format of V8, the runtime of Node, for the whole value model. It is for stores that nobody but the service writes to: `decode`
 * notices damage, but whoever makes bytes for it can make it take any amount of memory.
 *
 * `encode` is given checked values and refuses none of them. `decode` throws a `CacheError` with the code `CODEC_FAILED` for bytes that were
 * damaged, are not of this codec, or are of a version of V8 that is newer than the reader's.
 */
export const v8Codec: Codec = {
  id: 'v8',
  encode(value) {
    if (value === undefined) throw new TypeError('undefined is never a value');
    return write(value);
  },
  decode(bytes, { cache, key }) {
    try {
      return read(bytes);
    } catch (cause) {
      throw new CacheError('CODEC_FAILED', 'the stored bytes could not be read', { cause, cache, key });
    }
  },
};
