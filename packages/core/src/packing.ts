/** How values become what an engine holds, and come back: isolation and encoding in one place. */
import { createBinaryCodec, codecFailure } from './binary-codec.ts';
import { Cloners, type Shape } from './cloners.ts';
import type { Codec, CodecContext } from './codec.ts';
import { cloneValue, copyValue } from './copying.ts';
import type { Payload } from './engine.ts';
import { isCacheError } from './errors.ts';
import { freezeValue } from './freezing.ts';
import { measureValue } from './measuring.ts';
import { UNDEFINED_VALUE } from './values.ts';

/** A checked, private value that several takers will get: immutable data as it is, anything else wrapped. Opaque to all but its packing. */
export type Isolated = unknown;

export interface Packing {
  /** Turns a caller's value into a payload of its own for the engine. Throws a `TypeError` for what is not of the value model. */
  pack(value: unknown, key: string): Payload;

  /**
   * What a caller gets for a payload: a copy of its own, or the shared frozen value. Throws `CODEC_FAILED` when bytes cannot be read; for
   * an engine that holds values it never throws.
   */
  unpack(payload: Payload, key: string): unknown;

  /** Checks and copies once a value that will be packed and also given out: a loaded or an updated one. Throws like `pack`. */
  isolate(value: unknown): Isolated;

  /** Like `pack`, without a second look at the value. The isolated value stays good whatever the engine does to the payload. */
  packIsolated(isolated: Isolated, key: string): Payload;

  /** Like `unpack`: what a caller gets for an isolated value, any number of times. */
  give(isolated: Isolated): unknown;

  /** The size of a payload in bytes: exact for bytes, estimated for values. */
  sizeOf(payload: Payload): number;
}

export interface PackingOptions {
  readonly isolation: 'copy' | 'frozen';
  readonly holds: 'values' | 'bytes';
  /** For an engine that holds bytes; `undefined`: the built-in one. */
  readonly codec: Codec | undefined;
  readonly context: { readonly cache: string; readonly space: string };
}

export function createPacking({ isolation, holds, codec, context }: PackingOptions): Packing {
  const frozen = isolation === 'frozen';
  const values = new HeldValues(frozen);
  return holds === 'values' ? values : new EncodedValues(values, frozen, codec, context);
}

/** A private value that can change, and the shape it is cloned by. The value model has no class instances, so it is never a value itself. */
class Private {
  readonly value: object;
  readonly frozen: boolean;
  /** Found at the second read: many values are read once or never. */
  shape: Shape | undefined = undefined;
  read = false;

  constructor(value: object, frozen: boolean) {
    this.value = value;
    this.frozen = frozen;
  }

  clone(cloners: Cloners): object {
    if (this.read) this.shape = cloners.shapeOf(this.value);
    this.read = true;
    return (this.shape ?? cloners.walked).clone(this.value);
  }
}

/** Values an engine keeps by reference. Frozen ones that cannot be changed at all are payloads as they are. */
class HeldValues implements Packing {
  readonly #frozen: boolean;
  readonly #cloners: Cloners;

  constructor(frozen: boolean) {
    this.#frozen = frozen;
    this.#cloners = new Cloners({ frozen });
  }

  pack(value: unknown): Payload {
    if (value === undefined) throw new TypeError(UNDEFINED_VALUE);
    if (typeof value !== 'object' || value === null) return copyValue(value);
    const copy = copyValue(value);
    return this.#frozen && freezeValue(copy) ? copy : new Private(copy, this.#frozen);
  }

  unpack(payload: Payload): unknown {
    if (!(payload instanceof Private)) {
      if (this.#frozen || typeof payload !== 'object' || payload === null) return payload;
      return cloneValue(payload);
    }
    const { shape, frozen, value } = payload;
    // Two caches on one space may isolate in two ways.
    if (frozen !== this.#frozen) return this.#convert(value);
    return shape === undefined ? payload.clone(this.#cloners) : shape.clone(value);
  }

  #convert(value: object): object {
    const copy = cloneValue(value);
    if (this.#frozen) freezeValue(copy);
    return copy;
  }

  isolate(value: unknown): Isolated {
    return this.pack(value);
  }

  packIsolated(isolated: Isolated): Payload {
    return isolated;
  }

  give(isolated: Isolated): unknown {
    return this.unpack(isolated);
  }

  sizeOf(payload: Payload): number {
    return measureValue(payload instanceof Private ? payload.value : payload);
  }
}

/** Values an engine keeps as bytes. Each read decodes; isolated values do not depend on the bytes, which the engine may wipe. */
class EncodedValues implements Packing {
  readonly #isolated: HeldValues;
  readonly #frozen: boolean;
  readonly #codec: Codec;
  /** The built-in codec checks while it writes. */
  readonly #checked: boolean;
  readonly #context: { readonly cache: string; readonly space: string };

  constructor(
    isolated: HeldValues,
    frozen: boolean,
    codec: Codec | undefined,
    context: { readonly cache: string; readonly space: string },
  ) {
    this.#isolated = isolated;
    this.#frozen = frozen;
    this.#codec = codec ?? createBinaryCodec();
    this.#checked = codec === undefined;
    this.#context = context;
  }

  pack(value: unknown, key: string): Payload {
    if (value === undefined) throw new TypeError(UNDEFINED_VALUE);
    return this.#encode(this.#checked ? value : copyValue(value), key);
  }

  unpack(payload: Payload, key: string): unknown {
    if (typeof payload === 'number') return payload;
    const context = this.#contextOf(key);
    const value = this.#decode(payload, context);
    if (value === undefined) throw codecFailure(new TypeError('the codec gave undefined'), context);
    if (this.#frozen) freezeValue(value);
    return value;
  }

  isolate(value: unknown): Isolated {
    return this.#isolated.pack(value);
  }

  packIsolated(isolated: Isolated, key: string): Payload {
    return this.#encode(isolated instanceof Private ? isolated.value : isolated, key);
  }

  give(isolated: Isolated): unknown {
    return this.#isolated.unpack(isolated);
  }

  sizeOf(payload: Payload): number {
    return payload instanceof Uint8Array ? payload.length : 8;
  }

  #encode(value: unknown, key: string): Payload {
    // Counters stay numbers, so that the engine can change them in place.
    if (Number.isSafeInteger(value) && !Object.is(value, -0)) return value;
    const bytes: unknown = this.#codec.encode(value, this.#contextOf(key));
    if (bytes instanceof Uint8Array) return bytes;
    throw new TypeError(`the codec '${this.#codec.id}' must encode to a Uint8Array`);
  }

  #decode(payload: Payload, context: CodecContext): unknown {
    if (!(payload instanceof Uint8Array))
      throw codecFailure(new TypeError('the payload is not bytes'), context);
    try {
      return this.#codec.decode(payload, context);
    } catch (error) {
      throw isCacheError(error, 'CODEC_FAILED') ? error : codecFailure(error, context);
    }
  }

  #contextOf(key: string): CodecContext {
    return { cache: this.#context.cache, space: this.#context.space, key };
  }
}
