/** What the codecs have in common: UTF-8, and how reading fails. */
import { CacheError, type Codec } from '@cache/core';
import { parsed } from './text.ts';

/** Makes a codec that writes the text which `textOf` gives, and reads what `valueOf` gives for a text and the JSON in it. */
export function createTextCodec(
  id: string,
  textOf: (value: unknown) => string,
  valueOf: (json: unknown, text: string) => unknown,
): Codec {
  // Lone surrogates never come here: JSON escapes them.
  const encoder = new TextEncoder();
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  return {
    id,
    encode: (value) => encoder.encode(textOf(value)),
    decode(bytes, { cache, key }) {
      try {
        const text = decoder.decode(bytes);
        return valueOf(parsed(text), text);
      } catch (cause) {
        throw new CacheError('CODEC_FAILED', 'the stored bytes could not be read', { cause, cache, key });
      }
    },
  };
}
