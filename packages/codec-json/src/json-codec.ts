/** The codec of plain JSON. */
import type { Codec } from '@cache/core';
import { checkDepth } from './depth.ts';
import { isPlain, isPlainParsed } from './plain.ts';
import { refuseOthers } from './refusal.ts';
import { createTextCodec } from './text-codec.ts';
import { malformed, stringified } from './text.ts';

/**
 * Plain JSON, for values that anything else shall read: `null`, booleans, strings, finite numbers but `-0`, arrays, and plain objects whose
 * members are such values. They come back as they were, lone surrogates, the order of members and members called `__proto__` included.
 *
 * `encode` throws a `TypeError` that names the place of anything else. `decode` throws a `CacheError` with the code `CODEC_FAILED` for what
 * is no JSON, has anything around it, is nested deeper than 2,000 levels, or has a number that it would not encode: `-0`, or one beyond a
 * double. Other JSON it reads as `JSON.parse` does, whoever wrote it: of equal names the last wins, and digits beyond a double are rounded.
 */
export const jsonCodec: Codec = /* @__PURE__ */ createTextCodec('json', plainTextOf, plainValueOf);

function plainTextOf(value: unknown): string {
  if (!isPlain(value)) refuseOthers(value);
  return stringified(value);
}

function plainValueOf(json: unknown): unknown {
  // Not told to be plain is also what is merely nested deeply.
  if (!isPlainParsed(json)) {
    checkDepth(json);
    try {
      refuseOthers(json);
    } catch {
      // The refusal names the place, and names are what was read.
      throw malformed('no JSON');
    }
  }
  return json;
}
