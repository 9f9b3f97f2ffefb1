/** A right codec made wrong in one way. */
import type { Codec } from '../../../codec.ts';
import type { CodecConformanceOptions } from '../options.ts';

/** A codec that is wrong in one way, and the group of the suite that must notice. */
export interface CodecMutant {
  /** What is wrong, so that it completes "a codec that …". */
  readonly name: string;
  readonly group: string;
  /** Makes a right codec of the whole model wrong. */
  readonly wrong: (right: () => Codec) => () => Codec;
  /** What the wrong codec declares. */
  readonly declares?: Partial<CodecConformanceOptions> | undefined;
}

/** Parts of a codec, done wrongly; `right` does the rest. Made anew for each codec, so that it can remember. */
export type CodecFault = (right: Codec) => Partial<Codec>;

export function codecMutant(
  group: string,
  name: string,
  fault: CodecFault,
  declares?: CodecMutant['declares'],
): CodecMutant {
  return { group, name, wrong: (right) => () => altered(right(), fault), declares };
}

export function altered(right: Codec, fault: CodecFault): Codec {
  return {
    id: right.id,
    checks: right.checks,
    encode: (value, context) => right.encode(value, context),
    decode: (bytes, context) => right.decode(bytes, context),
    ...fault(right),
  };
}

/** Encodes another value in place of the one that was given. */
export function encoding(change: (value: unknown) => unknown): CodecFault {
  return (right) => ({ encode: (value, context) => right.encode(change(value), context) });
}

/** Gives another value in place of the one that was decoded. */
export function decoding(change: (value: unknown, bytes: Uint8Array) => unknown): CodecFault {
  return (right) => ({ decode: (bytes, context) => change(right.decode(bytes, context), bytes) });
}

/**
 * A copy in which `change` has had its say about each part, the inner ones first. What it leaves as it is keeps its kind. Whatever is not of
 * the model stays where it is, for the right codec to refuse.
 */
export function rebuilt(value: unknown, change: (part: unknown) => unknown, depth = 0): unknown {
  if (typeof value !== 'object' || value === null || depth > 3_000) return change(value);
  const part = (inner: unknown): unknown => rebuilt(inner, change, depth + 1);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Array.prototype && Array.isArray(value) && Object.keys(value).length === value.length)
    return change((value as readonly unknown[]).map(part));
  if (prototype === Map.prototype && value instanceof Map && isBare(value))
    return change(
      new Map(
        [...(value as ReadonlyMap<unknown, unknown>)].map(([key, member]) => [part(key), part(member)]),
      ),
    );
  if (prototype === Set.prototype && value instanceof Set && isBare(value))
    return change(new Set([...(value as ReadonlySet<unknown>)].map(part)));
  if ((prototype !== Object.prototype && prototype !== null) || !isData(value)) return change(value);
  const copy = Object.create(prototype) as object;
  for (const name of Object.keys(value)) {
    const descriptor = {
      value: part(Reflect.get(value, name)),
      enumerable: true,
      writable: true,
      configurable: true,
    };
    Object.defineProperty(copy, name, descriptor);
  }
  return change(copy);
}

/** Whether all members are data that a copy would have. */
function isData(value: object): boolean {
  const members = Object.getOwnPropertyDescriptors(value) as Record<string | symbol, PropertyDescriptor>;
  return Reflect.ownKeys(members).every((name) => {
    const member = members[name];
    return typeof name === 'string' && member?.enumerable === true && 'value' in member;
  });
}

/** Whether a collection is nothing but a collection. */
function isBare(value: object): boolean {
  try {
    return Reflect.ownKeys(value).length === 0 && Reflect.get(value, 'size') !== undefined;
  } catch {
    return false;
  }
}
