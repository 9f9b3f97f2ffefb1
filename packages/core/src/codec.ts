/** The Codec contract: values to bytes and back. This file imports nothing. */

/** Where the bytes will live and what form the value has, for codecs that bind bytes to that. */
export interface CodecContext {
  readonly cache: string;
  readonly space: string;
  readonly key: string;
  /** The version of the value's form; 0: none. When bytes are read, the one that is told beside them. */
  readonly schemaVersion: number;
}

/**
 * Turns a value of the value model into bytes and back.
 *
 * A codec never changes a value: what it cannot represent exactly, it refuses with a `TypeError` that names the path. `encode` does not
 * keep or change the value; the bytes it returns belong to the caller and share memory with nothing. `decode` keeps no view of its input,
 * returns a value that shares nothing with other results, and throws on any input `encode` did not make: it never returns a guess.
 * Codecs are synchronous and free of side effects.
 */
export interface Codec {
  /** Short and stable: it is stored before the bytes, so that a reader finds who wrote them. 1 to 16 printable ASCII characters, no spaces. */
  readonly id: string;
  /**
   * True: `encode` itself refuses whatever is not of the value model, and reads every member of the value once, so that what is checked is
   * what is written. Otherwise it is given a checked copy. Default false.
   */
  readonly checks?: boolean | undefined;
  /**
   * True: `decode` accepts only what a holder of its secret wrote at this place, under this
   * schema version. A cache whose first codec this is reads nothing that its
   * options do not name: the default of its provider is something that anybody can write. Default false.
   */
  readonly authenticates?: boolean | undefined;
  encode(value: unknown, context: CodecContext): Uint8Array;
  decode(bytes: Uint8Array, context: CodecContext): unknown;
}
