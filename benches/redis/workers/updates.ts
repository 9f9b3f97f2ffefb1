/** One of several processes that change one key. */
import { serve } from '../../method/worker.ts';
import { openUpdating, type UpdatingName } from '../subjects/updating.ts';

export interface UpdateSetting {
  readonly subject: UpdatingName;
  readonly url: string;
}

/** `updates` 0: only reads. */
export interface UpdateRound {
  readonly key: string;
  readonly updates: number;
}

export interface UpdateRoundTaken {
  /** On the clock that all processes share, in nanoseconds. */
  readonly startedAt: number;
  readonly endedAt: number;
  /** What the key holds when these are done. */
  readonly count: number;
}

await serve(async ({ subject, url }: UpdateSetting) => {
  const { add, read } = await openUpdating(subject)(url);

  return async ({ key, updates }: UpdateRound): Promise<UpdateRoundTaken> => {
    const startedAt = process.hrtime.bigint();
    await Promise.all(Array.from({ length: updates }, () => add(key)));
    const endedAt = process.hrtime.bigint();
    return { startedAt: Number(startedAt), endedAt: Number(endedAt), count: await read(key) };
  };
});
