/** One of two processes that want the same key at once. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Session, session } from '../../method/session.ts';
import { serve } from '../../method/worker.ts';
import { type FollowingName, openFollowing } from '../subjects/following.ts';

export interface FollowSetting {
  readonly subject: FollowingName;
  readonly url: string;
}

export interface FollowRound {
  readonly key: string;
  /** How long the loader takes, in milliseconds. */
  readonly loadMs: number;
}

/** On the clock that all processes share, in nanoseconds. */
export interface FollowRoundTaken {
  readonly askedAt: number;
  /** `undefined`: the loader of this process did not run. */
  readonly loadedAt: number | undefined;
  readonly answeredAt: number;
}

await serve(async ({ subject, url }: FollowSetting) => {
  const getOrSet = await openFollowing(subject)(url);
  const now = (): number => Number(process.hrtime.bigint());

  return async ({ key, loadMs }: FollowRound): Promise<FollowRoundTaken> => {
    let loadedAt: number | undefined;
    const askedAt = now();
    const value = (await getOrSet(key, async () => {
      await sleep(loadMs);
      loadedAt = now();
      return session(1, 'plain');
    })) as Session;
    if (value.visits !== 2) throw new Error(`${subject}: got ${JSON.stringify(value)}`);
    return { askedAt, loadedAt, answeredAt: now() };
  };
});
