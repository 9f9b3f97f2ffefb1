/** Values at random of which some are not of the model. */
import { anyValue } from '@cache/test-values/any-value';
import fc from 'fast-check';

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
