/** `@cache/codec-json`: JSON codecs, plain and for the whole value model. */
export { jsonCodec } from './json-codec.ts';
export { taggedJsonCodec } from './tagged-json-codec.ts';
