/** A short text of a value, for messages. */

export function show(value: unknown, depth = 0): string {
  if (typeof value === 'string')
    return value.length > 60 ? `'${value.slice(0, 60)}…' (${value.length} characters)` : `'${value}'`;
  if (typeof value === 'bigint') return `${value}n`;
  if (Object.is(value, -0)) return '-0';
  if (typeof value !== 'object' || value === null) return String(value);
  if (value instanceof Error)
    return `${value.name}${'code' in value ? ` ${String(value.code)}` : ''}: ${value.message}`;
  if (value instanceof Date) return `Date(${value.getTime()})`;
  if (depth > 3) return '…';
  const few = (texts: readonly string[]): string =>
    (texts.length > 8 ? [...texts.slice(0, 8), '…'] : texts).join(', ');
  if (Array.isArray(value)) return `[${few(value.map((member) => show(member, depth + 1)))}]`;
  if (value instanceof Map) {
    return `Map {${few([...(value as ReadonlyMap<unknown, unknown>)].map(([key, member]) => `${show(key, depth + 1)} => ${show(member, depth + 1)}`))}}`;
  }
  if (value instanceof Set)
    return `Set {${few([...(value as ReadonlySet<unknown>)].map((member) => show(member, depth + 1)))}}`;
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer)
    return `${Object.prototype.toString.call(value)} of ${value.byteLength} bytes`;
  return `{${few(Object.entries(value).map(([key, member]) => `${key}: ${show(member, depth + 1)}`))}}`;
}
