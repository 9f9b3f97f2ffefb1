/** What is kept of a session, and what can be said of it at a moment. */
import type { Schema, SchemaIssue, SchemaResult } from '@cache/core';
import type { AssuranceLevel, AuthMethod } from './assurance.ts';
import { isSameDigest, type TokenMark } from './token.ts';

/** From where a session is used, as far as the program tells. Nothing in it is trusted. */
export interface DeviceInfo {
  readonly ip?: string | undefined;
  readonly userAgent?: string | undefined;
  /** For the subject's list of devices. */
  readonly label?: string | undefined;
}

/** Who acts in the subject's name. */
export interface Actor {
  readonly subject: string;
  readonly reason: string;
  /** The session that the impersonation began from. */
  readonly session: string;
}

/** What there is to know of a token that was replaced. */
interface Rotation {
  /** How often the token was replaced. */
  readonly turn: number;
  readonly at: number;
  readonly graceEnds: number;
  /** The digest of the token before, if it has a grace. */
  readonly previous?: string | undefined;
}

/**
 * The value of one entry of the cache: instants by the clock of the manager, durations in milliseconds. There are many of them, so what most
 * do not have is left out, and stands for what each begins with.
 */
export interface SessionRecord<D> {
  /** SHA-256 of the token; nothing it could be presented with. */
  readonly digest: string;
  readonly rotation?: Rotation | undefined;
  /** `null`: nobody was authenticated. */
  readonly subject: string | null;
  readonly actor?: Actor | undefined;
  readonly createdAt: number;
  readonly seenAt: number;
  readonly endsAt: number;
  /** `Infinity`: it may rest. */
  readonly idle: number;
  /** Left out: when it was made. */
  readonly authenticatedAt?: number | undefined;
  readonly aal: AssuranceLevel;
  readonly amr: readonly AuthMethod[];
  /** Left out: the one that needs no name. */
  readonly profile?: string | undefined;
  readonly device?: DeviceInfo | undefined;
  readonly data: D;
  /** How often `data` was changed. Left out: never. */
  readonly version?: number | undefined;
}

/** `'idle'`: it rested for too long. `'expired'`: its time is over in any case. */
export type Life = 'active' | 'idle' | 'expired';

export function lifeOf({ seenAt, idle, endsAt }: Pick<SessionRecord<unknown>, Times>, now: number): Life {
  if (now >= endsAt) return 'expired';
  return now >= seenAt + idle ? 'idle' : 'active';
}

type Times = 'seenAt' | 'idle' | 'endsAt';

/** Milliseconds that the session has left unless it is used; not positive when it has ended. */
export function leftOf({ seenAt, idle, endsAt }: Pick<SessionRecord<unknown>, Times>, now: number): number {
  return Math.min(seenAt + idle, endsAt) - now;
}

/**
 * What a presented token is to the session that its handle names. `'former'`: it was rotated a while ago, and whoever presents it now
 * may have stolen it, or was robbed of what came after it. `'late'`: it was rotated just now, and a request that was under way brings it.
 */
export type Presented = 'current' | 'in grace' | 'late' | 'former';

export function presentedTo(
  record: Pick<SessionRecord<unknown>, 'digest' | 'rotation' | 'createdAt'>,
  { digest }: TokenMark,
  now: number,
  lateFor: number,
): Presented {
  if (isSameDigest(record.digest, digest)) return 'current';
  const { at = record.createdAt, graceEnds = 0, previous = '' } = record.rotation ?? {};
  if (now < graceEnds && isSameDigest(previous, digest)) return 'in grace';
  return now < Math.max(graceEnds, at + lateFor) ? 'late' : 'former';
}

type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string';
const isNumber: Check = (value) => typeof value === 'number' && !Number.isNaN(value);
const isObject: Check = (value) => typeof value === 'object' && value !== null;
const orElse =
  (none: null | undefined, check: Check): Check =>
  (value) =>
    value === none || check(value);

const MEMBERS: { readonly [N in keyof Required<SessionRecord<unknown>>]: Check } = {
  digest: (value) => typeof value === 'string' && value.length === 43,
  rotation: orElse(undefined, isObject),
  subject: orElse(null, isText),
  actor: orElse(undefined, isObject),
  createdAt: isNumber,
  seenAt: isNumber,
  endsAt: isNumber,
  idle: isNumber,
  authenticatedAt: orElse(undefined, isNumber),
  aal: (value) => value === 0 || value === 1 || value === 2 || value === 3,
  amr: Array.isArray,
  profile: orElse(undefined, isText),
  device: orElse(undefined, isObject),
  data: isObject,
  version: orElse(undefined, isNumber),
};

/** The schema of records whose data are `data`'s: what somebody else put into the store is no session, and lets nobody in. */
export function recordSchema<D>(data: Schema<D> | undefined): Schema<SessionRecord<D>> {
  return {
    '~standard': {
      version: 1,
      vendor: '@cache/session',
      validate(value) {
        const issues = issuesOf(value);
        if (issues.length > 0) return { issues };
        const record = value as SessionRecord<D>;
        if (data === undefined) return { value: record };
        const judged = data['~standard'].validate(record.data);
        return judged instanceof Promise
          ? judged.then((result) => within(record, result))
          : within(record, judged);
      },
    },
  };
}

function issuesOf(value: unknown): readonly SchemaIssue[] {
  if (typeof value !== 'object' || value === null) return [{ message: 'expected the record of a session' }];
  const members = value as Readonly<Record<string, unknown>>;
  return Object.entries(MEMBERS)
    .filter(([name, check]) => !check(members[name]))
    .map(([name]) => ({ message: 'not as a session has it', path: [name] }));
}

function within<D>(record: SessionRecord<D>, result: SchemaResult<D>): SchemaResult<SessionRecord<D>> {
  if (result.issues === undefined) return { value: { ...record, data: result.value } };
  return {
    issues: result.issues.map(({ message, path = [] }) => ({ message, path: ['data', ...path] })),
  };
}
