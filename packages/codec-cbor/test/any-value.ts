/** Values of the model at random. */
import fc from 'fast-check';
import { own } from './cases.ts';

const LEAVES = fc.oneof(
  fc.constantFrom<unknown>(null, undefined, true, false, -0, NaN, Infinity, '', '\uD800', '__proto__'),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.double(),
  fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }),
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)) }),
  fc.string({ minLength: 20, maxLength: 300 }),
  fc.date({ noInvalidDate: false }),
);

const VIEWS: readonly (new (memory: ArrayBuffer, offset?: number, length?: number) => object)[] = [
  Int8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  DataView,
];

const MEMORY = fc
  .tuple(fc.uint8Array({ maxLength: 4 }), fc.nat({ max: VIEWS.length + 1 }))
  .map(([units, kind]): unknown => {
    const bytes = new Uint8Array(8 * units.length);
    bytes.set(units);
    const View = VIEWS[kind];
    if (View !== undefined) return new View(bytes.buffer);
    return kind === VIEWS.length ? Buffer.from(bytes.buffer) : bytes.buffer;
  });

const NAMES = fc.oneof(
  fc.constantFrom('a', 'b', 'id', '__proto__', 'constructor', 'toString', '', '0', '17', '\uDC00'),
  fc.string({ unit: 'binary', maxLength: 8 }),
);

/** The arbitrary may give one object twice; values are trees all the same. */
export const anyValue: fc.Arbitrary<unknown> = fc
  .letrec<{ value: unknown }>((tie) => {
    const member = tie('value');
    const entries = fc.array(fc.tuple(NAMES, member), { maxLength: 8 });
    const membersOf = (prototype: object | null) => (all: [string, unknown][]) => {
      const object = Object.create(prototype) as object;
      for (const [name, value] of all)
        Object.defineProperty(object, name, { value, enumerable: true, writable: true, configurable: true });
      return object;
    };
    return {
      value: fc.oneof(
        { maxDepth: 5, depthSize: 'small' },
        LEAVES,
        MEMORY,
        fc.array(member, { maxLength: 6 }),
        entries.map(membersOf(Object.prototype)),
        entries.map(membersOf(null)),
        fc.array(fc.tuple(member, member), { maxLength: 4 }).map((all) => new Map(all)),
        fc.array(member, { maxLength: 4 }).map((all) => new Set(all)),
        member.map((value) => own('__proto__', value)),
      ),
    };
  })
  .value.filter((value) => value !== undefined);

const defined = (target: object, name: string | symbol, descriptor: PropertyDescriptor): object =>
  Object.defineProperty(target, name, descriptor);

const NOT_OF_THE_MODEL = fc.constantFrom<() => unknown>(
  () => () => 1,
  () => Symbol('s'),
  () => /a/,
  () => Object.assign([], { length: 2 }),
  () => Object.assign([1], { more: 1 }),
  () => Object.assign([1], { [Symbol('s')]: 1 }),
  () => Object.assign(new Date(0), { more: 1 }),
  () => Object.assign(new Map(), { more: 1 }),
  () => Object.assign(new ArrayBuffer(1), { more: 1 }),
);

/** Values that may have something in them that is not of the model, or that shows only to who looks for it. */
export const oddValue: fc.Arbitrary<unknown> = fc
  .letrec<{ value: unknown }>((tie) => {
    const member = tie('value');
    return {
      value: fc.oneof(
        { maxDepth: 4 },
        { arbitrary: anyValue, weight: 3 },
        NOT_OF_THE_MODEL.map((make) => make()),
        fc.array(member, { maxLength: 4 }),
        member.map((value) => ({ value, '\uD800': value })),
        member.map((value) => new Set([value])),
        member.map((value) => new Map([[value, value]])),
        member.map((value) => defined({}, 'shown', { value, enumerable: true })),
        member.map((value) => defined({ value }, 'hidden', { value: 1 })),
        member.map((value) => defined({ value }, 'got', { get: () => 1, enumerable: true })),
        member.map((value) => defined({ value }, 'set', { set: () => {}, enumerable: true })),
        member.map((value) => defined({ value }, Symbol('s'), { value: 1 })),
        member.map((value) => defined([value], Symbol('s'), { value: 1 })),
      ),
    };
  })
  .value.filter((value) => value !== undefined);
