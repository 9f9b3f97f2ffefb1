/** What the codecs have in common: UTF-8, and how reading fails. */
import type { Codec } from '@cache/core';
import { codecFailure } from '@cache/core/codec-parts';
import { parsed } from './text.ts';
import { createLender, textOf, utf8Of } from './utf8.ts';

/** Makes a codec that writes the text which `jsonOf` gives, and reads what `valueOf` gives for a text and the JSON in it. */
export function createTextCodec(
  id: string,
  jsonOf: (value: unknown) => string,
  valueOf: (json: unknown, text: string) => unknown,
): Codec {
  let lender: ((text: string) => Uint8Array) | undefined;
  return {
    id,
    encode(value, _, options) {
      // Lone surrogates never come here: JSON escapes them.
      const text = jsonOf(value);
      return options?.mayLend === true ? (lender ??= createLender())(text) : utf8Of(text);
    },
    decode(bytes, context) {
      try {
        const text = textOf(bytes);
        return valueOf(parsed(text), text);
      } catch (cause) {
        throw codecFailure(cause, context);
      }
    },
  };
}
