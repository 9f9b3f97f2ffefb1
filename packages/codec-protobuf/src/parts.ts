/** Parts of a message, as a cache has them and as the library has them. */
import { type Key, type Place, placeOf, refusal, unexpected } from './refusal.ts';
import { type Kind, isText } from './scalars.ts';

/** How the values of one sort are written and read. */
export interface Part {
  /**
   * What the library is given for a value: the same, or a copy that says more. Throws a `TypeError` that names the place for what would not
   * come back as it is. `depth`: how many messages lie around it.
   */
  readonly draftOf: (value: unknown, holder: Place | undefined, key: Key, depth: number) => unknown;
  /** For parts that the library is given as they are: whether this is one. It is what most parts are, and needs no place. */
  readonly holds?: (value: unknown) => boolean;
  /** Makes a value of its own of what the library read, which nobody else has. `undefined`: what it read is that already. */
  readonly restored: ((read: unknown) => unknown) | undefined;
}

/** How many messages may lie in each other: as many as the library reads. */
const MAX_DEPTH = 100;

/** Refuses a message that lies too deep. */
export function checkDepth(holder: Place | undefined, key: Key, depth: number): void {
  if (depth >= MAX_DEPTH)
    throw refusal(holder, key, `is nested deeper than ${MAX_DEPTH} messages: flatten it`);
}

export function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** A scalar or an enum. */
export function kindPart({ name, holds }: Kind, isBytes: boolean): Part {
  return {
    holds,
    draftOf(value, holder, key) {
      if (!holds(value)) throw unexpected(holder, key, name);
      return value;
    },
    restored: isBytes ? (read) => new Uint8Array(read as Uint8Array) : undefined,
  };
}

/** What `google.protobuf.Struct` is as a field: an object of JSON. */
export const JSON_PART: Part = {
  draftOf(value, holder, key, depth) {
    if (!isPlain(value)) throw unexpected(holder, key, 'an object of JSON');
    checkJson(value, holder, key, depth);
    return value;
  },
  restored: undefined,
};

/** To the library each object or array is a message, and each of their parts another one. */
function checkJson(value: unknown, holder: Place | undefined, key: Key, depth: number): void {
  if (value === null || typeof value === 'number' || typeof value === 'boolean' || isText(value)) return;
  if (!isPlain(value) && !Array.isArray(value)) throw unexpected(holder, key, 'JSON in well-formed text');
  checkDepth(holder, key, depth + 1);
  const place = placeOf(holder, key);
  for (const [name, part] of Object.entries(value)) {
    if (!isText(name)) throw unexpected(place, name, 'under a well-formed name');
    checkJson(part, place, Array.isArray(value) ? Number(name) : name, depth + 2);
  }
}

export function listPart({ holds, draftOf, restored }: Part): Part {
  return {
    draftOf(value, holder, key, depth) {
      if (!Array.isArray(value)) throw unexpected(holder, key, 'an array');
      const elements: readonly unknown[] = value;
      const place = placeOf(holder, key);
      let draft: unknown[] | undefined;
      for (let at = 0; at < elements.length; at++) {
        if (holds?.(elements[at]) === true) continue;
        const part = draftOf(elements[at], place, at, depth);
        if (!Object.is(part, elements[at])) (draft ??= [...elements])[at] = part;
      }
      return draft ?? elements;
    },
    restored: restored && ((read) => changed(read as object, restored)),
  };
}

export function mapPart(names: Kind, { draftOf, restored }: Part): Part {
  return {
    draftOf(value, holder, key, depth) {
      if (!isPlain(value)) throw unexpected(holder, key, 'a plain object');
      const place = placeOf(holder, key);
      let draft: Record<string, unknown> | undefined;
      for (const name of Object.keys(value)) {
        if (!names.holds(name)) throw unexpected(place, name, `under ${names.name}`);
        const part = draftOf(value[name], place, name, depth);
        // A member that is there already is not what sets the prototype, whatever its name.
        if (!Object.is(part, value[name])) (draft ??= { ...value })[name] = part;
      }
      return draft ?? value;
    },
    restored: restored && ((read) => changed(read as object, restored)),
  };
}

/** Changes the parts of what nobody else has. */
function changed(container: object, change: (part: unknown) => unknown): object {
  if (Array.isArray(container))
    for (let at = 0; at < container.length; at++) container[at] = change(container[at]);
  else for (const [name, part] of Object.entries(container)) Reflect.set(container, name, change(part));
  return container;
}

/** `cases`: the parts of the fields, by their names. */
export function oneofPart(cases: ReadonlyMap<unknown, Part>): Part {
  return {
    draftOf(value, holder, key, depth) {
      const names = isPlain(value) ? Object.keys(value).join() : '';
      const oneof = value as { readonly case: unknown; readonly value: unknown };
      if (names === 'case' && oneof.case === undefined) return value;
      const part = names === 'case,value' ? cases.get(oneof.case) : undefined;
      if (part === undefined) {
        const known = [...cases.keys()].join(', ');
        throw unexpected(holder, key, `{ case: undefined }, or { case, value } with one of ${known}`);
      }
      const draft = part.draftOf(oneof.value, placeOf(holder, key), 'value', depth);
      return Object.is(draft, oneof.value) ? value : { case: oneof.case, value: draft };
    },
    restored(read) {
      const oneof = read as { readonly case: unknown; value: unknown };
      const restored = cases.get(oneof.case)?.restored;
      if (restored !== undefined) oneof.value = restored(oneof.value);
      return oneof;
    },
  };
}
