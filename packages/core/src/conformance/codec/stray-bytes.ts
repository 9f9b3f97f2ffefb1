/** Bytes that nobody encoded, made of such that somebody did, and what may come of them. */
import type { CodecContext } from '../../codec.ts';
import { copyValue } from '../../copying.ts';
import { Broken, demand } from '../assert.ts';
import { sameValue } from '../same-value.ts';
import { show } from '../show.ts';

/** Bytes that mean something in many formats: ends of ranges, marks, brackets, and what a text cannot have. */
const TELLING = [
  0x00, 0x01, 0x7f, 0x80, 0x81, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xd4, 0xdf, 0xf7, 0xfe, 0xff, 0x22, 0x5b, 0x7b,
];

/** Every beginning; of long bytes some, and all that lack little. */
export function* cuts(bytes: Uint8Array): Generator<Uint8Array> {
  const step = bytes.length <= 1_024 ? 1 : Math.ceil(bytes.length / 256);
  for (let length = 0; length < bytes.length; length += bytes.length - length <= 64 ? 1 : step)
    yield bytes.slice(0, length);
}

/** Each bit turned; of long bytes some. */
export function* flips(bytes: Uint8Array, random: () => number): Generator<Uint8Array> {
  const bits = bytes.length * 8;
  const all = bits <= 512;
  for (let i = 0; i < Math.min(bits, 512); i++) {
    const bit = all ? i : Math.floor(random() * bits);
    const flipped = bytes.slice();
    flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
    yield flipped;
  }
}

/** Bytes put in front, behind and in the middle, and the whole twice. */
export function* additions(bytes: Uint8Array): Generator<Uint8Array> {
  for (const byte of TELLING) {
    yield Uint8Array.from([...bytes, byte]);
    yield Uint8Array.from([byte, ...bytes]);
  }
  yield Uint8Array.from([...bytes, ...bytes]);
}

/** Bytes changed, left out, put in, exchanged and repeated at random, up to four times each. */
export function* edits(bytes: Uint8Array, random: () => number, count: number): Generator<Uint8Array> {
  const below = (end: number): number => Math.floor(random() * end);
  for (let i = 0; i < count; i++) {
    let edited = Array.from(bytes);
    for (let steps = 1 + below(4); steps > 0; steps--) {
      const at = below(edited.length + 1);
      const end = Math.min(edited.length, at + 1 + below(8));
      const byte = below(2) === 0 ? (TELLING[below(TELLING.length)] as number) : below(256);
      const part = edited.slice(at, end);
      switch (below(5)) {
        case 0:
          if (at < edited.length) edited[at] = byte;
          break;
        case 1:
          edited.splice(at, end - at);
          break;
        case 2:
          edited.splice(at, 0, byte);
          break;
        case 3:
          edited.splice(below(edited.length + 1), 0, ...part);
          break;
        default:
          edited = [...edited.slice(end), ...edited.slice(0, end)];
      }
    }
    yield Uint8Array.from(edited);
  }
}

export function* randomBytes(random: () => number, count: number): Generator<Uint8Array> {
  for (let i = 0; i < count; i++) {
    const length = Math.floor(random() * random() * 200);
    const telling = random() < 0.5;
    yield Uint8Array.from({ length }, () =>
      telling ? (TELLING[Math.floor(random() * TELLING.length)] as number) : Math.floor(random() * 256),
    );
  }
}

/** How a codec is called where bytes are judged. */
export interface Caller {
  encode(value: unknown): Uint8Array;
  decode(bytes: Uint8Array, call?: { readonly at?: CodecContext }): unknown;
}

/**
 * Demands that bytes which nobody encoded are an error, or a value that the codec keeps: never `undefined`, nothing beyond the value model,
 * and nothing that encode would refuse or that comes back otherwise. Says whether they were refused, are what encode gives for their value,
 * or are something else that was read all the same.
 */
export function judgeStray(
  codec: Caller,
  bytes: Uint8Array,
  what: string,
): 'refused' | 'genuine' | 'lenient' {
  let value: unknown;
  try {
    value = codec.decode(bytes);
  } catch (error) {
    demand(error instanceof Error, `${said(what, bytes)}: threw ${show(error)}, which is no Error`);
    return 'refused';
  }
  demand(value !== undefined, `${said(what, bytes)}: gave undefined`);
  try {
    copyValue(value);
  } catch (error) {
    throw new Broken(`${said(what, bytes)}: gave what is not of the model: ${show(error)}`, { cause: error });
  }
  let own: Uint8Array;
  let again: unknown;
  try {
    own = codec.encode(value);
    again = codec.decode(own);
  } catch (error) {
    throw new Broken(`${said(what, bytes)}: gave ${show(value)}, which it does not keep: ${show(error)}`, {
      cause: error,
    });
  }
  demand(
    sameValue(again, value),
    `${said(what, bytes)}: gave ${show(value)}, which comes back as ${show(again)}`,
  );
  return own.length === bytes.length && own.every((byte, i) => byte === bytes[i]) ? 'genuine' : 'lenient';
}

function said(what: string, bytes: Uint8Array): string {
  const hex = Array.from(bytes.subarray(0, 48), (byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${what} (${hex}${bytes.length > 48 ? `… of ${bytes.length} bytes` : ''})`;
}
