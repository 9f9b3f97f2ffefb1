/** The codec. */
import { type DescMessage, type Message, fromBinary, toBinary } from '@bufbuild/protobuf';
import { CacheError, type Codec } from '@cache/core';
import { messagePart } from './messages.ts';

export interface ProtobufCodecOptions {
  /** Default: `pb` and six digits made of the name of the message, so that no cache reads one message as another. */
  readonly id?: string | undefined;
}

/**
 * Makes a codec for messages of one schema, as `create` of `@bufbuild/protobuf` makes them and `fromBinary` reads them. Throws a `TypeError`
 * for what is no schema of a message, and for an option that there is not.
 *
 * `encode` throws a `TypeError` that names the place of what the schema does not hold. `decode` throws a `CacheError` with the code
 * `CODEC_FAILED` for bytes that are no message of the schema; what other writers of Protocol Buffers made of such messages it reads.
 */
export function protobufCodec(schema: DescMessage, options: ProtobufCodecOptions = {}): Codec {
  checkSchema(schema);
  const part = messagePart(schema);
  return {
    id: idIn(options) ?? `pb${digestOf(schema.typeName)}`,
    encode: (value) => toBinary(schema, part.draftOf(value, undefined, undefined, 0) as Message),
    decode(bytes, { cache, key }) {
      try {
        return part.restored?.(fromBinary(schema, bytes));
      } catch (cause) {
        throw new CacheError('CODEC_FAILED', 'the stored bytes could not be read', { cause, cache, key });
      }
    },
  };
}

function checkSchema(given: unknown): asserts given is DescMessage {
  const { kind, typeName } = (given ?? {}) as Partial<DescMessage>;
  if (kind !== 'message' || typeof typeName !== 'string')
    throw misuse('schema', 'expected that of a message, as generated code exports it: UserSchema');
}

function idIn(options: ProtobufCodecOptions): string | undefined {
  if (typeof options !== 'object' || options === null) throw misuse('options', 'give an object');
  const odd = Object.keys(options).find((name) => name !== 'id');
  if (odd !== undefined) throw misuse(`the option '${odd}'`, 'there is none of this name; there is id');
  const { id } = options;
  if (id === undefined || (typeof id === 'string' && /^[!-~]{1,16}$/.test(id))) return id;
  throw misuse('id', 'expected 1 to 16 printable ASCII characters without spaces');
}

/** Misuse, told as the rest of the house does: the place, the fault, the remedy. */
function misuse(what: string, remedy: string): TypeError {
  return new TypeError(`protobufCodec: ${what}: ${remedy}`);
}

/** FNV-1a, folded to 24 bits. */
function digestOf(text: string): string {
  let hash = 0x811c_9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x0100_0193);
  return ((hash >>> 24) ^ (hash & 0xff_ffff)).toString(16).padStart(6, '0');
}
