/** Bytes that nobody encoded. */
import fc from 'fast-check';
import { anyValue } from './any-value.ts';
import type { Trial } from './trial.ts';

export const bytesOf = (hex: string): Uint8Array =>
  Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));

/** Any bytes, and sequences of bytes that mean something in a format. */
export function strayBytes(words: readonly (number | readonly number[])[]): fc.Arbitrary<Uint8Array> {
  return fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.array(fc.constantFrom(...words), { maxLength: 40 }).map((all) => Uint8Array.from(all.flat())),
  );
}

/** Bytes of a value with up to three of them changed, and then cut off, or with one more. `values` can be encoded. */
export function changedBytes(
  { encode }: Trial,
  words: readonly number[],
  values: fc.Arbitrary<unknown> = anyValue,
): fc.Arbitrary<Uint8Array> {
  const byte = fc.oneof(fc.constantFrom(...words), fc.integer({ min: 0, max: 255 }));
  const edits = fc.array(fc.tuple(fc.nat(), byte), { minLength: 1, maxLength: 3 });
  return fc.tuple(values, edits, fc.option(fc.nat()), fc.option(byte)).map(([value, changes, cut, more]) => {
    const bytes = encode(value);
    for (const [at, changed] of changes) bytes[at % bytes.length] = changed;
    const left = cut === null ? bytes : bytes.subarray(0, cut % bytes.length);
    return more === null ? left : Uint8Array.from([...left, more]);
  });
}

/** Bytes of memory that a run holds on to when it is over, garbage included. */
export function memoryOf(run: () => void): number {
  const before = process.memoryUsage();
  run();
  const after = process.memoryUsage();
  return after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
}
