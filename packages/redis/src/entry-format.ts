/**
 * How an entry lies in Redis: a header of fixed length, its tags, its terms, its payload. Described in `docs/entry-format.md`. The scripts
 * write it, on the server's clock; here it is only read.
 */
import { CacheError, type Entry, type Payload } from '@cache/core';
import type { Reply } from './port.ts';

/** The format this version writes, and the only one so far. */
export const FORMAT = 1;

/** The fields in the order of the record, for `struct` in Lua. Numbers are unsigned and big-endian. */
export const LAYOUT = '>BBI4c16c12I7I6I6I6I6I6I3I3';
export const HEADER_BYTES = 77;

/** Bits of the second byte. */
export const NUMBER = 1;
export const TELLS_USE = 2;

const FLAGS = 1;
const LOAD_MS = 2;
const VERSION = 6;
const GENERATION = 22;
export const GENERATION_BYTES = 12;
const MOMENT = 34;
const CREATED_AT = 41;
const FRESH_UNTIL = 47;
const KEPT_UNTIL = 53;
const TAG_BYTES = 71;
const TERM_BYTES = 74;

/** Throws `CODEC_FAILED` unless `record` is an entry of a format that this version reads. */
export function checkRecord(record: Buffer, key: string): void {
  if (isReadable(record)) return;
  throw unreadable(
    key,
    record[0] === FORMAT || record.length < HEADER_BYTES
      ? `it holds a value of ${record.length} bytes that is no entry`
      : `it holds the format ${record[0]}`,
  );
}

/** Whether `record` is an entry of a format that this version reads, and whole. */
export function isReadable(record: Buffer): boolean {
  return (
    record.length >= HEADER_BYTES &&
    record[0] === FORMAT &&
    HEADER_BYTES + labelBytes(record) <= record.length
  );
}

/** The length of tags and terms. */
function labelBytes(record: Buffer): number {
  return lengthIn(record, TAG_BYTES) + lengthIn(record, TERM_BYTES);
}

function lengthIn(record: Buffer, at: number): number {
  return (record[at] as number) * 65_536 + (record[at + 1] as number) * 256 + (record[at + 2] as number);
}

/** What a step found that took it for no entry. */
export const NO_ENTRY = 'it is no entry, or one of another format';

/** The error for a record that this version cannot read. */
export function unreadable(key: string, fault: string): CacheError {
  return new CacheError(
    'CODEC_FAILED',
    `the record of '${key}' is none that this version of @cache/redis reads: ${fault}; delete the key, or upgrade`,
    { key },
  );
}

/** Which clear the entry was written after, byte for byte. */
export function isOfGeneration(record: Buffer, generation: Buffer): boolean {
  return areEqual(record, GENERATION, generation, 0, GENERATION_BYTES);
}

/** The last removal by tag or term that the entry was written after, in microseconds. */
export function momentOf(record: Buffer): number {
  return momentIn(record, MOMENT);
}

export function momentIn(bytes: Buffer, at: number): number {
  return (bytes[at] as number) * 2 ** 48 + bytes.readUIntBE(at + 1, 6);
}

/** A record without terms, for the script that plain writes are. */
export interface Draft {
  /** Milliseconds. */
  readonly ttl: number;
  readonly grace: number;
  readonly flags: number;
  readonly version: string;
  readonly tags: Buffer;
  /** Bytes, or a number in decimal digits. */
  readonly payload: Buffer | string;
}

const DRAFT_START = 12;
/** Before the labels: times, what a record begins with, the length of what follows, and the lengths of tags and terms. */
const DRAFT_BYTES = DRAFT_START + GENERATION + 4 + 6;

function bytesOfDraft({ tags, payload }: Draft): number {
  return DRAFT_BYTES + tags.length + payload.length;
}

/** The drafts one after the other. What only the server knows is left out: from the generation to the last use. */
export function packDrafts(drafts: readonly Draft[]): Buffer {
  let length = 0;
  for (const draft of drafts) length += bytesOfDraft(draft);
  const bytes = Buffer.allocUnsafe(length);
  let start = 0;
  for (const { ttl, grace, flags, version, tags, payload } of drafts) {
    bytes.writeUIntBE(ttl, start, 6);
    bytes.writeUIntBE(ttl + grace, start + 6, 6);
    const record = start + DRAFT_START;
    bytes[record] = FORMAT;
    bytes[record + FLAGS] = flags;
    bytes.writeUInt32BE(0, record + LOAD_MS);
    bytes.write(version, record + VERSION, 'latin1');
    const rest = record + GENERATION;
    bytes.writeUInt32BE(6 + tags.length + payload.length, rest);
    bytes.writeUIntBE(tags.length, rest + 4, 3);
    bytes.writeUIntBE(0, rest + 7, 3);
    bytes.set(tags, rest + 10);
    start = rest + 10 + tags.length;
    if (typeof payload === 'string') bytes.write(payload, start, 'latin1');
    else bytes.set(payload, start);
    start += payload.length;
  }
  return bytes;
}

/** Whether the entry may be found after it stopped being fresh, so that only the server's clock tells. */
export function hasGrace(record: Buffer): boolean {
  return !areEqual(record, FRESH_UNTIL, record, KEPT_UNTIL, 6);
}

/** Whether a removal by tag or term can concern the entry. */
export function hasLabels(record: Buffer): boolean {
  return labelBytes(record) > 0;
}

/** The marks by which the entry may have been removed. */
export function labelsOf(record: Buffer): readonly string[] {
  const tagsEnd = HEADER_BYTES + lengthIn(record, TAG_BYTES);
  const termsEnd = tagsEnd + lengthIn(record, TERM_BYTES);
  return [
    ...unpackTexts(record.subarray(HEADER_BYTES, tagsEnd)).map((tag) => `t:${tag}`),
    ...unpackTexts(record.subarray(tagsEnd, termsEnd)).map((term) => `x:${term}`),
  ];
}

/** Whether a reader should tell that the entry was used. */
export function tellsUse(record: Buffer): boolean {
  return ((record[FLAGS] as number) & TELLS_USE) !== 0;
}

export function versionOf(record: Buffer): string {
  return record.toString('latin1', VERSION, VERSION + 16);
}

export function payloadOf(record: Buffer): Payload {
  const bytes = record.subarray(HEADER_BYTES + labelBytes(record));
  return ((record[FLAGS] as number) & NUMBER) === 0 ? bytes : Number(bytes.toString('latin1'));
}

/** The entry whose record a step gave, if it gave one. */
export function entryIn(reply: Reply | undefined): Entry | undefined {
  return reply === null || reply === undefined ? undefined : entryOf(reply as Buffer);
}

export function entryOf(record: Buffer): Entry {
  const tagsEnd = HEADER_BYTES + lengthIn(record, TAG_BYTES);
  const termsEnd = tagsEnd + lengthIn(record, TERM_BYTES);
  return {
    payload: payloadOf(record),
    version: versionOf(record),
    createdAt: record.readUIntBE(CREATED_AT, 6),
    freshUntil: instant(record, FRESH_UNTIL),
    keptUntil: instant(record, KEPT_UNTIL),
    loadMs: record.readUInt32BE(LOAD_MS),
    tags: unpackTexts(record.subarray(HEADER_BYTES, tagsEnd)),
    terms: unpackTexts(record.subarray(tagsEnd, termsEnd)),
    size: record.length,
  };
}

/** Whether two fields are the same. A call out of the runtime's own code costs more than so few bytes. */
function areEqual(a: Buffer, aStart: number, b: Buffer, bStart: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (a[aStart + i] !== b[bStart + i]) return false;
  return true;
}

/** 0 is for ever. */
function instant(record: Buffer, at: number): number {
  const ms = record.readUIntBE(at, 6);
  return ms === 0 ? Infinity : ms;
}

/** Texts, each after its length in bytes. */
export function packTexts(texts: readonly string[]): Buffer {
  if (texts.length === 0) return NOTHING;
  return Buffer.concat(
    texts.flatMap((text) => {
      const bytes = Buffer.from(text);
      return [Buffer.of(bytes.length >>> 8, bytes.length & 255), bytes];
    }),
  );
}

function unpackTexts(block: Buffer): readonly string[] {
  if (block.length === 0) return [];
  const texts: string[] = [];
  for (let at = 0; at + 1 < block.length;) {
    const start = at + 2;
    at = start + block.readUInt16BE(at);
    // Somebody damaged it.
    if (at > block.length) break;
    texts.push(block.toString('utf8', start, at));
  }
  return texts;
}

const NOTHING = Buffer.alloc(0);
