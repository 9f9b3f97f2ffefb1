/** What lies on a server: every key with its type, and when it ends. */
import type { RedisServer } from '@cache/test-servers/server';

export interface ServerKey {
  /** `e`, `l`, `u`, `i`, `m` or `s`: see the entry format. */
  readonly sort: string;
  readonly name: string;
  /** Milliseconds since the epoch by the server; -1 for never. */
  readonly endsAt: number;
}

/** Every key, or those of `namespace` and of the named sorts. */
export async function keysOn(
  server: RedisServer,
  { namespace = '', sorts = 'elumis' }: { readonly namespace?: string; readonly sorts?: string } = {},
): Promise<readonly ServerKey[]> {
  using connection = await server.connect();
  const found = new Map<string, ServerKey>();
  let cursor = '0';
  do {
    const [next, names] = (await connection.send('SCAN', cursor, 'COUNT', 1_000)) as [string, string[]];
    cursor = next;
    for (const name of names) {
      const sort = name.slice(0, name.indexOf(':'));
      if (!sorts.includes(sort) || !name.startsWith(`${sort}:{${namespace}`)) continue;
      const endsAt = (await connection.send('PEXPIRETIME', name)) as number;
      if (endsAt !== -2) found.set(name, { sort, name, endsAt });
    }
  } while (cursor !== '0');
  return [...found.values()].toSorted((one, other) => (one.name < other.name ? -1 : 1));
}

/** Those that would stay for ever. */
export function endless(keys: readonly ServerKey[]): readonly string[] {
  return keys.filter(({ endsAt }) => endsAt === -1).map(({ name }) => name);
}

/** Their names. */
export async function namesOn(...args: Parameters<typeof keysOn>): Promise<readonly string[]> {
  return (await keysOn(...args)).map(({ name }) => name);
}
