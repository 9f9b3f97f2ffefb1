/** Sessions over a cache: what a program may ask. */
import { milliseconds, type Duration } from '@cache/core';
import { isRefusal, judge, type Verdict } from './admission.ts';
import type { AuthMethod } from './assurance.ts';
import { flash, patched, rotate, stepUp, touchToken, update, type DataUpdater } from './changing.ts';
import { impersonate, login, type Impersonation, type Login } from './authenticating.ts';
import { create, type NewSession } from './creating.ts';
import { revoke, revokeAll, revokeById, revokeEverything, revokeOthers } from './ending.ts';
import type { RevokeReason, SessionEvents, SessionListener } from './events.ts';
import { importer, type Importer, type LegacySessions } from './importing.ts';
import { list, scan, sweep, type Swept } from './listing.ts';
import { openSpace, type OpenSpace } from './opening.ts';
import type { SessionManagerOptions } from './options.ts';
import { describeTimes } from './policy.ts';
import { sessionOf, type Issued, type Rotated, type Session, type SessionInfo } from './session.ts';
import type { SessionStats } from './space.ts';
import { isSameDigest, markOf } from './token.ts';
import { demanded, find, type RequestContext, type Requirement } from './validating.ts';

/** What an administrator is told of a token. */
export interface Inspection<D> {
  /** `'unknown'`: there is no such session, or none any more. `'rotated'`: the token is an old one of it. */
  readonly status: 'active' | 'idle' | 'expired' | 'rotated' | 'unknown';
  readonly session?: Session<D>;
}

/**
 * Sessions of type `D`, safe for any concurrency, in one process and across all that share the provider.
 *
 * `null` always means that there is no valid session. A store that fails rejects with a `CacheError` and never looks like that; misuse is a
 * `TypeError`. A token is taken as it came from a client: whatever it is, it is `null` unless it is good. No error and no event carries one.
 */
export interface SessionManager<D extends object> {
  /** Makes a session. Rejects with `SESSION_LIMIT` where the limit refuses it. */
  create(input?: NewSession<D>): Promise<Issued<D>>;
  /** The session of the token, whose use is noted now and then, in the background. The only call that a request needs. */
  get(token: unknown, context?: RequestContext): Promise<Session<D> | null>;
  /** The session, if it is that of a subject and strong and recent enough. Rejects with `UNAUTHENTICATED` or `REAUTH_REQUIRED`. */
  require(token: unknown, need?: Requirement & RequestContext): Promise<Session<D>>;
  /** The judgement of `require` on a session that is known. */
  demand(session: Session<D> | null, need?: Requirement): Session<D>;
  /** Whether the token of the session is due to be rotated, by the manager's clock. */
  isRenewalDue(session: Session<D>): boolean;
  /** Seconds that the session's cookie has to outlive the browser; `undefined`: it ends with it. */
  cookieAge(session: Session<D>): number | undefined;
  /** Notes the use of the session now, if the last note is older than the policy's `touchInterval`. */
  touch(token: unknown): Promise<Session<D> | null>;
  /**
   * Replaces the data by what `updater` makes of them: no concurrent update is lost, and a session that is not there is not made. `updater`
   * may run again; what it throws rejects this call only. `undefined` leaves the data as they are.
   */
  update(token: unknown, updater: DataUpdater<D>): Promise<Session<D> | null>;
  /** `update` by members. */
  patch(token: unknown, part: Partial<D>): Promise<Session<D> | null>;
  /** Takes a member out of the data and gives it; of concurrent callers one gets it. */
  flash<K extends keyof D>(token: unknown, name: K): Promise<D[K] | undefined>;
  /** Makes a session of a subject that was just authenticated, in the place of the one that the token names, if there is one. */
  login(token: unknown, input: Login<D>): Promise<Issued<D>>;
  /**
   * Takes a further authentication into the session: new token, all times begin anew, and the level of all methods together. The old token
   * is good no more. `null`: there is no valid session.
   */
  stepUp(token: unknown, ...methods: readonly AuthMethod[]): Promise<Issued<D> | null>;
  /** Replaces the token. The old one is good for the policy's `grace`, or the one given. Of concurrent callers one gets the new token. */
  rotate(token: unknown, options?: { readonly grace?: Duration | undefined }): Promise<Rotated<D> | null>;
  /** Makes a session of `subject` for the subject of the actor's session. Rejects with `UNAUTHENTICATED` when that one is not valid. */
  impersonate(actorToken: unknown, subject: string, how: Impersonation): Promise<Issued<D>>;
  /** Ends the session. False: there was none. */
  revoke(token: unknown, reason?: RevokeReason): Promise<boolean>;
  /** Ends the session of this id, if it is the subject's. */
  revokeById(subject: string, id: string, reason?: RevokeReason): Promise<boolean>;
  /**
   * Ends all sessions of the subject, those being made included; gives how many. With `except`, a token, that one session goes on undisturbed,
   * and what is made while the call runs stays.
   */
  revokeAll(
    subject: string,
    options?: { readonly except?: unknown; readonly reason?: RevokeReason | undefined },
  ): Promise<number>;
  /** Ends everybody's sessions. */
  revokeEverything(reason?: RevokeReason): Promise<void>;
  /** The subject's valid sessions, those first that were used last. */
  list(subject: string, options?: { readonly current?: unknown }): Promise<readonly SessionInfo[]>;
  count(subject: string): Promise<number>;
  /** For an administrator: everybody's sessions. */
  scan(options?: { readonly signal?: AbortSignal | undefined }): AsyncIterable<SessionInfo>;
  /** For an administrator: what a token is. Changes nothing. */
  inspect(token: unknown): Promise<Inspection<D>>;
  /** Takes away what has ended and is still kept. Nothing rests on it. */
  sweep(options?: { readonly signal?: AbortSignal | undefined }): Promise<Swept>;
  /** Sweeps every so often until it is stopped, or the manager closed. The only timer there is. */
  startSweeper(every: Duration): () => void;
  /** Takes over the sessions of another session manager as their clients come: asks here first, and there for tokens of another form. */
  importFrom(legacy: LegacySessions<D>): Importer<D>;
  /** A text for a form of this session. It is good until the token is replaced. */
  csrfToken(session: Session<D>): string;
  verifyCsrf(session: Session<D>, given: unknown): boolean;
  /** The policies in words, by profile. */
  describePolicy(): Readonly<Record<string, string>>;
  /** Observes. Gives the function that stops it. */
  on<E extends keyof SessionEvents>(event: E, listener: SessionListener<E>): () => void;
  stats(): SessionStats;
  /** Resolves when the provider is open and fits. */
  ready(): Promise<void>;
  /** Waits for what goes on in the background, and closes the cache. Sessions stay where the provider keeps them. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Makes a session manager. Throws a `TypeError` for what it cannot work with. */
export function createSessionManager<D extends object = Record<string, unknown>>(
  options: SessionManagerOptions<D>,
): SessionManager<D> {
  return new Sessions(openSpace(options));
}

class Sessions<D extends object> implements SessionManager<D> {
  readonly #space: OpenSpace<D>;
  readonly #sweepers = new Set<() => void>();
  #closing: Promise<void> | undefined;

  constructor(space: OpenSpace<D>) {
    this.#space = space;
  }

  async create(input: NewSession<D> = {}): Promise<Issued<D>> {
    return create(this.#space, input);
  }

  get(token: unknown, context: RequestContext = {}): Promise<Session<D> | null> {
    return find(this.#space, token, context);
  }

  async require(token: unknown, need: Requirement & RequestContext = {}): Promise<Session<D>> {
    return demanded(this.#space, await find(this.#space, token, need), need);
  }

  demand(session: Session<D> | null, need: Requirement = {}): Session<D> {
    return demanded(this.#space, session, need);
  }

  isRenewalDue({ renewalDueAt }: Session<D>): boolean {
    return this.#space.settings.clock.now() >= renewalDueAt;
  }

  cookieAge({ profile, absoluteExpiresAt }: Session<D>): number | undefined {
    const { clock, times } = this.#space.settings;
    if (!times(profile).persistent) return undefined;
    return Math.max(0, Math.floor((absoluteExpiresAt - clock.now()) / 1000));
  }

  touch(token: unknown): Promise<Session<D> | null> {
    return touchToken(this.#space, token);
  }

  update(token: unknown, updater: DataUpdater<D>): Promise<Session<D> | null> {
    return update(this.#space, token, updater);
  }

  patch(token: unknown, part: Partial<D>): Promise<Session<D> | null> {
    return update(this.#space, token, (data) => patched(data, part));
  }

  flash<K extends keyof D>(token: unknown, name: K): Promise<D[K] | undefined> {
    return flash(this.#space, token, name);
  }

  async login(token: unknown, input: Login<D>): Promise<Issued<D>> {
    return login(this.#space, token, input);
  }

  stepUp(token: unknown, ...methods: readonly AuthMethod[]): Promise<Issued<D> | null> {
    return stepUp(this.#space, token, methods);
  }

  async rotate(
    token: unknown,
    { grace }: { readonly grace?: Duration | undefined } = {},
  ): Promise<Rotated<D> | null> {
    return rotate(this.#space, token, grace === undefined ? undefined : milliseconds(grace, 'grace'));
  }

  async impersonate(actorToken: unknown, subject: string, how: Impersonation): Promise<Issued<D>> {
    const actor = await this.require(actorToken);
    return impersonate(this.#space, actor, subject, how);
  }

  revoke(token: unknown, reason: RevokeReason = 'logout'): Promise<boolean> {
    return revoke(this.#space, token, reason);
  }

  revokeById(subject: string, id: string, reason: RevokeReason = 'logout'): Promise<boolean> {
    return revokeById(this.#space, subject, id, reason);
  }

  async revokeAll(
    subject: string,
    options: { readonly except?: unknown; readonly reason?: RevokeReason | undefined } = {},
  ): Promise<number> {
    const { except, reason = 'logout' } = options;
    return except === undefined
      ? revokeAll(this.#space, subject, reason)
      : revokeOthers(this.#space, subject, except, reason);
  }

  revokeEverything(reason: RevokeReason = 'administrator'): Promise<void> {
    return revokeEverything(this.#space, reason);
  }

  list(subject: string, { current }: { readonly current?: unknown } = {}): Promise<readonly SessionInfo[]> {
    return list(this.#space, subject, current);
  }

  async count(subject: string): Promise<number> {
    return (await this.list(subject)).length;
  }

  scan({ signal }: { readonly signal?: AbortSignal | undefined } = {}): AsyncIterable<SessionInfo> {
    return scan(this.#space, signal);
  }

  async inspect(token: unknown): Promise<Inspection<D>> {
    const { cache, settings } = this.#space;
    const mark = markOf(token);
    const record = mark && (await cache.get(mark.id));
    if (mark === undefined || record === undefined) return { status: 'unknown' };
    const verdict = judge(this.#space, record, mark, settings.clock.now());
    return { status: statusOf(verdict), session: sessionOf(mark.id, record, settings.times(record.profile)) };
  }

  sweep({ signal }: { readonly signal?: AbortSignal | undefined } = {}): Promise<Swept> {
    return sweep(this.#space, signal);
  }

  startSweeper(every: Duration): () => void {
    const { background, settings } = this.#space;
    const pause = milliseconds(every, 'every');
    const leaving = new AbortController();
    let cancel = (): void => undefined;
    const next = (): void => {
      cancel = settings.clock.after(pause, () => {
        background(
          'sweep',
          this.#sweepUntil(leaving.signal).finally(() => leaving.signal.aborted || next()),
        );
      });
    };
    const stop = (): void => {
      this.#sweepers.delete(stop);
      leaving.abort();
      cancel();
    };
    this.#sweepers.add(stop);
    next();
    return stop;
  }

  importFrom(legacy: LegacySessions<D>): Importer<D> {
    return importer(this.#space, legacy);
  }

  csrfToken({ id, turn }: Session<D>): string {
    return this.#space.subjects.csrfOf(id, turn);
  }

  verifyCsrf(session: Session<D>, given: unknown): boolean {
    return typeof given === 'string' && isSameDigest(this.csrfToken(session), given);
  }

  describePolicy(): Readonly<Record<string, string>> {
    const { profiles, limit } = this.#space.settings;
    const described = [...profiles].map(([name, times]) => [name, describeTimes(times)] as const);
    const most = typeof limit?.max === 'function' ? 'a number for each subject' : limit?.max;
    return Object.freeze({
      ...Object.fromEntries(described),
      limit: limit === undefined ? 'none' : `${String(most)}, then ${limit.onExceeded}`,
    });
  }

  on<E extends keyof SessionEvents>(event: E, listener: SessionListener<E>): () => void {
    return this.#space.listeners.on(event, listener);
  }

  stats(): SessionStats {
    return { ...this.#space.tally };
  }

  ready(): Promise<void> {
    return this.#space.cache.ready();
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** A sweep that was stopped has not failed. */
  async #sweepUntil(signal: AbortSignal): Promise<void> {
    try {
      await sweep(this.#space, signal);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  async #close(): Promise<void> {
    for (const stop of this.#sweepers) stop();
    await this.#space.close();
  }
}

function statusOf(verdict: Verdict): Inspection<unknown>['status'] {
  if (verdict === 'idle' || verdict === 'expired' || verdict === 'unknown') return verdict;
  return isRefusal(verdict) ? 'rotated' : 'active';
}
