/** How values become what an engine holds, and come back: isolation and encoding in one place. */
import { codecFailure } from './binary-codec.ts';
import { Cloners, type Shape } from './cloners.ts';
import type { Codec, CodecContext, EncodeOptions } from './codec.ts';
import { cloneValue, copyValue } from './copying.ts';
import type { Payload } from './engine.ts';
import { isCacheError } from './errors.ts';
import { Framing } from './framing.ts';
import { freezeValue } from './freezing.ts';
import { measureValue } from './measuring.ts';
import { UNDEFINED_VALUE } from './values.ts';

/** A checked, private value for more than one taker: immutable data as it is, anything else wrapped. Opaque to all but its packing. */
export type Isolated = unknown;

export interface Packing {
  /** Turns a caller's value into a payload of its own for the engine. Throws a `TypeError` for what is not of the value model. */
  pack(value: unknown, key: string): Payload;

  /**
   * What a reader gets for a payload: a copy of its own, or the shared frozen value. Throws `CODEC_FAILED` when bytes cannot be read; for
   * an engine that holds values it never throws.
   */
  unpack(payload: Payload, key: string): unknown;

  /** Checks and copies a value that will be packed and also given out: a loaded or an updated one. Throws like `pack`. */
  isolate(value: unknown): Isolated;

  /** An isolated value of what a payload holds, for an updater to begin from. Throws `CODEC_FAILED` like `unpack`. */
  isolateFrom(payload: Payload, key: string): Isolated;

  /** Like `pack`, without a second look. The isolated value stays good whatever the engine does to the payload. */
  packIsolated(isolated: Isolated, key: string): Payload;

  /** Like `unpack`: what a reader gets for an isolated value, any number of times. */
  give(isolated: Isolated): unknown;

  /** A copy that its taker may change, whatever the isolation: what an updater gets. */
  draftOf(isolated: Isolated): unknown;

  /** The schema version under which a payload was written, 0 for none; `undefined`: it does not tell. */
  versionOf(payload: Payload): number | undefined;

  /** What a payload holds, as a value that its taker may change, whatever the isolation. Throws `CODEC_FAILED` like `unpack`. */
  draftFrom(payload: Payload, key: string): unknown;

  /** The size of a payload in bytes: exact for bytes, estimated for values. */
  sizeOf(payload: Payload): number;
}

export interface PackingOptions {
  readonly isolation: 'copy' | 'frozen';
  readonly holds: 'values' | 'bytes';
  /** For an engine that holds bytes: the first writes, each reads. */
  readonly codecs: readonly Codec[];
  /** Under which they write. Default 0: none. */
  readonly schemaVersion?: number | undefined;
  readonly context: { readonly cache: string; readonly space: string };
}

export function createPacking(options: PackingOptions): Packing {
  const frozen = options.isolation === 'frozen';
  return options.holds === 'values' ? new HeldValues(frozen) : new EncodedValues(frozen, options);
}

/**
 * A private value that could be changed if it were handed out, and the shape it is cloned by. The value model has no class instances, so
 * it is never a value itself.
 */
class Private {
  readonly value: object;
  /** It went through `freezeValue`. */
  readonly frozen: boolean;
  shape: Shape | undefined = undefined;

  constructor(value: object, frozen: boolean) {
    this.value = value;
    this.frozen = frozen;
  }

  cloneBy(cloners: Cloners): object {
    this.shape = cloners.guess(this.value);
    return (this.shape ?? cloners.walked).clone(this.value);
  }
}

/** Values an engine keeps by reference. What can be shared is a payload as it is: immutable data, and values frozen through and through. */
class HeldValues implements Packing {
  readonly #frozen: boolean;
  readonly #cloners: Cloners;

  constructor(frozen: boolean) {
    this.#frozen = frozen;
    this.#cloners = new Cloners({ frozen });
  }

  pack(value: unknown): Payload {
    if (value === undefined) throw new TypeError(UNDEFINED_VALUE);
    return this.adopt(copyValue(value));
  }

  /** Like `pack`, for a value that is checked already and nobody else's. */
  adopt(value: unknown): Payload {
    if (typeof value !== 'object' || value === null || (this.#frozen && freezeValue(value))) return value;
    return new Private(value, this.#frozen);
  }

  unpack(payload: Payload): unknown {
    if (!(payload instanceof Private)) {
      return this.#frozen || typeof payload !== 'object' || payload === null ? payload : cloneValue(payload);
    }
    // Two caches on one space may isolate in two ways.
    if (payload.frozen !== this.#frozen) return this.#converted(payload.value);
    const { shape } = payload;
    return shape === undefined ? payload.cloneBy(this.#cloners) : shape.clone(payload.value);
  }

  isolate(value: unknown): Isolated {
    return this.pack(value);
  }

  isolateFrom(payload: Payload): Isolated {
    return payload;
  }

  packIsolated(isolated: Isolated): Payload {
    return isolated;
  }

  give(isolated: Isolated): unknown {
    return this.unpack(isolated);
  }

  draftOf(isolated: Isolated): unknown {
    const value = plainOf(isolated);
    return typeof value === 'object' && value !== null ? cloneValue(value) : value;
  }

  versionOf(): undefined {}

  draftFrom(payload: Payload): unknown {
    return this.draftOf(payload);
  }

  sizeOf(payload: Payload): number {
    return measureValue(plainOf(payload));
  }

  #converted(value: object): object {
    const copy = cloneValue(value);
    if (this.#frozen) freezeValue(copy);
    return copy;
  }
}

/** What is inside a payload of held values, or an isolated value. */
function plainOf(payload: Payload): unknown {
  return payload instanceof Private ? payload.value : payload;
}

/** The frame has a copy of what a codec gives. */
const COPIED: EncodeOptions = { mayLend: true };

/** Values an engine keeps as bytes, which it may wipe. Each read decodes; isolated values do not depend on the bytes. */
class EncodedValues implements Packing {
  readonly #frozen: boolean;
  readonly #isolated: HeldValues;
  readonly #framing: Framing;
  readonly #schemaVersion: number;
  readonly #context: PackingOptions['context'];

  constructor(frozen: boolean, { codecs, schemaVersion = 0, context }: PackingOptions) {
    this.#frozen = frozen;
    this.#isolated = new HeldValues(frozen);
    this.#framing = new Framing(codecs, schemaVersion);
    this.#schemaVersion = schemaVersion;
    this.#context = context;
  }

  pack(value: unknown, key: string): Payload {
    if (value === undefined) throw new TypeError(UNDEFINED_VALUE);
    return this.#encode(this.#framing.codec.checks === true ? value : copyValue(value), key);
  }

  unpack(payload: Payload, key: string): unknown {
    const value = this.#decode(payload, key);
    if (this.#frozen) freezeValue(value);
    return value;
  }

  isolate(value: unknown): Isolated {
    return this.#isolated.pack(value);
  }

  isolateFrom(payload: Payload, key: string): Isolated {
    return this.#isolated.adopt(this.#decode(payload, key));
  }

  packIsolated(isolated: Isolated, key: string): Payload {
    return this.#encode(plainOf(isolated), key);
  }

  give(isolated: Isolated): unknown {
    return this.#isolated.unpack(isolated);
  }

  draftOf(isolated: Isolated): unknown {
    return this.#isolated.draftOf(isolated);
  }

  versionOf(payload: Payload): number | undefined {
    return payload instanceof Uint8Array ? this.#framing.versionOf(payload) : undefined;
  }

  draftFrom(payload: Payload, key: string): unknown {
    return this.#decode(payload, key);
  }

  sizeOf(payload: Payload): number {
    return payload instanceof Uint8Array ? payload.length : 8;
  }

  #encode(value: unknown, key: string): Payload {
    // Counters stay numbers, so that the engine can change them in place.
    if (Number.isSafeInteger(value) && !Object.is(value, -0)) return value;
    const { codec } = this.#framing;
    const bytes: unknown = codec.encode(value, this.#contextOf(key), COPIED);
    if (bytes instanceof Uint8Array) return this.#framing.frame(bytes);
    throw new TypeError(`the codec '${codec.id}' must encode to a Uint8Array`);
  }

  #decode(payload: Payload, key: string): unknown {
    if (typeof payload === 'number') return payload;
    const context = this.#contextOf(key);
    try {
      if (!(payload instanceof Uint8Array)) throw new TypeError('the payload is not bytes');
      const value = this.#framing.decode(payload, context);
      if (value === undefined) throw new TypeError('the codec gave undefined');
      return value;
    } catch (error) {
      throw isCacheError(error, 'CODEC_FAILED') ? error : codecFailure(error, context);
    }
  }

  #contextOf(key: string): CodecContext {
    const { cache, space } = this.#context;
    return { cache, space, key, schemaVersion: this.#schemaVersion };
  }
}
