/** An engine on a stage, and what a test asks of it. */
import { randomUUID } from 'node:crypto';
import {
  systemClock,
  type Engine,
  type EngineProvider,
  type Life,
  type Pattern,
  type Write,
} from '@cache/core';

const LIFE: Life = { ttl: Infinity, grace: 0 };
/** Every key. */
export const ALL: Pattern = { glob: '*', prefix: '', matches: () => true };

/** 16 characters. */
export function idOf(): string {
  return randomUUID().replaceAll('-', '').slice(0, 16);
}

/** A space of its own. */
export function spaceOf(): string {
  return `${randomUUID()}:`;
}

export function writeOf(changes: Partial<Write> = {}): Write {
  return {
    payload: 1,
    version: idOf(),
    life: LIFE,
    tags: [],
    terms: [],
    loadMs: 0,
    size: 0,
    limit: undefined,
    ...changes,
  };
}

/** The caller closes it. */
export async function openOn(provider: EngineProvider, space: string, deadline = 1_000): Promise<Engine> {
  return provider.open({
    cache: 'histories',
    space,
    routeOf: undefined,
    deadline,
    clock: systemClock(),
    random: Math.random,
    report: () => undefined,
  });
}

/** How many different keys a walk finds in the middle of which something `happens`; and how many it should. */
export async function walkAmid(
  engine: Engine,
  happens: () => Promise<void>,
): Promise<{ readonly found: number; readonly all: number }> {
  const all = 400;
  await Promise.all(
    Array.from({ length: all }, async (_, number) => engine.write(`k${number}`, writeOf(), undefined)),
  );
  const found = new Set<string>();
  let isBegun = false;
  for await (const page of engine.scan(ALL)) {
    for (const key of page) found.add(key);
    if (!isBegun) await happens();
    isBegun = true;
  }
  return { found: found.size, all };
}
