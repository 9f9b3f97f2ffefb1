/** The memory provider: entries live in this process, as long as an engine is open on them. */
import type { EngineProvider, EngineTraits, OpenContext } from '@cache/core';
import { MemoryEngine } from './engine.ts';
import { type MemoryOptions, resolve, type Settings } from './options.ts';
import { type Layout, Pool } from './pool.ts';
import { Space } from './space.ts';

const LAYOUT: Layout = { slotsPerChunk: 4096, keysPerShard: 4096 };

/** What one cache has in this provider. */
interface Holding {
  readonly pool: Pool;
  readonly spaces: Map<string, Space>;
}

/**
 * Makes a provider that keeps entries in this process.
 *
 * The provider owns the entries: whoever opens the same space of it sees the same ones, and they go when the last engine on them closes.
 * The limits hold for a cache with all its namespaces; which entry goes first is decided by least recent use. Expiry is exact: an entry
 * is never found at or after its end, swept or not, unless the program blocks its event loop for longer than a minute at a stretch.
 *
 * With `secureCleanup` the provider keeps bytes and wipes them on every way out. A read then gives a copy, because an overwrite would
 * wipe what an earlier reader still holds; and `clear` and `close` take time in proportion to the entries, because they have wiped them
 * all when they return.
 */
export function memory(options: MemoryOptions = {}): EngineProvider {
  return provide(resolve(options), LAYOUT);
}

/** The provider with a layout of one's own: tests make every boundary come early. */
export function provide(settings: Settings, layout: Layout): EngineProvider {
  const holdings = new Map<string, Holding>();
  return { kind: 'engine', name: settings.name, traits: traitsOf(settings), open };

  function open(context: OpenContext): MemoryEngine {
    const name = rootOf(context.space);
    const holding = holdings.get(name) ?? found(name, context);
    const { pool, spaces } = holding;
    const space = spaces.get(context.space) ?? new Space(pool);
    spaces.set(context.space, space);
    // Wrapped, so that two engines opened with one function are still two listeners.
    const listener: OpenContext['report'] = (event) => context.report(event);
    space.audience.listeners.add(listener);
    return new MemoryEngine(space, () => {
      space.audience.listeners.delete(listener);
      if (space.audience.listeners.size > 0) return;
      space.clear();
      spaces.delete(context.space);
      if (spaces.size > 0) return;
      pool.close();
      holdings.delete(name);
    });
  }

  function found(name: string, context: OpenContext): Holding {
    const pool = new Pool(settings, layout, context.clock, Math.floor(context.random() * 2 ** 32));
    const holding: Holding = { pool, spaces: new Map() };
    holdings.set(name, holding);
    return holding;
  }
}

/** What a cache's space has in common with those of its namespaces, and with no other cache's. */
function rootOf(space: string): string {
  return /^[^.:]*/.exec(space)?.[0] as string;
}

function traitsOf(settings: Settings): EngineTraits {
  return {
    holds: settings.secureCleanup ? 'bytes' : 'values',
    scope: 'process',
    synchronous: true,
    durable: false,
    expiryPrecisionMs: 0,
    scans: true,
    indexes: true,
    limits: true,
    sized: settings.maxBytes !== Infinity,
    orderedInvalidation: true,
  };
}
