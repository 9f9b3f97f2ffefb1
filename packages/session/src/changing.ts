/** Changes of one session that is there: atomic updates of its one record, which never make one anew. */
import { entry } from '@cache/core';
import { isRefusal, judge, refuse, type Verdict } from './admission.ts';
import { levelOf, longestAt, type AuthMethod } from './assurance.ts';
import { leftOf, type SessionRecord } from './record.ts';
import { sessionOf, type Issued, type Rotated, type Session, type StoredSession } from './session.ts';
import type { SessionSpace } from './space.ts';
import { markOf, nextToken, type TokenMark } from './token.ts';

/** Makes the next data of a session. `undefined`: they stay. May run again, and may change what it is given. */
export type DataUpdater<D> = (data: D, session: Session<D>) => D | undefined | Promise<D | undefined>;

type Edit<D> = (
  record: SessionRecord<D>,
  now: number,
  verdict: Verdict,
) => SessionRecord<D> | undefined | Promise<SessionRecord<D> | undefined>;

interface Changed<D> {
  readonly record: StoredSession<D>;
  /** Whether the edit gave something. */
  readonly isChanged: boolean;
}

/**
 * Edits the record of a valid session, and gives its entry the life that the record then has; `undefined`: there is none, and nothing was
 * written. However often the edit runs, the last run is what was stored.
 */
async function change<D>(
  space: SessionSpace<D>,
  mark: TokenMark,
  edit: Edit<D>,
): Promise<Changed<D> | undefined> {
  let verdict: Verdict = 'unknown';
  let subject: string | null = null;
  let isChanged = false;
  const record = await space.cache.update(mark.id, async (current) => {
    const now = space.settings.clock.now();
    isChanged = false;
    verdict = judge(space, current, mark, now);
    subject = current?.subject ?? null;
    if (current === undefined || isRefusal(verdict)) return undefined;
    const next = await edit(current, now, verdict);
    isChanged = next !== undefined;
    return next && entry(next, { ttl: leftOf(next, now) });
  });
  // Assigned in the updater, which the compiler does not follow.
  const last = verdict as Verdict;
  if (record !== undefined && !isRefusal(last)) return { record, isChanged };
  await refuse(space, mark.id, subject, isRefusal(last) ? last : 'unknown');
  return undefined;
}

/** Notes that the session is used. Time never goes back, however late the note arrives. */
export async function touch<D>(
  space: SessionSpace<D>,
  mark: TokenMark,
): Promise<StoredSession<D> | undefined> {
  const { listeners, settings, tally } = space;
  const changed = await change(space, mark, (record, now) =>
    now - record.seenAt < settings.times(record.profile).touchInterval
      ? undefined
      : { ...record, seenAt: now },
  );
  if (changed?.isChanged === true) {
    tally.touched += 1;
    listeners.emit('touched', { id: mark.id, subject: changed.record.subject });
  }
  return changed?.record;
}

export async function touchToken<D>(space: SessionSpace<D>, token: unknown): Promise<Session<D> | null> {
  const mark = markOf(token);
  const record = mark && (await touch(space, mark));
  return mark === undefined || record === undefined ? null : view(space, mark.id, record);
}

export async function update<D>(
  space: SessionSpace<D>,
  token: unknown,
  updater: DataUpdater<D>,
): Promise<Session<D> | null> {
  if (typeof updater !== 'function')
    throw new TypeError(`the updater is ${typeof updater}: give a function of the data`);
  const mark = markOf(token);
  if (mark === undefined) return null;
  const changed = await change<D>(space, mark, async (record) => {
    // Made before the updater may change the data it is given.
    const session = view(space, mark.id, record as StoredSession<D>);
    const data = await updater(record.data, session);
    return data === undefined ? undefined : { ...record, data, version: (record.version ?? 0) + 1 };
  });
  if (changed === undefined) return null;
  if (changed.isChanged) space.listeners.emit('updated', { id: mark.id, subject: changed.record.subject });
  return view(space, mark.id, changed.record);
}

/** Takes `name` out of the data; of concurrent callers one gets it. */
export async function flash<D extends object, K extends keyof D>(
  space: SessionSpace<D>,
  token: unknown,
  name: K,
): Promise<D[K] | undefined> {
  let taken: D[K] | undefined;
  const session = await update<D>(space, token, (data) => {
    taken = Object.hasOwn(data, name) ? data[name] : undefined;
    if (taken === undefined) return undefined;
    const { [name]: _, ...left } = data;
    return left as D;
  });
  // What an earlier run took was not taken when the session has ended before the last.
  return session === null ? undefined : taken;
}

/** Replaces the token. `undefined`: it is that of no valid session. */
export async function rotate<D>(
  space: SessionSpace<D>,
  token: unknown,
  grace: number | undefined,
): Promise<Rotated<D> | null> {
  const mark = markOf(token);
  if (mark === undefined) return null;
  const { listeners, settings, tally } = space;
  const next = nextToken(token as string, settings.random);
  const changed = await change<D>(space, mark, (record, now, verdict) => {
    if (verdict === 'in grace') return undefined;
    return { ...record, ...replaced(record, mark, next, now, grace ?? settings.times(record.profile).grace) };
  });
  if (changed === undefined) return null;
  const session = view(space, mark.id, changed.record);
  if (!changed.isChanged) return { token: null, session };
  tally.rotated += 1;
  listeners.emit('rotated', { id: mark.id, subject: session.subject, aal: session.aal });
  return { token: next.token, session };
}

/** Takes a further authentication into the session: a new token, all times anew, and whatever level the methods carry together. */
export async function stepUp<D>(
  space: SessionSpace<D>,
  token: unknown,
  methods: readonly AuthMethod[],
): Promise<Issued<D> | null> {
  if (methods.length === 0)
    throw new TypeError('stepUp without a method: say how the subject was authenticated');
  const mark = markOf(token);
  if (mark === undefined) return null;
  const { listeners, settings, tally } = space;
  const next = nextToken(token as string, settings.random);
  let fault: string | undefined;
  const changed = await change<D>(space, mark, (record, now) => {
    fault = unableToRise(record);
    if (fault !== undefined) return undefined;
    const amr = [...new Set([...record.amr, ...methods])];
    const level = levelOf(amr);
    const aal = level > record.aal ? level : record.aal;
    const times = settings.times(record.profile);
    return {
      ...record,
      ...replaced(record, mark, next, now, 0),
      amr,
      aal,
      authenticatedAt: now,
      seenAt: Math.max(record.seenAt, now),
      endsAt: now + Math.min(times.absolute, longestAt(aal)),
    };
  });
  if (fault !== undefined) throw new TypeError(fault);
  if (changed === undefined || !changed.isChanged) return null;
  const session = view(space, mark.id, changed.record);
  tally.rotated += 1;
  listeners.emit('rotated', { id: mark.id, subject: session.subject, aal: session.aal });
  return { token: next.token, session };
}

function unableToRise({ subject, actor }: SessionRecord<unknown>): string | undefined {
  if (subject === null)
    return 'stepUp of a session of nobody: call login, which makes a session of the subject';
  // It would also outlive the time that it was given.
  return actor === undefined ? undefined : 'stepUp of an impersonation: whoever acts is not the subject';
}

function replaced(
  record: Pick<SessionRecord<unknown>, 'rotation'>,
  mark: TokenMark,
  next: TokenMark,
  now: number,
  grace: number,
): Pick<SessionRecord<unknown>, 'digest' | 'rotation'> {
  return {
    digest: next.digest,
    rotation: {
      turn: turnOf(record) + 1,
      at: now,
      graceEnds: now + grace,
      ...(grace > 0 && { previous: mark.digest }),
    },
  };
}

function turnOf({ rotation }: Pick<SessionRecord<unknown>, 'rotation'>): number {
  return rotation?.turn ?? 0;
}

function view<D>({ settings }: SessionSpace<D>, id: string, record: StoredSession<D>): Session<D> {
  return sessionOf(id, record, settings.times(record.profile));
}

/** What a partial change makes of data. */
export function patched<D extends object>(data: D, part: Partial<D>): D {
  return { ...data, ...part };
}
