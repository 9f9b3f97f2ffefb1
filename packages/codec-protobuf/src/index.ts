/** `@cache/codec-protobuf`: Protocol Buffers, bound to the schema of a message. */
export { protobufCodec } from './protobuf-codec.ts';
export type { ProtobufCodecOptions } from './protobuf-codec.ts';
