/** How records look in a store: as they are, or as bytes. */
import { binaryCodec } from '../binary-codec.ts';
import type { CodecContext } from '../codec.ts';
import { CacheError } from '../errors.ts';

export interface RecordForm {
  pack(record: object, key: string): unknown;
  /** Gives what was packed. Throws `CODEC_FAILED` for anything else. */
  unpack(data: unknown, key: string): unknown;
}

/** For stores that hold values. Records are never changed, so they need no copy. */
export const recordsAsValues: RecordForm = { pack: (record) => record, unpack: (data) => data };

/** Stands before every record, so that a later version can tell what it reads. */
const FORMAT = 1;

/** For stores that hold bytes. */
export function recordsAsBytes(place: Pick<CodecContext, 'cache' | 'space'>): RecordForm {
  // What a record holds was framed with its schema version before.
  const contextOf = (key: string): CodecContext => ({ ...place, key, schemaVersion: 0 });
  return {
    pack: (record, key) => binaryCodec.encode([FORMAT, record], contextOf(key)),
    unpack(data, key) {
      const context = contextOf(key);
      const [format, record] = decode(data, context);
      if (format !== FORMAT) throw unreadable(context, `it has the format ${String(format)}, not ${FORMAT}`);
      return record;
    },
  };
}

function decode(data: unknown, context: CodecContext): readonly unknown[] {
  try {
    const decoded = binaryCodec.decode(data as Uint8Array, context);
    return Array.isArray(decoded) ? decoded : [];
  } catch (cause) {
    throw unreadable(context, 'its bytes are damaged', cause);
  }
}

function unreadable({ cache, key }: CodecContext, why: string, cause?: unknown): CacheError {
  return new CacheError('CODEC_FAILED', `a record could not be read: ${why}`, { cause, cache, key });
}
