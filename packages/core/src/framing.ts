/**
 * What stands before a codec's bytes, so that a reader can tell whose they are: one byte with the length of the codec's id in its lower
 * five bits and, as 0x80, whether a schema version follows; the id; the version in two bytes, most significant first.
 */
import type { Codec, CodecContext } from './codec.ts';
import { CacheError } from './errors.ts';
import { clip } from './refusal.ts';

const ID = /^[!-~]{1,16}$/;
/** Bits of the first byte. */
const ID_LENGTH = 0x1f;
const VERSIONED = 0x80;
/** Bytes that the runtime keeps inside a small array: a view would make it allocate them elsewhere, which takes longer than to copy them. */
const INLINE = 64;

/** A codec, and how its frames begin where no version follows. */
interface Known {
  readonly codec: Codec;
  readonly start: Uint8Array;
}

/** Throws a `TypeError` that begins with `what` for what is no codec, and for an id that does not fit into a frame. */
export function checkCodec(given: unknown, what: string): Codec {
  if (!isCodec(given)) throw new TypeError(`${what}: expected a codec: an object with id, encode and decode`);
  if (ID.test(given.id)) return given;
  throw new TypeError(
    `${what}: a codec has the id ${JSON.stringify(clip(given.id))}: give it 1 to 16 printable ASCII characters without spaces`,
  );
}

/** Like {@link checkCodec}, for one codec or a list: the first writes, each reads, and frames must tell them apart. */
export function checkCodecs(given: unknown, what: string): readonly Codec[] {
  const list: readonly unknown[] = Array.isArray(given) ? given : [given];
  const codecs = list.map((each) => checkCodec(each, what));
  if (codecs.length === 0) throw new TypeError(`${what}: expected a codec, or a list of at least one`);
  const ids = codecs.map(({ id }) => id);
  const twice = ids.find((id, n) => ids.indexOf(id) !== n);
  if (twice === undefined) return Object.freeze(codecs);
  throw new TypeError(`${what}: two codecs have the id '${twice}': leave one out, or give it another id`);
}

/**
 * The codecs of a cache: those it names, and the default of its provider, so that a cache which begins to name one still reads what it
 * wrote before. Not beside a codec that authenticates: then bytes that anybody can make would be read too.
 */
export function codecsOf(named: readonly Codec[] | undefined, byDefault: Codec): readonly Codec[] {
  if (named === undefined) return [byDefault];
  const isAll = named[0]?.authenticates === true || named.some(({ id }) => id === byDefault.id);
  return isAll ? named : [...named, byDefault];
}

/** Puts frames before the bytes of the codec that writes, and finds the codec of framed bytes. */
export class Framing {
  /** The codec that writes. */
  readonly codec: Codec;
  readonly #head: Uint8Array;
  readonly #known: readonly Known[];

  readonly #version: number;

  /** `codecs`: the first writes. `schemaVersion`: 0, the default, for none. */
  constructor(codecs: readonly Codec[], schemaVersion = 0) {
    this.#version = schemaVersion;
    this.codec = codecs[0] as Codec;
    this.#known = codecs.map((codec) => ({ codec, start: startOf(codec.id) }));
    this.#head = headOf(this.codec.id, schemaVersion);
  }

  /** A framed copy of what the codec gave or lent. That is wiped: an engine that wipes what it held cannot reach it. */
  frame(bytes: Uint8Array): Uint8Array {
    const head = this.#head;
    const framed = new Uint8Array(head.length + bytes.length);
    for (let i = 0; i < head.length; i++) framed[i] = head[i] as number;
    framed.set(bytes, head.length);
    bytes.fill(0);
    return framed;
  }

  /** The schema version in a frame; 0: none. Where there is no frame, ours: decoding tells what is wrong. */
  versionOf(framed: Uint8Array): number {
    const first = framed[0] ?? 0;
    if ((first & VERSIONED) === 0) return 0;
    const version = versionAt(framed, (first & ID_LENGTH) + 1);
    return version === this.#version || idOf(framed) === undefined ? this.#version : version;
  }

  /** The value of framed bytes: its codec is told the schema version that they hold. Throws what their codec throws, and `CODEC_FAILED` when there is none for them. */
  decode(framed: Uint8Array, context: CodecContext): unknown {
    for (const { codec, start } of this.#known) {
      if (!begins(framed, start)) continue;
      const versioned = isVersioned(framed);
      const from = start.length + (versioned ? 2 : 0);
      if (from > framed.length) throw failure('the stored bytes are cut off', context);
      const schemaVersion = versioned ? versionAt(framed, start.length) : 0;
      return codec.decode(
        framed.length > INLINE ? framed.subarray(from) : framed.slice(from),
        schemaVersion === context.schemaVersion ? context : { ...context, schemaVersion },
      );
    }
    const id = idOf(framed);
    throw failure(
      id === undefined
        ? 'the stored bytes do not begin as a cache writes them: delete the entry, and look for who else writes there'
        : `the stored bytes were written with the codec '${id}', which this cache does not read: add it to the list in its option codec`,
      context,
    );
  }
}

function isCodec(given: unknown): given is Codec {
  if (given === null || typeof given !== 'object') return false;
  const { id, encode, decode } = given as Partial<Codec>;
  return typeof id === 'string' && typeof encode === 'function' && typeof decode === 'function';
}

function startOf(id: string): Uint8Array {
  return Uint8Array.of(id.length, ...new TextEncoder().encode(id));
}

function headOf(id: string, schemaVersion: number): Uint8Array {
  const [length, ...rest] = startOf(id);
  return schemaVersion === 0
    ? startOf(id)
    : Uint8Array.of((length as number) | VERSIONED, ...rest, schemaVersion >>> 8, schemaVersion & 0xff);
}

function isVersioned(framed: Uint8Array): boolean {
  return ((framed[0] as number) & VERSIONED) !== 0;
}

/** What is not there counts as zeros. */
function versionAt(framed: Uint8Array, at: number): number {
  return ((framed[at] ?? 0) << 8) | (framed[at + 1] ?? 0);
}

/** Whether the frame begins like this, its version aside. */
function begins(framed: Uint8Array, start: Uint8Array): boolean {
  if (((framed[0] as number) & ~VERSIONED) !== start[0]) return false;
  for (let i = 1; i < start.length; i++) if (framed[i] !== start[i]) return false;
  return true;
}

/** The id in a frame; `undefined` where there is no frame. */
function idOf(framed: Uint8Array): string | undefined {
  const first = framed[0] ?? 0;
  const id = String.fromCharCode(...framed.subarray(1, 1 + (first & ID_LENGTH)));
  const isWhole = id.length === (first & ~VERSIONED);
  return isWhole && ID.test(id) ? id : undefined;
}

/** The failure to find a codec. Of the bytes it tells an id at most. */
function failure(fault: string, { cache, key }: CodecContext): CacheError {
  return new CacheError('CODEC_FAILED', fault, { cache, key });
}
