/** `@cache/codec-cbor`: values as CBOR. */
export { cborCodec } from './cbor-codec.ts';
