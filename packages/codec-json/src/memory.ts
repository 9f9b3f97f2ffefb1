/** Memory and the views over it, as base64 and back. */
import { MEMORY_TYPES, bytesOfMemory, memoryOf, memoryTypeOf } from '@cache/core/codec-parts';
import { malformed, stranger } from './text.ts';

const HAS_BUFFER = typeof Buffer === 'function';

/** The name of a type, and in base64 the bytes that a value of it shows. Throws for what is no memory. */
export function textOfMemory(value: object): readonly [name: string, base64: string] {
  const type = memoryTypeOf(value);
  if (type === undefined) throw stranger();
  return [type.name, base64Of(bytesOfMemory(value, type))];
}

/** A value over memory of its own. Throws for a name that is no type of this runtime, and for what is no base64 of whole elements. */
export function memoryIn(name: string, base64: unknown): object {
  const type = MEMORY_TYPES.get(name);
  const bytes = bytesOf(typeof base64 === 'string' ? base64 : '');
  // Base64 has more than one form for some bytes, and its readers pass over what is none.
  if (type === undefined || base64Of(bytes) !== base64) throw malformed('no bytes of this runtime');
  return memoryOf(type, bytes);
}

function base64Of(bytes: Uint8Array): string {
  if (HAS_BUFFER) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64');
  let text = '';
  // In pieces that fit on the stack.
  for (let at = 0; at < bytes.length; at += 4_096)
    text += String.fromCharCode(...bytes.subarray(at, at + 4_096));
  return btoa(text);
}

function bytesOf(base64: string): Uint8Array {
  return HAS_BUFFER
    ? Buffer.from(base64, 'base64')
    : Uint8Array.from(atob(base64), (unit) => unit.charCodeAt(0));
}
