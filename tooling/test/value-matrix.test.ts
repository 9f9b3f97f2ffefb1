import { inspect } from 'node:util';
import { type CacheOptions, type Codec, type Provider, createManager } from '@cache/core';
import {
  KEPT_VALUES,
  LARGE_VALUES,
  VALUE_MATRIX,
  type ValueSample,
  differenceBetween,
} from '@cache/core/conformance';
import { intercept, simpleStore } from '@cache/core/testing';
import { memory } from '@cache/memory';
import { redis } from '@cache/redis';
import { startRedis } from '@cache/test-servers/redis';
import { afterAll, describe, expect, it } from 'vitest';
import { CODECS, WRAPPERS } from '../codecs/codecs.ts';

const server = await startRedis();
afterAll(() => server.stop());

/** A codec, alone or in a wrapper. */
interface Written {
  readonly name: string;
  readonly codec: Codec;
  readonly covers: 'model' | 'less';
  readonly samples: readonly ValueSample[];
}

const WRITTEN: readonly Written[] = CODECS.flatMap(({ name, codec, covers = 'model', samples = [] }) =>
  WRAPPERS.map((wrapper) => ({
    name: `${name}, ${wrapper.name}`,
    codec: wrapper.wrap(codec()),
    covers,
    samples,
  })),
);

/** Where values are kept as bytes, which is where a codec is asked. */
const PROVIDERS: readonly { readonly name: string; readonly open: () => Provider }[] = [
  { name: 'memory that keeps bytes', open: () => memory({ secureCleanup: true }) },
  {
    name: 'the record engine over a store of bytes',
    open: () => intercept(simpleStore(), (_, run) => run(), { holds: 'bytes' }),
  },
  { name: 'Redis', open: () => redis({ host: '127.0.0.1', port: server.port }) },
];

type Covers = Written['covers'];

/** What became of each sample in a cache with these options, where it is not what may. */
async function faultsOf(
  provider: Provider,
  options: CacheOptions,
  samples: readonly ValueSample[],
  covers: Covers = 'model',
): Promise<{ readonly faults: readonly string[]; readonly kept: number }> {
  const manager = createManager({ providers: [provider], default: provider.name });
  const cache = manager.cache<unknown>(crypto.randomUUID(), { ttl: '1h', deadline: '30s', ...options });
  const faults: string[] = [];
  let kept = 0;
  for (const sample of samples) {
    const refusal = await refusalOf(cache.set('k', sample.make()));
    const fault =
      refusal === undefined
        ? faultOfKept(sample, await cache.get('k'))
        : faultOfRefused(sample, refusal, covers, await cache.has('k'));
    if (fault !== undefined) faults.push(`${sample.name}: ${fault}`);
    if (refusal === undefined) kept += 1;
    await cache.delete('k');
  }
  await manager.close();
  return { faults, kept };
}

async function refusalOf(write: Promise<unknown>): Promise<{ readonly error: unknown } | undefined> {
  try {
    await write;
    return undefined;
  } catch (error) {
    return { error };
  }
}

function faultOfKept({ make, expect: due }: ValueSample, value: unknown): string | undefined {
  return due === 'refused' ? 'was stored' : differenceBetween(value, make());
}

function faultOfRefused(
  sample: ValueSample,
  { error }: { readonly error: unknown },
  covers: Covers,
  isStored: boolean,
): string | undefined {
  if (isStored) return 'was refused, and something is stored';
  if (!(error instanceof TypeError)) return `failed with ${inspect(error)}`;
  if (covers === 'less') return undefined;
  if (sample.expect === 'equal') return `was refused: ${error.message}`;
  return error.message.includes(sample.path) ? undefined : `was refused without its place: ${error.message}`;
}

describe.each(['copy', 'frozen'] as const)('a cache with isolation %s', (isolation) => {
  it('gives each value of the matrix back from memory as it was, or refuses it', async () => {
    const samples = [...VALUE_MATRIX, ...LARGE_VALUES];
    const { faults, kept } = await faultsOf(memory(), { isolation }, samples);
    expect(faults).toEqual([]);
    expect(kept).toBe(KEPT_VALUES.length + LARGE_VALUES.length);
  }, 60_000);

  describe.each(PROVIDERS)('over $name', ({ open }) => {
    it.each(WRITTEN)(
      'gives each value of the matrix back as it was, or refuses it, written by $name',
      async ({ codec, covers, samples }) => {
        const all = [...VALUE_MATRIX, ...samples];
        const { faults, kept } = await faultsOf(open(), { isolation, codec }, all, covers);
        expect(faults).toEqual([]);
        expect(kept).toBeGreaterThan(0);
      },
      60_000,
    );
  });

  it.each(WRITTEN)(
    'gives values of megabytes back as they were, written by $name',
    async ({ codec, covers }) => {
      const { faults } = await faultsOf(
        memory({ secureCleanup: true }),
        { isolation, codec },
        LARGE_VALUES,
        covers,
      );
      expect(faults).toEqual([]);
    },
    60_000,
  );
});
