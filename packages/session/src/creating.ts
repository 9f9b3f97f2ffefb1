/** Making sessions: one conditional write each, which carries the subject's term and is judged by its limit. */
import { isCacheError, milliseconds, type Duration, type IndexLimit } from '@cache/core';
import { levelOf, longestAt, type AssuranceLevel, type AuthMethod } from './assurance.ts';
import { isRefusal, judge, refuse } from './admission.ts';
import { checkMost, DEFAULT_PROFILE } from './options.ts';
import { leftOf, type Actor, type DeviceInfo, type SessionRecord } from './record.ts';
import { SessionError } from './session-error.ts';
import { sessionOf, type Issued, type Session, type StoredSession } from './session.ts';
import { BY_SUBJECT, type SessionSpace } from './space.ts';
import { freshToken, markOf, type FreshToken } from './token.ts';

/** What a new session is to be. */
export interface NewSession<D> {
  /** `null`, or left out: nobody was authenticated. */
  readonly subject?: string | null | undefined;
  /** Default: the manager's `initial`. */
  readonly data?: D | undefined;
  readonly device?: DeviceInfo | undefined;
  /** How the subject was authenticated just now. Default: in a way that carries level 1. */
  readonly amr?: readonly AuthMethod[] | undefined;
  /** Default: what `amr` carries. A lower one may be said; a higher one is refused. */
  readonly aal?: AssuranceLevel | undefined;
  /** One of the manager's `profiles`. Default: its `policy`. */
  readonly profile?: string | undefined;
  /** An instant by which it ends in any case, such as the end of an identity provider's session. */
  readonly notAfter?: number | undefined;
}

/** A new session in the place of one that a client has. */
export interface Login<D> extends NewSession<D> {
  readonly subject: string;
  /**
   * Which of the old session's data the new one takes over, if it was the subject's or nobody's; what `data` says goes before. Default
   * none.
   */
  readonly keep?: 'all' | readonly (keyof D)[] | undefined;
}

/** Tries for an id that nobody has: one is enough, unless randomness is broken. */
const DRAWS = 3;

export async function create<D extends object>(
  space: SessionSpace<D>,
  input: NewSession<D>,
): Promise<Issued<D>> {
  return put(space, draft(space, input));
}

/** A session's record but for its token. */
export type Draft<D> = Omit<SessionRecord<D>, 'digest'>;

export function draft<D>({ settings }: SessionSpace<D>, input: NewSession<D>): Draft<D> {
  const { subject = null, profile = DEFAULT_PROFILE, notAfter = Infinity, device = {} } = input;
  checkSubject(subject);
  if (!settings.hasProfile(profile))
    throw new TypeError(
      `there is no profile '${profile}': the profiles are ${[...settings.profiles.keys()].join(', ')}`,
    );
  const { aal, amr } = authenticationOf(subject, input);
  const now = settings.clock.now();
  const times = settings.times(profile);
  const endsAt = Math.min(now + Math.min(times.absolute, longestAt(aal)), notAfter);
  if (!(endsAt > now)) throw new TypeError(`notAfter is ${notAfter}, which has passed: give a later instant`);
  return {
    subject,
    createdAt: now,
    seenAt: now,
    endsAt,
    idle: times.idle,
    aal,
    amr,
    ...(profile !== DEFAULT_PROFILE && { profile }),
    ...deviceOf(device),
    data: input.data ?? settings.initial(),
  };
}

export function checkSubject(subject: unknown): asserts subject is string | null {
  if (subject === null || (typeof subject === 'string' && subject !== '')) return;
  throw new TypeError(
    `subject is ${subject === '' ? 'the empty string' : typeof subject}: give a non-empty string, or null for nobody`,
  );
}

function authenticationOf<D>(
  subject: string | null,
  { aal, amr = [] }: NewSession<D>,
): Pick<Draft<D>, 'aal' | 'amr'> {
  if (subject === null) {
    if (amr.length > 0 || (aal ?? 0) > 0)
      throw new TypeError('aal and amr of a session of nobody: name the subject that was authenticated');
    return { aal: 0, amr: [] };
  }
  const carried = Math.max(levelOf(amr), 1) as AssuranceLevel;
  if (aal !== undefined && aal > carried)
    throw new TypeError(
      `aal is ${aal}, and amr (${amr.join(', ') || 'none'}) carries ${carried}: name the methods that carry more`,
    );
  return { aal: aal ?? carried, amr: [...new Set(amr)] };
}

/** Of all that a program may pass, what is declared: a whole request object would be stored otherwise. */
function deviceOf({ ip, userAgent, label }: DeviceInfo): Pick<Draft<unknown>, 'device'> {
  if (ip === undefined && userAgent === undefined && label === undefined) return {};
  return {
    device: {
      ...(ip !== undefined && { ip }),
      ...(userAgent !== undefined && { userAgent }),
      ...(label !== undefined && { label }),
    },
  };
}

/** Stores the session under a fresh id. */
async function put<D>(space: SessionSpace<D>, session: Draft<D>, actor?: Actor): Promise<Issued<D>> {
  const { settings, subjects } = space;
  const { subject } = session;
  const route = subject === null ? subjects.anyRoute(settings.random) : subjects.routeOf(subject);
  for (let draw = 0; draw < DRAWS; draw += 1) {
    const issued = await issue(space, session, freshToken(route, settings.random), actor);
    if (issued !== undefined) return issued;
  }
  throw new SessionError('COLLISION', `${DRAWS} fresh ids were taken: the source of randomness is broken`);
}

/** Stores the session under the id of this token; `undefined`: it was taken. */
export async function issue<D>(
  space: SessionSpace<D>,
  session: Draft<D>,
  { token, id, digest }: FreshToken,
  actor?: Actor,
): Promise<Issued<D> | undefined> {
  const { listeners, settings, tally } = space;
  const { subject } = session;
  const most = subject === null || actor !== undefined ? undefined : await mostOf(space, subject);
  const record: SessionRecord<D> = { digest, ...session, ...(actor !== undefined && { actor }) };
  // Taken before anybody can change what he gave.
  const shown = await shownOf(space, record);
  if (!(await isStored(space, id, record, most))) return undefined;
  tally.created += 1;
  listeners.emit('created', { id, subject, aal: record.aal, actor: actor?.subject });
  return {
    token,
    session: sessionOf(id, (shown ?? record) as StoredSession<D>, settings.times(record.profile)),
  };
}

/** The record as the cache will give it to readers; `undefined` where the cache will refuse it. */
async function shownOf<D>(
  { settings }: SessionSpace<D>,
  record: SessionRecord<D>,
): Promise<SessionRecord<D> | undefined> {
  const copy = copied(record);
  if (copy === undefined || settings.schema === undefined) return copy;
  const result = await settings.schema['~standard'].validate(copy.data);
  return result.issues === undefined ? { ...copy, data: result.value } : undefined;
}

/** What cannot be copied is none of the value model: the cache refuses it, and says where it is. */
function copied<D>(record: SessionRecord<D>): SessionRecord<D> | undefined {
  try {
    return structuredClone(record);
  } catch {
    return undefined;
  }
}

/** The most sessions that the subject may have; `undefined`: there is no limit. */
async function mostOf({ settings }: SessionSpace<unknown>, subject: string): Promise<number | undefined> {
  const max = settings.limit?.max;
  if (typeof max !== 'function') return max;
  const most: unknown = await max(subject);
  checkMost(most);
  return most;
}

/** False: the id was taken. */
async function isStored<D>(
  space: SessionSpace<D>,
  id: string,
  record: SessionRecord<D>,
  most: number | undefined,
): Promise<boolean> {
  const { cache, listeners, settings, tally } = space;
  const { subject } = record;
  for (let attempt = 0; ; attempt += 1) {
    const ttl = leftOf(record, settings.clock.now());
    const limit = most === undefined ? {} : { limit: seats(space, most, attempt) };
    try {
      return await cache.setIfNotExists(id, record, { ttl, ...limit });
    } catch (error) {
      if (!isCacheError(error, 'LIMIT_EXCEEDED') || subject === null || most === undefined) throw error;
      if (settings.limit?.onExceeded !== 'deny') {
        await evictOldest(space, subject, most);
        continue;
      }
      tally.denied += 1;
      listeners.emit('denied', { subject, max: most });
      throw new SessionError('SESSION_LIMIT', `the subject has ${most} sessions, and may have no more`, {
        cause: error,
      });
    }
  }
}

/** So often the oldest session is looked for. Whoever finds no room then is in a crowd, or among sessions of another release. */
const EVICTIONS = 16;

function seats({ settings }: SessionSpace<unknown>, max: number, attempt: number): IndexLimit {
  const onExceeded = settings.limit?.onExceeded;
  if (onExceeded === 'evict-lru') return { index: BY_SUBJECT, max, onExceeded };
  // Noting a use makes an entry anew, so the cache's oldest entry is not the oldest session: that one is looked for. What a look-up does not
  // show, because this release cannot read it, takes a seat all the same: in the end the cache decides.
  const decides = onExceeded === 'evict-oldest' && attempt >= EVICTIONS;
  return { index: BY_SUBJECT, max, onExceeded: decides ? 'evict-oldest' : 'refuse' };
}

/** Makes room for one more. The write that follows is judged again, so whoever comes between takes the room, and another has to go. */
async function evictOldest<D>(space: SessionSpace<D>, subject: string, most: number): Promise<void> {
  const { cache, listeners, subjects } = space;
  const seated = [...(await cache.getByIndex(BY_SUBJECT, subjects.termOf(subject)))];
  const inOrder = seated.toSorted(([, one], [, other]) => one.createdAt - other.createdAt);
  for (const [id] of inOrder.slice(0, Math.max(0, seated.length - most + 1)))
    if (await cache.delete(id)) listeners.emit('evicted', { id, cause: 'limit' });
}

/**
 * Makes a session of the subject in the place of the one that `token` names, whose token is good no more. A session of somebody goes
 * before, so that its seat is free; one of nobody goes afterwards, so that a refusal costs it nothing. Whoever logs in with one token at
 * the same time gets a session of his own.
 */
export async function login<D extends object>(
  space: SessionSpace<D>,
  token: unknown,
  input: Login<D>,
): Promise<Issued<D>> {
  const { cache, settings } = space;
  if (input.subject === null || input.subject === undefined)
    throw new TypeError('login without a subject: name who was authenticated');
  const mark = markOf(token);
  const old = mark && (await cache.get(mark.id));
  const verdict = mark === undefined ? 'unknown' : judge(space, old, mark, settings.clock.now());
  if (mark === undefined || old === undefined || isRefusal(verdict)) {
    if (mark !== undefined && isRefusal(verdict)) await refuse(space, mark.id, old?.subject ?? null, verdict);
    return create(space, input);
  }
  const session = draft(space, { ...input, data: carriedOver(space, old, input) });
  if (old.subject === null) {
    const issued = await put(space, session);
    await end(space, mark.id, old.subject);
    return issued;
  }
  await end(space, mark.id, old.subject);
  return put(space, session);
}

async function end(
  { cache, listeners, tally }: SessionSpace<unknown>,
  id: string,
  subject: string | null,
): Promise<void> {
  if (!(await cache.delete(id))) return;
  tally.revoked += 1;
  listeners.emit('revoked', { id, subject, reason: 'login' });
}

function carriedOver<D extends object>(
  { settings }: SessionSpace<D>,
  old: StoredSession<D>,
  { keep = [], data, subject }: Login<D>,
): D {
  // Whoever had this browser before is nobody's business.
  const held = (old.subject === null || old.subject === subject ? old.data : {}) as D;
  const names = keep === 'all' ? (Object.keys(held) as (keyof D)[]) : keep.filter((name) => name in held);
  const kept = Object.fromEntries(names.map((name) => [name, held[name]])) as Partial<D>;
  return { ...settings.initial(), ...kept, ...data };
}

export interface Impersonation {
  /** For the audit. */
  readonly reason: string;
  /** It ends after so long at most, and no later than the actor's own session. */
  readonly max: Duration;
}

/**
 * Makes a session of `subject` in which the actor acts. It carries level 1 and no method, because the subject was not authenticated; it
 * ends with the sessions of either, and takes no seat.
 */
export async function impersonate<D extends object>(
  space: SessionSpace<D>,
  actor: Session<D>,
  subject: string,
  { reason, max }: Impersonation,
): Promise<Issued<D>> {
  checkSubject(subject);
  if (actor.subject === null || actor.actor !== undefined)
    throw new TypeError('only a subject in a session of his own can act for another');
  if (typeof reason !== 'string' || reason === '')
    throw new TypeError('impersonate without a reason: say why');
  const now = space.settings.clock.now();
  const notAfter = Math.min(now + milliseconds(max, 'max'), actor.absoluteExpiresAt);
  const session = draft(space, { subject, notAfter });
  return put(space, session, { subject: actor.subject, reason, session: actor.id });
}
