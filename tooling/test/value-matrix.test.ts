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
import { CODECS, type ListedCodec, type ListedWrapper, WRAPPERS } from '../codecs/codecs.ts';

const isLong = process.env['CACHE_LONG'] === '1';

const server = await startRedis();
afterAll(() => server.stop());

interface ListedProvider {
  readonly name: string;
  readonly open: () => Provider;
}

/** Where values are kept as bytes, which is where a codec is asked. */
const PROVIDERS: readonly ListedProvider[] = [
  { name: 'memory that keeps bytes', open: () => memory({ secureCleanup: true }) },
  {
    name: 'the record engine over a store of bytes',
    open: () => intercept(simpleStore(), (_, run) => run(), { holds: 'bytes' }),
  },
  { name: 'Redis', open: () => redis({ host: '127.0.0.1', port: server.port }) },
];

const ISOLATIONS = ['copy', 'frozen'] as const;

/** One of each, by their places in the lists. */
interface Choice {
  readonly codec: number;
  readonly wrapper: number;
  readonly provider: number;
  readonly isolation: number;
}

const CHOICES: readonly Choice[] = CODECS.flatMap((_, codec) =>
  WRAPPERS.flatMap((__, wrapper) =>
    PROVIDERS.flatMap((___, provider) =>
      ISOLATIONS.map((____, isolation) => ({ codec, wrapper, provider, isolation })),
    ),
  ),
);

/** Each codec in each wrapper once, over one provider after the other: any two of the four lists meet. `CACHE_LONG=1` tries all choices. */
const SLICE: readonly Choice[] = CHOICES.filter(
  ({ codec, wrapper, provider, isolation }) =>
    provider === (codec + wrapper) % PROVIDERS.length && isolation === (codec + (wrapper >> 1)) % 2,
);

interface Setting {
  readonly name: string;
  readonly codec: Codec;
  readonly covers: Covers;
  readonly samples: readonly ValueSample[];
  readonly open: () => Provider;
  readonly isolation: (typeof ISOLATIONS)[number];
}

/** What is chosen, ready to be tried. */
function named(choices: readonly Choice[]): readonly Setting[] {
  return choices.map((choice) => {
    const { name, codec, covers = 'model', samples = [] } = CODECS[choice.codec] as ListedCodec;
    const wrapper = WRAPPERS[choice.wrapper] as ListedWrapper;
    const provider = PROVIDERS[choice.provider] as ListedProvider;
    const isolation = ISOLATIONS[choice.isolation] as Setting['isolation'];
    return {
      name: `${name}, ${wrapper.name}, over ${provider.name}, isolation ${isolation}`,
      codec: wrapper.wrap(codec()),
      covers,
      samples,
      open: provider.open,
      isolation,
    };
  });
}

type Covers = 'model' | 'less';

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

it('any two of codecs, wrappers, providers and isolations meet in the slice that every run tries', () => {
  const meetings = (choices: readonly Choice[]): Set<string> =>
    new Set(
      choices.flatMap((choice) => {
        const all = Object.entries(choice);
        return all.flatMap((one, n) =>
          all.slice(n + 1).map((other) => `${one.join(' ')}, ${other.join(' ')}`),
        );
      }),
    );
  expect(meetings(SLICE)).toEqual(meetings(CHOICES));
});

it.each(ISOLATIONS)(
  'memory gives each value of the matrix back as it was, or refuses it, with isolation %s',
  async (isolation) => {
    const samples = [...VALUE_MATRIX, ...LARGE_VALUES];
    const { faults, kept } = await faultsOf(memory(), { isolation }, samples);
    expect(faults).toEqual([]);
    expect(kept).toBe(KEPT_VALUES.length + LARGE_VALUES.length);
  },
  60_000,
);

describe('each value of the matrix comes back as it was, or is refused', () => {
  it.each(named(isLong ? CHOICES : SLICE))(
    '$name',
    async ({ codec, covers, samples, open, isolation }) => {
      const all = [...VALUE_MATRIX, ...samples];
      const { faults, kept } = await faultsOf(open(), { isolation, codec }, all, covers);
      expect(faults).toEqual([]);
      expect(kept).toBeGreaterThan(0);
    },
    60_000,
  );
});

describe('values of megabytes come back as they were', () => {
  const overMemory = CHOICES.filter(({ provider }) => provider === 0);
  const few = overMemory.filter(({ codec, wrapper, isolation }) => wrapper === 0 && isolation === codec % 2);
  it.each(named(isLong ? overMemory : few))(
    '$name',
    async ({ codec, covers, open, isolation }) => {
      const { faults } = await faultsOf(open(), { isolation, codec }, LARGE_VALUES, covers);
      expect(faults).toEqual([]);
    },
    120_000,
  );
});
