/** The codecs, and the libraries they are made of or stand for, by their names in the tables. */
import { deserialize, serialize } from 'node:v8';
import { fromBinary, type Message, toBinary } from '@bufbuild/protobuf';
import { cborCodec } from '@cache/codec-cbor';
import { jsonCodec, taggedJsonCodec } from '@cache/codec-json';
import { msgpackCodec } from '@cache/codec-msgpack';
import { protobufCodec } from '@cache/codec-protobuf';
import { v8Codec } from '@cache/codec-v8';
import { binaryCodec, type Codec } from '@cache/core';
import { Encoder } from 'cbor-x';
import { Packr } from 'msgpackr';
import { schemaOf } from './messages.ts';
import type { ValueForm } from './values.ts';

export interface Subject {
  readonly encode: (value: object) => Uint8Array;
  /** What whoever asked does to the bytes in the end. */
  readonly giveBack?: (bytes: Uint8Array) => void;
  readonly decode: (bytes: Uint8Array) => unknown;
}

const MAY_LEND = { mayLend: true };
const CONTEXT = { cache: 'bench', space: 'bench', key: 'key', schemaVersion: 0 };

function ours(codec: Codec): Subject {
  return {
    encode: (value) => codec.encode(value, CONTEXT),
    decode: (bytes) => codec.decode(bytes, CONTEXT),
  };
}

/** What a codec lends lies in a buffer that it goes on using, too. Core wipes it when it has copied it. */
function lent(codec: Codec): Subject {
  return {
    encode: (value) => codec.encode(value, CONTEXT, MAY_LEND),
    giveBack: (bytes) => void bytes.fill(0),
    decode: (bytes) => codec.decode(bytes, CONTEXT),
  };
}

/** What it gives is a part of a buffer that it goes on using; a codec has to give bytes of its own. */
function owned({ encode, decode }: Subject): Subject {
  return { encode: (value) => new Uint8Array(encode(value)), decode };
}

function cborX(): Subject {
  const encoder = new Encoder({ useRecords: false });
  return { encode: (value) => encoder.encode(value), decode: (bytes) => encoder.decode(bytes) as unknown };
}

function msgpackr(): Subject {
  const packr = new Packr({ useRecords: false });
  return { encode: (value) => packr.pack(value), decode: (bytes) => packr.unpack(bytes) as unknown };
}

const JSON_TEXT: Subject = {
  encode: (value) => Buffer.from(JSON.stringify(value)),
  decode: (bytes) => JSON.parse((bytes as Buffer).toString()) as unknown,
};

const SUBJECTS = {
  'cbor-x': cborX,
  'cbor-x, bytes of its own': () => owned(cborX()),
  '@cache/codec-cbor': () => ours(cborCodec),
  '@cache/codec-cbor, lent': () => lent(cborCodec),
  'built into core': () => ours(binaryCodec),
  'built into core, lent': () => lent(binaryCodec),
  JSON: () => JSON_TEXT,
  'JSON, bytes of its own': () => owned(JSON_TEXT),
  '@cache/codec-json': () => ours(jsonCodec),
  '@cache/codec-json, lent': () => lent(jsonCodec),
  '@cache/codec-json, tagged': () => ours(taggedJsonCodec),
  '@cache/codec-json, tagged, lent': () => lent(taggedJsonCodec),
  msgpackr,
  'msgpackr, bytes of its own': () => owned(msgpackr()),
  '@cache/codec-msgpack': () => ours(msgpackCodec),
  '@cache/codec-msgpack, lent': () => lent(msgpackCodec),
  'node:v8': (): Subject => ({ encode: serialize, decode: (bytes) => deserialize(bytes) as unknown }),
  '@cache/codec-v8': () => ours(v8Codec),
  'protobuf-es': (form: ValueForm): Subject => {
    const schema = schemaOf(form);
    return {
      encode: (value) => toBinary(schema, value as Message),
      decode: (bytes) => fromBinary(schema, bytes),
    };
  },
  '@cache/codec-protobuf': (form: ValueForm) => ours(protobufCodec(schemaOf(form))),
} satisfies Record<string, (form: ValueForm) => Subject>;

export type SubjectName = keyof typeof SUBJECTS;

export const NAMES = Object.keys(SUBJECTS) as readonly SubjectName[];

export function openSubject(name: SubjectName, form: ValueForm): Subject {
  return SUBJECTS[name](form);
}

/** What each is compared with. */
export const BARE: Readonly<Record<SubjectName, SubjectName>> = {
  'cbor-x': 'cbor-x',
  'cbor-x, bytes of its own': 'cbor-x',
  '@cache/codec-cbor': 'cbor-x',
  '@cache/codec-cbor, lent': 'cbor-x',
  'built into core': 'cbor-x',
  'built into core, lent': 'cbor-x',
  JSON: 'JSON',
  'JSON, bytes of its own': 'JSON',
  '@cache/codec-json': 'JSON',
  '@cache/codec-json, lent': 'JSON',
  '@cache/codec-json, tagged': 'JSON',
  '@cache/codec-json, tagged, lent': 'JSON',
  msgpackr: 'msgpackr',
  'msgpackr, bytes of its own': 'msgpackr',
  '@cache/codec-msgpack': 'msgpackr',
  '@cache/codec-msgpack, lent': 'msgpackr',
  'node:v8': 'node:v8',
  '@cache/codec-v8': 'node:v8',
  'protobuf-es': 'protobuf-es',
  '@cache/codec-protobuf': 'protobuf-es',
};

/** Whose `encode` checks each member: by the value model, or by the schema of the message. */
export const CHECKING: ReadonlySet<SubjectName> = new Set([
  '@cache/codec-cbor',
  '@cache/codec-cbor, lent',
  'built into core',
  'built into core, lent',
  '@cache/codec-protobuf',
]);
