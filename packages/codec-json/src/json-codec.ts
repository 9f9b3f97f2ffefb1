/** The codec of plain JSON. */
import type { Codec } from '@cache/core';
import { isPlain } from './plain.ts';
import { refuseOthers } from './refusal.ts';
import { createTextCodec } from './text-codec.ts';
import { stringified } from './text.ts';

/**
 * Plain JSON, for values that anything else shall read: `null`, booleans, strings, finite numbers but `-0`, arrays, and plain objects whose
 * members are such values. They come back as they were, lone surrogates, the order of members and members called `__proto__` included.
 *
 * `encode` throws a `TypeError` that names the place of anything else. `decode` throws a `CacheError` with the code `CODEC_FAILED` for what
 * is no JSON, has anything around it, or is nested deeper than 2,000 levels. Other JSON it reads as `JSON.parse` does, whoever wrote it: of
 * equal names the last wins, and digits beyond a double are rounded.
 */
export const jsonCodec: Codec = /* @__PURE__ */ createTextCodec('json', plainTextOf, (json) => json);

function plainTextOf(value: unknown): string {
  if (!isPlain(value)) refuseOthers(value);
  return stringified(value);
}
