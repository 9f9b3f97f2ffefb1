/** Plain JSON: what `JSON.parse` gives back exactly as `JSON.stringify` got it. */

/** From here on a value is not looked through by recursion. */
const DEEP = 64;

/**
 * Whether all of a value of the model is plain JSON: `null`, booleans, strings, finite numbers but `-0`, arrays, and plain objects with none
 * but such members. `false` may also mean that it could not be told.
 */
export function isPlain(value: unknown, depth = 0): boolean {
  if (typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return isPlainNumber(value);
  if (typeof value !== 'object') return false;
  return value === null || (depth < DEEP && isPlainContainer(value) && hasPlainParts(value, depth + 1));
}

/** `for in` also visits what somebody added to Object.prototype; then this may say `false` where `true` would be right. */
function hasPlainParts(container: object, depth: number): boolean {
  if (Array.isArray(container)) {
    for (let at = 0; at < container.length; at++) if (!isPlain(container[at], depth)) return false;
    return true;
  }
  for (const name in container) if (!isPlain(container[name as keyof typeof container], depth)) return false;
  return true;
}

/**
 * The same of what `JSON.parse` gave, which has nothing to look for but numbers: those beyond a double, and `-0`. `false` may also mean that it
 * could not be told.
 */
export function isPlainParsed(json: unknown, depth = 0): boolean {
  if (typeof json === 'number') return isPlainNumber(json);
  if (typeof json !== 'object' || json === null) return true;
  if (depth === DEEP) return false;
  // Strings, of which there are most, are not worth a call.
  if (Array.isArray(json)) {
    for (let at = 0; at < json.length; at++)
      if (typeof json[at] !== 'string' && !isPlainParsed(json[at], depth + 1)) return false;
    return true;
  }
  for (const name in json) {
    const part: unknown = json[name as keyof typeof json];
    if (typeof part !== 'string' && !isPlainParsed(part, depth + 1)) return false;
  }
  return true;
}

export function isPlainNumber(value: number): boolean {
  return Number.isFinite(value) && !Object.is(value, -0);
}

export function isPlainContainer(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === Array.prototype;
}
