/** How a write is told to a script. */
import type { Life, Limit, Payload, Write } from '@cache/core';
import { NUMBER, TELLS_USE, packTexts } from './entry-format.ts';
import type { Argument } from './port.ts';

/** Instants have six bytes: a longer time, of two thousand years, is cut. */
const LONGEST_MS = 2 ** 46;

/** A time as the server keeps it: in whole milliseconds. */
export function millisecondsOf(time: number): number {
  return Math.min(Math.ceil(time), LONGEST_MS);
}

/** `ttl` and `grace` as a script takes them: nothing is for ever. */
export function lifeArguments({ ttl, grace }: Life): readonly [ttl: Argument, grace: Argument] {
  return [ttl === Infinity ? '' : millisecondsOf(ttl), grace === Infinity ? '' : millisecondsOf(grace)];
}

/**
 * A server takes texts of 512 MB by default, and a longer one ends the connection, with every call that is under way on it. The rest is for
 * the header and for labels as long as they may be.
 */
const MOST_PAYLOAD_BYTES = 448 * 2 ** 20;

/** Throws a `TypeError` when the payload is longer than a server takes. */
export function payloadArguments({ payload, limit }: Pick<Write, 'payload' | 'limit'>): {
  readonly flags: number;
  readonly bytes: Buffer | string;
} {
  const flags = limit?.onExceeded === 'evict-lru' ? TELLS_USE : 0;
  return isNumber(payload)
    ? { flags: flags | NUMBER, bytes: String(payload) }
    : { flags, bytes: checkedLength(asBuffer(payload as Uint8Array)) };
}

function checkedLength(bytes: Buffer): Buffer {
  if (bytes.length <= MOST_PAYLOAD_BYTES) return bytes;
  throw new TypeError(
    `a value takes ${bytes.length} bytes, and at most ${MOST_PAYLOAD_BYTES} are kept: store it in parts, or elsewhere`,
  );
}

/** The same bytes: ioredis takes any other array for a text. */
function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export function limitArguments(limit: Limit | undefined): readonly Argument[] {
  return limit === undefined ? ['', '', ''] : [limit.term, limit.max, limit.onExceeded];
}

/** The length of all tags, or of all terms, has three bytes. */
const MOST_LABEL_BYTES = 2 ** 24 - 1;

/** Every label once: a set has no place for it twice. Throws a `TypeError` when they are too long together. */
export function labels(names: readonly string[]): Buffer {
  const block = packTexts(names.length > 1 ? [...new Set(names)] : names);
  if (block.length <= MOST_LABEL_BYTES) return block;
  throw new TypeError(
    `the index terms of one entry take ${block.length} bytes together: at most ${MOST_LABEL_BYTES} are kept`,
  );
}

function isNumber(payload: Payload): payload is number {
  return typeof payload === 'number';
}
