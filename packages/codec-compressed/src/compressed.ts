/** The codec. */
import { CacheError, type Codec, type CodecContext, type EncodeOptions } from '@cache/core';
import { ALGORITHMS, runtimeName } from './algorithms.ts';
import { type CompressionOptions, misuse, settingsOf } from './options.ts';

/** The first byte of an entry that is kept as the inner codec made it. */
const AS_IT_IS = 0;
const MAX_ID_LENGTH = 16;
/** The bytes of the inner codec are compressed or copied, and wiped. */
const COPIED: EncodeOptions = { mayLend: true };

/**
 * A codec whose bytes are those of `inner`, compressed where that makes them shorter. The first byte tells how they are kept, so whoever reads
 * need not know the algorithm or the level of whoever wrote: both may be changed while entries live.
 *
 * Throws a `TypeError` for bad options. `encode` throws a `TypeError` for a value of more than `maxLength` bytes, and whatever `inner` throws.
 * `decode` throws `CODEC_FAILED` for what is no such entry, for one that would expand to more than `maxLength` bytes, and for one whose
 * algorithm this runtime lacks. The bytes that `inner` made are wiped once they are compressed, and those it is given to read once they are
 * read.
 */
export function compressed(inner: Codec, options: CompressionOptions = {}): Codec {
  checkCodec(inner);
  const { algorithm, level, threshold, maxLength } = settingsOf(options);
  const id = `z(${inner.id})`;
  if (id.length > MAX_ID_LENGTH)
    throw misuse(
      `the id '${id}'`,
      `it has ${id.length} characters; give a codec whose id has at most ${MAX_ID_LENGTH - 'z()'.length}`,
    );

  return {
    id,
    checks: inner.checks,
    authenticates: inner.authenticates,
    encode(value, context) {
      const bytes = inner.encode(value, context, COPIED);
      if (!(bytes instanceof Uint8Array))
        throw new TypeError(`the codec '${inner.id}' must encode to a Uint8Array`);
      try {
        if (bytes.length > maxLength)
          throw new TypeError(
            `value takes ${bytes.length} bytes: at most ${maxLength} are possible; store it in pieces, or raise maxLength wherever it is read`,
          );
        const shorter = bytes.length < threshold ? undefined : algorithm.compress(bytes, level);
        return shorter === undefined || shorter.length >= bytes.length
          ? marked(AS_IT_IS, bytes)
          : marked(algorithm.mark, shorter);
      } finally {
        bytes.fill(0);
      }
    },
    decode(bytes, context) {
      const body = bytes.subarray(1);
      if (bytes[0] !== AS_IT_IS) {
        const expanded = expand(bytes[0], body, maxLength, context);
        try {
          return inner.decode(expanded, context);
        } finally {
          expanded.fill(0);
        }
      }
      if (body.length > maxLength) throw unreadable(context, `it has more than ${maxLength} bytes`);
      return inner.decode(body, context);
    },
  };
}

function marked(mark: number, bytes: Uint8Array): Uint8Array {
  const entry = new Uint8Array(1 + bytes.length);
  entry[0] = mark;
  entry.set(bytes, 1);
  return entry;
}

function expand(
  mark: number | undefined,
  bytes: Uint8Array,
  maxLength: number,
  context: CodecContext,
): Uint8Array {
  const algorithm = ALGORITHMS.find((each) => each.mark === mark);
  if (algorithm === undefined) throw unreadable(context, 'it is not a compressed entry');
  if (!algorithm.available)
    throw unreadable(context, `it is compressed with ${algorithm.name}, which ${runtimeName()} lacks`);
  try {
    return algorithm.expand(bytes, maxLength);
  } catch (cause) {
    throw unreadable(context, `it is not whole, or expands to more than ${maxLength} bytes`, cause);
  }
}

function unreadable({ cache, key }: CodecContext, why: string, cause?: unknown): CacheError {
  return new CacheError('CODEC_FAILED', `the stored entry could not be read: ${why}`, { cause, cache, key });
}

function checkCodec(inner: unknown): asserts inner is Codec {
  const { id, encode, decode } = (inner ?? {}) as Partial<Codec>;
  if (typeof id === 'string' && id !== '' && typeof encode === 'function' && typeof decode === 'function')
    return;
  throw misuse('inner', 'expected a codec: an object with id, encode and decode');
}
