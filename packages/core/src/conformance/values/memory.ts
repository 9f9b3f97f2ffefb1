/** Bytes and views over them. */
import { kept, type KeptSample } from './sample.ts';

type ViewType = new (memory: ArrayBuffer, offset?: number, length?: number) => object;

const Float16: unknown = Reflect.get(globalThis, 'Float16Array');

const TYPED_ARRAYS: readonly (readonly [type: ViewType, width: number])[] = [
  [Int8Array, 1],
  [Uint8Array, 1],
  [Uint8ClampedArray, 1],
  [Int16Array, 2],
  [Uint16Array, 2],
  [Int32Array, 4],
  [Uint32Array, 4],
  ...(typeof Float16 === 'function' ? [[Float16 as ViewType, 2] as const] : []),
  [Float32Array, 4],
  [Float64Array, 8],
  [BigInt64Array, 8],
  [BigUint64Array, 8],
];

/** Memory in which every byte differs from its neighbours. */
function memory(length: number): ArrayBuffer {
  return Uint8Array.from({ length }, (_, i) => (i * 11 + 1) & 0xff).buffer;
}

const VALUES_OF_TYPED_ARRAYS: readonly KeptSample[] = [
  ...[Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array].map(
    (type) => kept(`a ${type.name}`, () => new type([0, 1, 2, 127, 255, 65_535])),
  ),
  kept('a Float32Array', () => new Float32Array([1.5, -0, NaN, Infinity])),
  kept('a Float64Array', () => new Float64Array([0.1, -0, NaN, -Infinity])),
  kept('a BigInt64Array', () => new BigInt64Array([1n, -1n, 2n ** 62n])),
  kept('a BigUint64Array', () => new BigUint64Array([1n, 2n ** 63n])),
  ...(typeof Float16 === 'function'
    ? [kept('a Float16Array', (): unknown => Reflect.construct(Float16, [[1.5, -0, 65_504]]) as unknown)]
    : []),
  kept('an empty typed array', () => new Int32Array(0)),
  kept('a typed array over a part of its buffer', () => new Uint16Array(new ArrayBuffer(16), 4, 3).fill(9)),
  kept(
    'a Float32Array with a NaN of its own bits',
    () => new Float32Array(new Uint32Array([0x7fa0_0001, 0xffc0_0000]).buffer),
  ),
  kept(
    'a Float64Array with a NaN of its own bits',
    () => new Float64Array(new BigUint64Array([0x7ff4_0000_0000_0001n, 0xfff8_0000_0000_0000n]).buffer),
  ),
];

export const MEMORY: readonly KeptSample[] = [
  kept('an ArrayBuffer', () => new Uint8Array([1, 2, 3]).buffer),
  kept('an empty ArrayBuffer', () => new ArrayBuffer(0)),
  kept('100,000 bytes', () => new Uint8Array(100_000).fill(7)),
  ...VALUES_OF_TYPED_ARRAYS,
  ...TYPED_ARRAYS.flatMap(([type, width]) => [
    kept(
      `a ${type.name} of odd length that begins inside its memory`,
      () => new type(memory(72), 3 * width, 5),
    ),
    kept(`a ${type.name} of one element at the end of its memory`, () => new type(memory(72), 72 - width, 1)),
    kept(`an empty ${type.name} inside its memory`, () => new type(memory(16), 8, 0)),
  ]),
  kept('a DataView', () => new DataView(new Uint8Array([1, 2, 3, 4]).buffer, 1, 2)),
  kept('a DataView of odd length that begins inside its memory', () => new DataView(memory(16), 3, 7)),
  kept('an empty DataView inside its memory', () => new DataView(memory(16), 5, 0)),
  ...(typeof Buffer === 'function'
    ? [
        kept('a Buffer', () => Buffer.from('bytes')),
        kept('an empty Buffer', () => Buffer.alloc(0)),
        kept('a Buffer of odd length that begins inside its memory', () => Buffer.from(memory(16), 3, 7)),
      ]
    : []),
  kept('bytes at every edge of a length', () =>
    [23, 24, 31, 32, 63, 64, 255, 256, 65_535, 65_536].map((length) => new Uint8Array(memory(length))),
  ),
  kept('views of every kind in one object', () =>
    Object.fromEntries(TYPED_ARRAYS.map(([type, width]) => [type.name, new type(memory(24), width, 1)])),
  ),
  kept('several views over one memory', () => {
    const shared = memory(16);
    return [shared, new Uint8Array(shared), new Uint16Array(shared, 2, 3), new DataView(shared, 1, 2)];
  }),
  kept('text as bytes', () => new TextEncoder().encode('{"type":"Buffer","data":[1]}')),
];
