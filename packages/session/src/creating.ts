/** Making sessions. */
import { levelOf, longestAt, type AssuranceLevel, type AuthMethod } from './assurance.ts';
import { DEFAULT_PROFILE } from './options.ts';
import type { Actor, DeviceInfo, SessionRecord } from './record.ts';
import { isStored, mostOf } from './seating.ts';
import { SessionError } from './session-error.ts';
import { sessionOf, type Issued, type StoredSession } from './session.ts';
import type { SessionSpace } from './space.ts';
import { freshToken, type FreshToken } from './token.ts';

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
export async function put<D>(space: SessionSpace<D>, session: Draft<D>, actor?: Actor): Promise<Issued<D>> {
  const { settings, subjects } = space;
  const { subject } = session;
  const route =
    subject === null || settings.unlinkable ? subjects.anyRoute(settings.random) : subjects.routeOf(subject);
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
