/** Values of the whole model at random. */
import fc from 'fast-check';
import { KEPT_VALUES } from './value-matrix.ts';

/** Makes the same value anew at each call, so that one can be changed and compared with the other. */
export type Make = () => unknown;

const unit = fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code));

/** Beyond the edges of short forms, which arbitraries of a usual size hardly reach. */
const count = fc.oneof(fc.nat({ max: 70 }), fc.nat({ max: 300 }));

const LONG_TEXTS = fc
  .tuple(
    fc.constantFrom('', 'x', '\uD800'),
    fc.constantFrom('x', 'é', '漢', '👩', 'xé'),
    count,
    fc.constantFrom('', 'é', '\uDC00'),
  )
  .map(([start, part, times, end]) => `${start}${part.repeat(times)}${end}`);

const TEXTS = fc.oneof(
  fc.constantFrom('', '\uD800', '__proto__', 'a\uDC00', '\uFEFF'),
  fc.string({ unit: 'binary' }),
  fc.string({ unit }),
  fc.string({ unit: 'grapheme' }),
  LONG_TEXTS,
);

const LEAVES = fc.oneof(
  fc.constantFrom<unknown>(null, undefined, true, false, -0, NaN, Infinity, -Infinity),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.double(),
  fc.float(),
  fc.integer({ min: 0, max: 1_100 }).map((bits) => 2 ** (bits - 550)),
  fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }),
  fc.bigInt({ min: -(2n ** 400n), max: 2n ** 400n }),
  TEXTS,
);

type View = (memory: ArrayBuffer, offset: number, length: number | undefined) => unknown;
type ViewType = new (memory: ArrayBuffer, offset?: number, length?: number) => object;

/** The width of its elements, and how a view is made: over a part of a memory that has as many bytes before it, and more behind. */
const VIEWS: readonly (readonly [width: number, view: View])[] = [
  [1, (memory) => memory],
  ...(typeof Buffer === 'function'
    ? [[1, (memory, offset, length) => Buffer.from(memory, offset, length)] as readonly [number, View]]
    : []),
  ...[
    DataView,
    Int8Array,
    Uint8Array,
    Uint8ClampedArray,
    Int16Array,
    Uint16Array,
    Int32Array,
    Uint32Array,
    Float32Array,
    Float64Array,
    BigInt64Array,
    BigUint64Array,
    ...('Float16Array' in globalThis ? [Reflect.get(globalThis, 'Float16Array') as ViewType] : []),
  ].map((type): readonly [number, View] => [
    (type as { readonly BYTES_PER_ELEMENT?: number }).BYTES_PER_ELEMENT ?? 1,
    (memory, offset, length) => new (type as ViewType)(memory, offset, length),
  ]),
];

const MEMORIES: fc.Arbitrary<Make> = fc
  .record({
    view: fc.constantFrom(...VIEWS),
    before: fc.nat({ max: 3 }),
    bytes: fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      count.map((length) => new Uint8Array(length).fill(0xa5)),
    ),
    behind: fc.nat({ max: 9 }),
  })
  .map(({ view: [width, view], before, bytes, behind }): Make => {
    const length = Math.floor(bytes.length / width);
    return () => {
      const memory = new Uint8Array(before * width + length * width + behind);
      memory.set(bytes.subarray(0, length * width), before * width);
      return view(memory.buffer, before * width, length);
    };
  });

const DATES: fc.Arbitrary<Make> = fc.date({ noInvalidDate: false }).map((date): Make => {
  const time = date.getTime();
  return () => new Date(time);
});

/** Those of the matrix that are small. */
const SAMPLES: fc.Arbitrary<Make> = fc.constantFrom(
  ...KEPT_VALUES.filter(({ name }) => !/\d,\d{3}|every edge|shapes/.test(name)).map(({ make }): Make => make),
);

const NAMES = fc.oneof(
  fc.constantFrom('a', 'b', 'id', '__proto__', 'constructor', 'toString', '', '0', '17', '4294967295'),
  fc.constantFrom('"];', '\u2028', 'a.b', '\uDC00', '$', '$type', '~', 'then', 'toJSON', 'length'),
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc.string({ unit, maxLength: 4 }),
);

function membersOf(entries: readonly (readonly [string, unknown])[], prototype: object | null): object {
  const object = Object.create(prototype) as object;
  for (const [name, value] of entries)
    Object.defineProperty(object, name, { value, enumerable: true, writable: true, configurable: true });
  return object;
}

const made = (all: readonly (readonly [string, Make])[]): (readonly [string, unknown])[] =>
  all.map(([name, make]) => [name, make()]);

/** Lets a report of fast-check show the value in place of the function that makes it. */
function described(make: Make): Make {
  return Object.assign(() => make(), { [fc.toStringMethod]: () => fc.stringify(make()) });
}

/**
 * Values of the whole model, never `undefined`, that shrink: for tests with fast-check of codecs, and of what stores values. What occurs twice
 * in one is included.
 */
export const anyValue: fc.Arbitrary<Make> = fc
  .letrec<{ value: Make }>((tie) => {
    const member = tie('value');
    const entries = fc.array(fc.tuple(NAMES, member), { maxLength: 8 });
    return {
      value: fc.oneof(
        { maxDepth: 5, depthSize: 'small' },
        LEAVES.map(
          (leaf): Make =>
            () =>
              leaf,
        ),
        DATES,
        MEMORIES,
        SAMPLES,
        fc.array(member, { maxLength: 6 }).map(
          (all): Make =>
            () =>
              all.map((make) => make()),
        ),
        entries.map(
          (all): Make =>
            () =>
              membersOf(made(all), Object.prototype),
        ),
        entries.map(
          (all): Make =>
            () =>
              membersOf(made(all), null),
        ),
        fc.array(fc.tuple(member, member), { maxLength: 4 }).map(
          (all): Make =>
            () =>
              new Map(all.map(([key, make]) => [key(), make()])),
        ),
        fc.array(member, { maxLength: 4 }).map(
          (all): Make =>
            () =>
              new Set(all.map((make) => make())),
        ),
        member.map((make): Make => () => {
          const shared = make();
          return [shared, { shared }];
        }),
        fc.tuple(LEAVES, count).map(
          ([leaf, times]): Make =>
            () =>
              Array.from({ length: times }, () => leaf),
        ),
        fc.tuple(LEAVES, count, fc.boolean()).map(([leaf, times, hasNames]): Make => () => {
          const all = Array.from({ length: times }, (_, i): readonly [string, unknown] => [`m${i}`, leaf]);
          return hasNames ? membersOf(all, Object.prototype) : new Map(all);
        }),
        // Rows, which codecs and copies treat in ways of their own.
        fc
          .tuple(
            fc.uniqueArray(NAMES, { minLength: 1, maxLength: 4 }),
            fc.array(member, { minLength: 4, maxLength: 12 }),
          )
          .map(
            ([names, all]): Make =>
              () =>
                [0, 1, 2].map((row) =>
                  membersOf(
                    names.map((name, i) => [name, all[(row + i) % all.length]?.()]),
                    Object.prototype,
                  ),
                ),
          ),
      ),
    };
  })
  .value.filter((make) => make() !== undefined)
  .map(described);
