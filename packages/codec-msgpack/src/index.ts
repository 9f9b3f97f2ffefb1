/** `@cache/codec-msgpack`: MessagePack for the whole value model. */
export { msgpackCodec } from './msgpack-codec.ts';
