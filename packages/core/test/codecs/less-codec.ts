/** A codec that covers less than the model, for the cases about such: maps, sets and bigints it refuses, with their places. */
import { createBinaryCodec } from '../../src/binary-codec.ts';
import type { Codec } from '../../src/codec.ts';

export function lessCodec(): Codec {
  const inner = createBinaryCodec();
  return {
    ...inner,
    id: 'less',
    checks: false,
    encode(value, context) {
      refuseUncovered(value, 'value');
      return inner.encode(value, context);
    },
    decode(bytes, context) {
      const value = inner.decode(bytes, context);
      refuseUncovered(value, 'value');
      return value;
    },
  };
}

function refuseUncovered(value: unknown, path: string): void {
  if (typeof value === 'bigint' || value instanceof Map || value instanceof Set)
    throw new TypeError(
      `${path} is a ${typeof value === 'bigint' ? 'bigint' : 'collection'}, which is not covered`,
    );
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return;
  for (const [name, member] of Object.entries(value))
    refuseUncovered(member, Array.isArray(value) ? `${path}[${name}]` : `${path}.${name}`);
}
