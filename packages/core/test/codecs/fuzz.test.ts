import { fuzzCodec } from '@cache/core/conformance/fast-check';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createBinaryCodec } from '../../src/binary-codec.ts';
import type { Codec } from '../../src/codec.ts';
import { CODEC_MUTANTS } from '../../src/conformance/codec/mutants/codec-mutants.ts';
import { sealed } from '../../src/conformance/codec/mutants/sealed.ts';
import { lessCodec } from './less-codec.ts';

const RUNS = process.env['CACHE_LONG'] === '1' ? 200_000 : 500;

test.each([
  { name: 'the built-in codec', codec: createBinaryCodec },
  { name: 'a codec that covers less', codec: lessCodec, covers: 'less' as const },
])(
  '$name keeps any value and withstands any bytes',
  ({ name, ...options }) => {
    const fuzzed = fuzzCodec({ ...options, runs: RUNS });
    process.stdout.write(`fuzzing ${name}: ${JSON.stringify(fuzzed)}\n`);
    expect(fuzzed.kept).toBeGreaterThan(RUNS / 4);
    expect(fuzzed.refused > 0).toBe(options.covers === 'less');
    expect(fuzzed.read).toBeLessThan(fuzzed.strays / 2);
  },
  600_000,
);

test('a codec that authenticates reads nothing but what it wrote', () => {
  const codec = (): Codec => sealed(createBinaryCodec());
  expect(fuzzCodec({ codec, runs: 300 })).toMatchObject({ kept: 300, read: 0 });
  const careless = (): Codec => ({
    ...codec(),
    decode: (bytes, context) => createBinaryCodec().decode(bytes.subarray(8), context),
  });
  expect(() => fuzzCodec({ codec: careless, runs: 300 })).toThrow('were read, by a codec that authenticates');
});

test('the same seed makes the same values and bytes', () => {
  const first = fuzzCodec({ codec: createBinaryCodec, runs: 50 });
  expect(fuzzCodec({ codec: createBinaryCodec, runs: 50, seed: first.seed })).toEqual(first);
});

test('values of one’s own take the place of those of the model', () => {
  const values = fc.string().map((text) => () => text);
  expect(fuzzCodec({ codec: createBinaryCodec, values, runs: 50 })).toMatchObject({ kept: 50, refused: 0 });
});

test.each([{ name: 'does not know -0 from 0' }, { name: 'gives a Uint8Array for a Buffer' }])(
  'a codec that $name is noticed, with the seed and the path that show it again',
  ({ name }) => {
    const codec = wrongCodec(name);
    const failure = (options: { readonly seed: number; readonly path?: string | undefined }): string => {
      try {
        fuzzCodec({ codec, runs: 2_000, ...options });
        return 'nothing was noticed';
      } catch (error) {
        return (error as Error).message;
      }
    };
    const message = failure({ seed: 1 });
    const [, path] = /path: "([^"]+)"/.exec(message) ?? [];
    expect(message).toContain('seed: 1');
    expect(failure({ seed: 1, path })).toContain('after 1 tests');
  },
);

test('prototypes that all objects share are watched, and put back', () => {
  const values = fc.constant(() => ({ constructor: { prototype: { polluted: true } } }));
  const codec = wrongCodec('follows names up to what all objects share');
  expect(() => fuzzCodec({ codec, values, runs: 5 })).toThrow(
    // Chance may have changed the name.
    'a shared prototype has a new member',
  );
  expect('polluted' in {}).toBe(false);
});

function wrongCodec(name: string): () => Codec {
  const mutant = CODEC_MUTANTS.find((each) => each.name === name);
  if (mutant === undefined) throw new Error(`no mutant '${name}'`);
  return mutant.wrong(createBinaryCodec);
}
