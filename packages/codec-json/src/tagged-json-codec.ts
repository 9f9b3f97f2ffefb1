/** The codec of JSON with tags. */
import type { Codec } from '@cache/core';
import { MAX_DEPTH, checkDepth } from './depth.ts';
import { isPlain } from './plain.ts';
import { tagged } from './tagging.ts';
import { maybeMarked } from './tags.ts';
import { createTextCodec } from './text-codec.ts';
import { malformed, stranger, stringified } from './text.ts';
import { untagged } from './untagging.ts';

/**
 * JSON for the whole value model, to be read by people. What JSON has a form for is plain JSON; anything else is an object with one member,
 * whose name begins with `$` and tells what it is: `{"$date":"2026-01-31T12:00:00.000Z"}`.
 *
 * `encode` is given checked values and refuses none of them. `decode` throws a `CacheError` with the code `CODEC_FAILED` for what is no JSON,
 * has anything around it, is nested deeper than 2,000 levels, or holds a tag that is unknown or does not go with what it stands on. Other
 * JSON it reads as `JSON.parse` does: of equal names the last wins.
 */
export const taggedJsonCodec: Codec = /* @__PURE__ */ createTextCodec('tjson', taggedTextOf, valueIn);

function valueIn(json: unknown, text: string): unknown {
  const value = maybeMarked(text) ? untagged(json) : json;
  if (value === undefined) throw malformed('undefined');
  // A level takes two characters, and what is plain is not deep.
  if (text.length > 2 * MAX_DEPTH && !isPlain(value)) checkDepth(value);
  return value;
}

function taggedTextOf(value: unknown): string {
  if (value === undefined) throw stranger();
  const plain = isPlain(value) ? stringified(value) : undefined;
  // A plain object may read like a tag.
  return plain === undefined || maybeMarked(plain) ? stringified(tagged(value)) : plain;
}
