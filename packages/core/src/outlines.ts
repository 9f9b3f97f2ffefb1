/** Outlines: as much of a private value as its compiled cloner relies on, to tell at little cost whether another value may be cloned by it. */
import { knownKind } from './values.ts';

export type Outline =
  | 'primitive'
  | 'date'
  /** An array of primitives. */
  | 'row'
  /** An object that is cloned by walking. */
  | 'walked'
  /** A plain object: the names of its members in their order, and what lies under them. */
  | { readonly names: readonly string[]; readonly members: readonly Outline[] };

/** `undefined`: there is an array of objects in it, and to compare all of them would cost too much. */
export function outlineOf(value: unknown): Outline | undefined {
  if (isPrimitive(value)) return 'primitive';
  const kind = knownKind(value);
  if (kind === 'date') return 'date';
  if (kind === 'array') return isRow(value) ? 'row' : undefined;
  if (kind !== 'plain') return 'walked';
  const members: Outline[] = [];
  for (const member of Object.values(value)) {
    const outline = outlineOf(member);
    if (outline === undefined) return undefined;
    members.push(outline);
  }
  return { names: Object.keys(value), members };
}

/** Whether a cloner that was compiled for values of `outline` clones `value` right. */
export function fits(value: unknown, outline: Outline): boolean {
  if (isPrimitive(value)) return outline === 'primitive';
  if (outline === 'walked') return true;
  const kind = knownKind(value);
  if (outline === 'row') return kind === 'array' && isRow(value);
  if (outline === 'date') return kind === 'date';
  if (outline === 'primitive' || kind !== 'plain') return false;
  const { names, members } = outline;
  const own = Object.keys(value);
  if (own.length !== names.length) return false;
  for (let at = 0; at < own.length; at++) {
    const name = own[at] as string;
    if (name !== names[at]) return false;
    if (!fits(value[name as keyof typeof value], members[at] as Outline)) return false;
  }
  return true;
}

function isPrimitive(value: unknown): value is string | number | bigint | boolean | null | undefined {
  return typeof value !== 'object' || value === null;
}

function isRow(array: object): boolean {
  return (array as readonly unknown[]).every(isPrimitive);
}
