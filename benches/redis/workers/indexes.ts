/** Sessions of 100 teams, written by many callers at once and looked up by one. */
import { idOf, keyOf, shuffled } from '../../method/keys.ts';
import { session } from '../../method/session.ts';
import { serve } from '../../method/worker.ts';
import { type IndexedName, type IndexedPlace, openIndexed } from '../subjects/indexed.ts';
import { TEAMS } from '../subjects/ours.ts';

export interface IndexSetting {
  readonly subject: IndexedName;
  readonly place: IndexedPlace;
  /** As many of each team. */
  readonly entries: number;
}

/** `overwrite`: of a session that stays in its team. `insert`: of a new one. `look-up`: of all of a team. */
export type IndexOperation = 'overwrite' | 'insert' | 'look-up';

export interface IndexRound {
  readonly operation: IndexOperation;
  readonly inFlight: number;
  readonly ms: number;
}

export interface IndexRoundTaken {
  /** Operations per second. */
  readonly rate: number;
  /** How long each took, in microseconds. */
  readonly samples: readonly number[];
}

await serve(async ({ subject, place, entries }: IndexSetting) => {
  const { set, ofTeam } = await openIndexed(subject)(place);
  const sessions = Array.from({ length: entries }, (_, at) => session(at, 'plain'));
  const keys = sessions.map((_, at) => keyOf(idOf(at)));
  const order = shuffled(entries);
  let next = 0;
  let added = 0;

  const operations: Record<IndexOperation, () => Promise<unknown>> = {
    overwrite() {
      const at = order[next++ % entries] as number;
      return set(keys[at] as string, sessions[at] as (typeof sessions)[number]);
    },
    /** Teams of their own, so that the look-ups find what they found before. */
    insert() {
      const at = added++;
      const { user, ...rest } = sessions[at % entries] as (typeof sessions)[number];
      return set(`new:${at}`, { ...rest, user: { ...user, id: -1 - (at % (TEAMS - 1)) } });
    },
    async 'look-up'() {
      const team = next++ % TEAMS;
      const found = await ofTeam(`team-${team}`);
      const visits = found.reduce((sum, each) => sum + each.visits, 0);
      if (found.length !== entries / TEAMS || visits === 0)
        throw new Error(`${subject}: found ${found.length} of team ${team}`);
    },
  };
  for (let first = 0; first < entries; first += 250)
    await Promise.all(
      sessions.slice(first, first + 250).map((each, at) => set(keys[first + at] as string, each)),
    );

  return async ({ operation, inFlight, ms }: IndexRound): Promise<IndexRoundTaken> => {
    const once = operations[operation];
    const samples: number[] = [];
    const startedAt = performance.now();
    const until = startedAt + ms;
    const ask = async (): Promise<void> => {
      for (let at = performance.now(); at < until;) {
        await once();
        const now = performance.now();
        samples.push(Math.round((now - at) * 1_000));
        at = now;
      }
    };
    await Promise.all(Array.from({ length: inFlight }, ask));
    return { rate: (1_000 * samples.length) / (performance.now() - startedAt), samples };
  };
});
