/** Ways to keep sessions so that those of a team are found. */
import type { RedisOptions } from '@cache/redis';
import type { Session } from '../../method/session.ts';
import { oursIndexed, teamOf } from './ours.ts';
import { connected } from './raw.ts';
import { HOUR } from './subject.ts';

export interface Indexed {
  readonly set: (key: string, session: Session) => Promise<unknown>;
  readonly ofTeam: (team: string) => Promise<readonly Session[]>;
}

/** Where the server is: one, or the nodes of a Cluster. */
export type IndexedPlace = Pick<RedisOptions, 'url' | 'cluster'>;

const indexed = {
  /** By hand: a set of keys for each team, which nothing takes an expired key out of, and which a change of team forgets. */
  'ioredis, a set by hand': async ({ url }) => {
    const client = await connected(url as string);
    return {
      set: (key, session) =>
        client.multi().set(key, JSON.stringify(session), 'PX', HOUR).sadd(teamOf(session), key).exec(),
      async ofTeam(team) {
        const found = await client.mget(...(await client.smembers(team)));
        return found.flatMap((text) => (text === null ? [] : [JSON.parse(text) as Session]));
      },
    };
  },
  '@cache/redis': async (place) => {
    const cache = await oursIndexed(place);
    return {
      set: (key, session) => cache.set(key, session),
      ofTeam: async (team) => [...(await cache.getByIndex('team', team)).values()],
    };
  },
} satisfies Record<string, (place: IndexedPlace) => Promise<Indexed>>;

export type IndexedName = keyof typeof indexed;

export function openIndexed(name: IndexedName): (place: IndexedPlace) => Promise<Indexed> {
  return indexed[name];
}
