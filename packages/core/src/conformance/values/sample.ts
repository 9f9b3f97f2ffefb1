/** One value by example, and what must become of it. */

/** A value that must come back as it was, or one that must be refused. */
export type ValueSample = KeptSample | RefusedSample;

interface NamedValue {
  /** Unlike any other's. Corpora of encodings go by it: a name keeps its value for ever. */
  readonly name: string;
  /** Makes the value anew at each call. */
  readonly make: () => unknown;
}

export interface KeptSample extends NamedValue {
  readonly expect: 'equal';
}

export interface RefusedSample extends NamedValue {
  readonly expect: 'refused';
  /** The way to the fault, as source text that begins with `value`: a message must contain it. */
  readonly path: string;
  /** What core says of it; a codec with a check of its own may say it otherwise. */
  readonly fault?: string;
}

export function kept(name: string, make: () => unknown): KeptSample {
  return { name, make, expect: 'equal' };
}

export function refused(name: string, path: string, fault: string, make: () => unknown): RefusedSample {
  return { name, make, expect: 'refused', path, fault };
}

export function withMember(
  target: object,
  name: string | symbol | number,
  descriptor: PropertyDescriptor,
): object {
  return Object.defineProperty(target, name, descriptor);
}

/** A plain object with one member, whatever it is called. */
export function own(name: string, value: unknown, prototype: object | null = Object.prototype): object {
  const object = Object.create(prototype) as object;
  return withMember(object, name, { value, enumerable: true, writable: true, configurable: true });
}

/** A value in so many levels of containers. */
export function nested(
  levels: number,
  wrap: (value: unknown, level: number) => unknown,
  innermost: unknown = {},
): unknown {
  let value = innermost;
  for (let level = 1; level < levels; level++) value = wrap(value, level);
  return value;
}
