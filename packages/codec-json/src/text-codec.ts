/** What the codecs have in common: UTF-8, and how reading fails. */
import { CacheError, type Codec } from '@cache/core';
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
    decode(bytes, { cache, key }) {
      try {
        const text = textOf(bytes);
        return valueOf(parsed(text), text);
      } catch (cause) {
        throw new CacheError('CODEC_FAILED', 'the stored bytes could not be read', { cause, cache, key });
      }
    },
  };
}
