/** What the operations of one session manager share. */
import type { Cache } from '@cache/core';
import type { SessionListeners } from './events.ts';
import type { Settings } from './options.ts';
import type { SessionRecord } from './record.ts';
import type { StoredSession } from './session.ts';
import type { Subjects } from './subjects.ts';

/** The sessions of a subject: what a limit counts. */
export const BY_SUBJECT = 'subject';
/** The impersonations of a subject, by that subject and by who acts: they take no seat, and end with the sessions of either. */
export const BY_ACTING = 'acting';

/** Counters since the manager was made. */
export interface SessionStats {
  readonly created: number;
  /** Calls of `get` that gave a session, and those that gave none. */
  readonly validated: number;
  readonly refused: number;
  readonly touched: number;
  readonly rotated: number;
  readonly revoked: number;
  readonly denied: number;
  readonly reuseDetected: number;
}

export interface SessionSpace<D> {
  readonly cache: Cache<SessionRecord<D>, StoredSession<D>>;
  readonly settings: Settings<D>;
  readonly subjects: Subjects;
  readonly listeners: SessionListeners;
  readonly tally: { -readonly [N in keyof SessionStats]: number };
  /** Lets `work` go on without a caller: `close` waits for it, and what it fails with is an event. */
  readonly background: (operation: string, work: Promise<unknown>) => void;
}
