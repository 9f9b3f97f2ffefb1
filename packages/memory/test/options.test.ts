import { describe, expect, it } from 'vitest';
import { memory, type MemoryOptions } from '../src/index.ts';
import { ENTRY_OVERHEAD } from '../src/options.ts';
import { opened } from './opening.ts';

describe('the options of the provider', () => {
  it('default to a cache of 10,000 entries named memory', () => {
    const { kind, name, traits } = memory();
    expect({ kind, name }).toEqual({ kind: 'engine', name: 'memory' });
    expect(traits).toEqual({
      holds: 'values',
      scope: 'process',
      synchronous: true,
      durable: false,
      expiryPrecisionMs: 0,
      scans: true,
      indexes: true,
      limits: true,
      sized: false,
      orderedInvalidation: true,
    });
    expect(opened().engine.ping()).toEqual({
      details: { policy: 'lru', entries: 0, maxEntries: 10_000, maxBytes: 'unbounded' },
    });
  });

  it('decide the traits', () => {
    expect(memory({ secureCleanup: true }).traits.holds).toBe('bytes');
    expect(memory({ maxBytes: 1e6 }).traits.sized).toBe(true);
    expect(memory({ name: 'near' }).name).toBe('near');
  });

  const refused: [options: unknown, words: readonly string[]][] = [
    [{ maxEntries: 0 }, ['maxEntries', '0', "'unbounded'"]],
    [{ maxEntries: 1.5 }, ['maxEntries', '1.5']],
    [{ maxEntries: '100' }, ['maxEntries', '"100"']],
    [{ maxEntries: Infinity }, ['maxEntries', 'Infinity', "'unbounded'"]],
    [{ maxEntries: 2 ** 31 }, ['maxEntries', '2147483648']],
    [{ maxBytes: -1 }, ['maxBytes', '-1']],
    [{ maxBytes: ENTRY_OVERHEAD }, [`maxBytes ${ENTRY_OVERHEAD}`, 'room']],
    [{ sweepInterval: 0 }, ['sweepInterval', '0', "'never'"]],
    [{ sweepInterval: Infinity }, ['sweepInterval', 'Infinity', "'never'"]],
    [{ sweepInterval: '5 parsecs' }, ['sweepInterval', "'5 parsecs'", "'5m'", "'never'"]],
    [{ sweepInterval: Number.NaN }, ['sweepInterval', 'NaN']],
    [{ sweepBudgetMs: 'never' }, ['sweepBudgetMs', '"never"']],
    [{ sweepBudgetMs: 20, sweepInterval: 10 }, ['sweepBudgetMs 20', 'sweepInterval 10']],
    [{ secureCleanup: 'yes' }, ['secureCleanup', '"yes"']],
    [{ secureCleanup: {} }, ['secureCleanup', 'object']],
    [{ name: '' }, ['name', '""']],
    [{ name: null }, ['name', 'null']],
    [{ maxItems: 5 }, ['maxItems', 'maxEntries']],
    [null, ['object', 'null']],
    ['fast', ['object', '"fast"']],
    [[], ['object']],
  ];
  for (const [options, words] of refused) {
    it(`refuse ${JSON.stringify(options)}`, () => {
      const make = (): unknown => memory(options as MemoryOptions);
      expect(make).toThrow(TypeError);
      for (const word of words) expect(make).toThrow(word);
    });
  }
});
