/** What a session manager of `@cache/session` tells, in figures beside those of the caches. */
import { BoundedNames } from '../bounded-names.ts';
import { Figures } from '../figures.ts';
import type { Metrics } from '../metrics.ts';

/** Counters of a session manager, since it was made. */
export interface SessionCounts {
  readonly validated: number;
  readonly refused: number;
  readonly touched: number;
  readonly rotated: number;
}

/** The events of a session manager that are counted, with what of them is looked at. */
export interface CountedSessionEvents {
  readonly created: { readonly aal: number; readonly actor: string | undefined };
  readonly revoked: { readonly reason: string };
  readonly revokedAll: {
    readonly subject: string | null;
    readonly count: number | undefined;
    readonly reason: string;
  };
  readonly expired: object;
  readonly evicted: { readonly cause: 'limit' | 'room' };
  readonly denied: object;
  readonly refused: { readonly reason: string };
  readonly bindingChanged: { readonly changed: 'ip' | 'userAgent' };
  readonly corrupt: object;
  readonly error: object;
}

/** A session manager of `@cache/session`, of which this package needs no more. */
export interface WatchedSessions {
  stats(): SessionCounts;
  on<E extends keyof CountedSessionEvents>(
    event: E,
    listener: (payload: CountedSessionEvents[E]) => unknown,
  ): () => void;
}

export interface SessionMetricsOptions {
  /** The value of the label `sessions`; that of each session manager whose figures go to the same place. Default `'sessions'`. */
  readonly name?: string | undefined;
}

/** Reasons of revocations are the program's: at most so many different ones. */
const MOST_REASONS = 50;

/** What is shown before it first happens: otherwise the first one is no increase to whoever watches. */
const FROM_ZERO = [
  ['sessionRefusals', ['malformed', 'unknown', 'idle', 'expired', 'late', 'reused', 'binding']],
  ['sessionLimits', ['denied', 'evicted']],
  ['sessionErrors', ['corrupt', 'unseen']],
] as const;

/**
 * Counts what `sessions` does from now on, beside the figures of `metrics`. Returns the function that stops it and takes the figures away. No id
 * and no subject of a session is in a figure. A name that other sessions have there is a `TypeError`.
 */
export function sessionMetrics(
  metrics: Metrics,
  sessions: WatchedSessions,
  { name = 'sessions' }: SessionMetricsOptions = {},
): () => void {
  if (typeof sessions?.on !== 'function' || typeof sessions.stats !== 'function')
    throw new TypeError('sessionMetrics: expected a session manager of @cache/session');
  if (typeof name !== 'string' || name === '')
    throw new TypeError('sessionMetrics: option name: expected a text that is not empty');
  const figures = new Figures([metrics.name, name]);
  figures.cell('sessionsExpired');
  for (const [metric, values] of FROM_ZERO) for (const value of values) figures.cell(metric, [value]);
  const before = sessions.stats();
  const stops: (() => void)[] = [];
  const stop = (): void => {
    for (const each of stops.splice(0)) each();
  };
  const read = (): ReturnType<Figures['read']> => {
    const now = sessions.stats();
    figures.cell('sessionValidations', ['valid']).value = now.validated - before.validated;
    figures.cell('sessionValidations', ['refused']).value = now.refused - before.refused;
    figures.cell('sessionsTouched').value = now.touched - before.touched;
    figures.cell('sessionsRotated').value = now.rotated - before.rotated;
    return figures.read();
  };

  const reasons = new BoundedNames(MOST_REASONS);
  const revoked = (reason: string, count: number): void => {
    figures.add('sessionsRevoked', [reasons.take(reason)], count);
  };
  stops.push(
    metrics.include('sessions', name, read, stop),
    sessions.on('created', ({ aal, actor }) =>
      figures.add('sessionsCreated', [String(aal), actor === undefined ? 'own' : 'impersonation']),
    ),
    sessions.on('revoked', ({ reason }) => revoked(reason, 1)),
    sessions.on('revokedAll', ({ subject, count, reason }) => {
      figures.add('sessionGroupRevocations', [subject === null ? 'everybody' : 'subject']);
      if (count !== undefined) revoked(reason, count);
    }),
    sessions.on('expired', () => figures.add('sessionsExpired')),
    sessions.on('evicted', ({ cause }) => {
      figures.add('sessionsEvicted', [cause]);
      if (cause === 'limit') figures.add('sessionLimits', ['evicted']);
    }),
    sessions.on('denied', () => figures.add('sessionLimits', ['denied'])),
    sessions.on('refused', ({ reason }) => figures.add('sessionRefusals', [reason])),
    sessions.on('bindingChanged', ({ changed }) => figures.add('sessionBindingChanges', [changed])),
    sessions.on('corrupt', () => figures.add('sessionErrors', ['corrupt'])),
    sessions.on('error', () => figures.add('sessionErrors', ['unseen'])),
  );
  return stop;
}
