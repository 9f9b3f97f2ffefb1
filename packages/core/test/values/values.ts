/** Values of the model at random, and ways to spoil them. */
import fc from 'fast-check';

/** Makes the same value anew at each call, so that one can be spoilt and compared with the other. */
export type Make = () => unknown;

const LEAVES = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    undefined,
    true,
    false,
    -0,
    NaN,
    Infinity,
    -Infinity,
    '',
    '\uD800',
    '__proto__',
  ),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.double(),
  fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }),
  fc.bigInt({ min: -(2n ** 400n), max: 2n ** 400n }),
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)) }),
  fc.string({ minLength: 50, maxLength: 200 }),
);

// A whole number of elements of every width.
const BYTES = fc
  .uint8Array({ maxLength: 6 })
  .map((bytes) => Array.from({ length: 8 * bytes.length }, (_, i) => bytes[i >> 3] ?? 0));
const memory = (bytes: readonly number[]): ArrayBuffer => new Uint8Array(bytes).buffer;

const VIEWS: readonly (new (memory: ArrayBuffer) => unknown)[] = [
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
];

const OBJECTS: fc.Arbitrary<Make> = fc.oneof(
  fc.date({ noInvalidDate: false }).map((date): Make => {
    const time = date.getTime();
    return () => new Date(time);
  }),
  fc
    .tuple(
      BYTES,
      fc.constantFrom<(memory: ArrayBuffer) => unknown>(
        (all) => all,
        (all) => Buffer.from(all),
        ...VIEWS.map((type) => (all: ArrayBuffer) => new type(all)),
      ),
    )
    .map(
      ([bytes, view]): Make =>
        () =>
          view(memory(bytes)),
    ),
);

const NAMES = fc.oneof(
  fc.constantFrom(
    'a',
    'b',
    'id',
    '__proto__',
    'constructor',
    'toString',
    '',
    '0',
    '17',
    '"];',
    '\u2028',
    'a.b',
  ),
  fc.string({ unit: 'binary', maxLength: 8 }),
);

function membersOf(entries: readonly (readonly [string, unknown])[], prototype: object | null): object {
  const object = Object.create(prototype) as object;
  for (const [name, value] of entries) {
    Object.defineProperty(object, name, { value, enumerable: true, writable: true, configurable: true });
  }
  return object;
}

/** Values of the whole model. */
export const anyValue: fc.Arbitrary<Make> = fc
  .letrec<{ value: Make }>((tie) => {
    const member = tie('value');
    const entries = fc.array(fc.tuple(NAMES, member), { maxLength: 8 });
    const made = (all: readonly (readonly [string, Make])[]) =>
      all.map(([name, make]) => [name, make()] as const);
    return {
      value: fc.oneof(
        { maxDepth: 5, depthSize: 'small' },
        LEAVES.map(
          (leaf): Make =>
            () =>
              leaf,
        ),
        OBJECTS,
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
        // Rows, which the codec and the cloners treat in ways of their own.
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
  .value.filter((make) => make() !== undefined);

/** Changes everything in a value that can be changed. Gives how many changes were tried. */
export function spoil(value: unknown, seen: Set<unknown> = new Set()): number {
  if (typeof value !== 'object' || value === null || seen.has(value)) return 0;
  seen.add(value);
  let changes = 1;
  if (value instanceof Map) {
    for (const [key, member] of value as Map<unknown, unknown>)
      changes += spoil(key, seen) + spoil(member, seen);
    value.clear();
    value.set('spoilt', true);
    return changes;
  }
  if (value instanceof Set) {
    for (const member of value as Set<unknown>) changes += spoil(member, seen);
    value.clear();
    value.add('spoilt');
    return changes;
  }
  if (value instanceof Date) {
    value.setTime(Object.is(value.getTime(), 1) ? 2 : 1);
    return changes;
  }
  if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) {
    const bytes =
      value instanceof ArrayBuffer
        ? new Uint8Array(value)
        : new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    bytes.forEach((byte, i) => (bytes[i] = byte ^ 0xff));
    return bytes.length === 0 ? 0 : changes;
  }
  for (const name of Reflect.ownKeys(value)) {
    if (Array.isArray(value) && name === 'length') continue;
    changes += spoil(Reflect.get(value, name), seen);
    Reflect.defineProperty(value, name, { value: 'spoilt' });
    Reflect.deleteProperty(value, name);
  }
  Reflect.set(value, 'spoilt', true);
  Reflect.setPrototypeOf(value, null);
  return changes;
}
