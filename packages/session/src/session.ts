/** A session as a program sees it: a moment's view, which nothing changes afterwards. */
import type { DeepReadonly } from '@cache/core';
import type { AssuranceLevel, AuthMethod } from './assurance.ts';
import { DEFAULT_PROFILE } from './options.ts';
import type { Times } from './policy.ts';
import { leftOf, type Actor, type DeviceInfo, type SessionRecord } from './record.ts';
import type { SessionToken } from './token.ts';

/** Instants are milliseconds since the epoch, by the manager's clock. */
export interface Session<D> {
  /** Not secret: for lists, logs and `revokeById`. It stays the same as long as the session lives, whatever becomes of its token. */
  readonly id: string;
  /** `null`: nobody was authenticated. */
  readonly subject: string | null;
  readonly data: DeepReadonly<D>;
  readonly createdAt: number;
  /** To the precision of the policy's `touchInterval`. */
  readonly lastSeenAt: number;
  readonly authenticatedAt: number | null;
  /** When it ends unless it is used. */
  readonly expiresAt: number;
  /** When it ends in any case. */
  readonly absoluteExpiresAt: number;
  /** When its token is due to be rotated; `Infinity`: never. */
  readonly renewalDueAt: number;
  readonly aal: AssuranceLevel;
  readonly amr: readonly AuthMethod[];
  /** Set while somebody acts in the subject's name. */
  readonly actor: Actor | undefined;
  readonly device: DeviceInfo;
  readonly profile: string;
  /** How often `data` was changed. */
  readonly version: number;
  /** How often the token was replaced. */
  readonly turn: number;
}

/** A session as its subject's list and an administrator see it: without its data. */
export interface SessionInfo extends Omit<Session<unknown>, 'data'> {
  /** Whether it is the one that asks. */
  readonly current: boolean;
}

/** A session that was made, with the only copy of its token. */
export interface Issued<D> {
  readonly token: SessionToken;
  readonly session: Session<D>;
}

/** A session whose token was to be replaced. */
export interface Rotated<D> {
  /** `null`: another call has replaced it just now, and the presented one is good for its grace. Whoever made that call has the new one. */
  readonly token: SessionToken | null;
  readonly session: Session<D>;
}

/** What a reader of the cache gets of a record. */
export type StoredSession<D> = DeepReadonly<SessionRecord<D>>;

export function sessionOf<D>(id: string, record: StoredSession<D>, times: Times): Session<D> {
  return { ...aboutOf(id, record, times), data: record.data };
}

export function infoOf(
  id: string,
  record: StoredSession<unknown>,
  times: Times,
  current: boolean,
): SessionInfo {
  return { ...aboutOf(id, record, times), current };
}

function aboutOf(id: string, record: StoredSession<unknown>, times: Times): Omit<SessionInfo, 'current'> {
  const { subject, createdAt, rotation } = record;
  return {
    id,
    subject,
    createdAt,
    lastSeenAt: record.seenAt,
    authenticatedAt: subject === null ? null : (record.authenticatedAt ?? createdAt),
    expiresAt: leftOf(record, 0),
    absoluteExpiresAt: record.endsAt,
    renewalDueAt: (rotation?.at ?? createdAt) + times.renewEvery,
    aal: record.aal,
    amr: record.amr,
    actor: record.actor,
    device: record.device ?? NO_DEVICE,
    profile: record.profile ?? DEFAULT_PROFILE,
    version: record.version ?? 0,
    turn: rotation?.turn ?? 0,
  };
}

const NO_DEVICE: DeviceInfo = Object.freeze({});
