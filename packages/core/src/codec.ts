/** The Codec contract: values to bytes and back. This file imports nothing. */

/** Where the bytes will live and what form the value has, for codecs that bind bytes to that. */
export interface CodecContext {
  readonly cache: string;
  readonly space: string;
  readonly key: string;
  /** The version of the value's form; 0: none. When bytes are read, the one that is told beside them. */
  readonly schemaVersion: number;
}

/** What whoever asks for bytes allows. A codec may pass over it. */
export interface EncodeOptions {
  /**
   * The bytes may lie in memory that the codec goes on using. They are copied before the codec is called again, and may be overwritten, which is
   * how they are wiped: core copies them behind a frame. Default false.
   */
  readonly mayLend?: boolean | undefined;
}

/**
 * Turns a value of the value model into bytes and back.
 *
 * A codec never changes a value: what it cannot represent exactly, it refuses with a `TypeError` that names the path. `encode` does not
 * keep or change the value; the bytes it returns belong to the caller and share memory with nothing, unless the caller allows otherwise. `decode` keeps no view of its input,
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
  encode(value: unknown, context: CodecContext, options?: EncodeOptions): Uint8Array;
  decode(bytes: Uint8Array, context: CodecContext): unknown;
}
