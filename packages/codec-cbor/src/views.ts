/** Which tags stand for memory and the views over it: `ArrayBuffer`, typed arrays, `DataView`; Node's `Buffer` has none. */
import { MEMORY_TYPES, type MemoryType } from '@cache/core/codec-parts';

export const UINT16_ARRAY = 69;

/** Part of the format. */
const TAGS: ReadonlyMap<string, number> = /* @__PURE__ */ new Map([
  ['Uint8Array', 64],
  ['Uint8ClampedArray', 68],
  ['Uint16Array', UINT16_ARRAY],
  ['Uint32Array', 70],
  ['BigUint64Array', 71],
  ['Int8Array', 72],
  ['Int16Array', 77],
  ['Int32Array', 78],
  ['BigInt64Array', 79],
  ['Float16Array', 84],
  ['Float32Array', 85],
  ['Float64Array', 86],
  ['ArrayBuffer', 51_909],
  ['DataView', 51_910],
]);

/** The kinds that this runtime has, by their tags. */
const TAGGED: ReadonlyMap<number | undefined, MemoryType> = /* @__PURE__ */ new Map(
  /* @__PURE__ */ Array.from(MEMORY_TYPES.values(), (type) => [tagOf(type), type] as const),
);

/** `undefined`: bytes without a tag. */
export function tagOf({ name }: MemoryType): number | undefined {
  return TAGS.get(name);
}

/** `undefined`: not in this runtime. */
export function typeTagged(tag: number | undefined): MemoryType | undefined {
  return TAGGED.get(tag);
}
