/** The codec of plain JSON. */
import type { Codec } from '@cache/core';
import { isPlain, isPlainNumber } from './plain.ts';
import { refuseOthers } from './refusal.ts';
import { createTextCodec } from './text-codec.ts';
import { malformed, stringified } from './text.ts';

/**
 * Plain JSON, for values that anything else shall read: `null`, booleans, strings, finite numbers but `-0`, arrays, and plain objects whose
 * members are such values. They come back as they were, lone surrogates, the order of members and members called `__proto__` included.
 *
 * `encode` throws a `TypeError` that names the place of anything else. `decode` throws a `CacheError` with the code `CODEC_FAILED` for what
 * is no JSON, has anything around it, is nested deeper than 2,000 levels, or has a number that it would not encode: `-0`, or one beyond a
 * double. Other JSON it reads as `JSON.parse` does, whoever wrote it: of
 * equal names the last wins, and digits beyond a double are rounded.
 */
export const jsonCodec: Codec = /* @__PURE__ */ createTextCodec('json', plainTextOf, plainValueOf);

function plainTextOf(value: unknown): string {
  if (!isPlain(value)) refuseOthers(value);
  return stringified(value);
}

/** How a number that `encode` refuses must look; a text may look like that, too. */
const ODD_NUMBER = /-0|\d[eE]|\d{309}/;

function plainValueOf(json: unknown, text: string): unknown {
  if (ODD_NUMBER.test(text)) refuseOddNumbers(json);
  return json;
}

/** Without recursion: it is not known yet how deep this is nested. */
function refuseOddNumbers(json: unknown): void {
  for (const parts = [json]; parts.length > 0;) {
    const part = parts.pop();
    if (typeof part === 'number' && !isPlainNumber(part)) throw malformed('no JSON');
    if (typeof part === 'object') for (const name in part) parts.push(part[name as never]);
  }
}
