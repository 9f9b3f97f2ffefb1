/** What a stored value is to this cache: fit to be given, of an older schema version and brought into today's form, or unfit. */
import type { CallOptions } from './api.ts';
import type { Entry, MaybePromise, Payload, Write } from './engine.ts';
import { isCacheError, type CacheError } from './errors.ts';
import type { Opened, Upgrade } from './opened.ts';
import type { Isolated } from './packing.ts';
import type { SchemaIssue } from './schema.ts';
import { issuesOf, schemaMismatch, validated } from './validating.ts';
import { keptTerms, sizeOf, termsOf } from './writes.ts';

/** A stored value that no reader is given. No value of the model is an instance of it. */
export class Unfit {
  /** It does not fit the schema, is of a schema version above ours, or of one below for which there is no migration. */
  readonly reason: 'schema' | 'newer' | 'unmigrated';
  /** Under which it was written; 0: none. */
  readonly schemaVersion: number;
  readonly issues: readonly SchemaIssue[];

  constructor(reason: Unfit['reason'], schemaVersion: number, issues: readonly SchemaIssue[] = []) {
    this.reason = reason;
    this.schemaVersion = schemaVersion;
    this.issues = issues;
  }
}

/** Whether nothing is to be judged of a payload: as most reads find it. */
export function isOfToday({ judges, packing, settings }: Opened, payload: Payload): boolean {
  if (!judges) return true;
  const { schema, schemaVersion } = settings;
  return schema === undefined && (packing.versionOf(payload) ?? schemaVersion) === schemaVersion;
}

/** How a payload is opened, shown to the schema, and what becomes of it when it is of an older version. */
interface Taker<X> {
  readonly open: (payload: Payload, key: string) => X;
  readonly look: (opened: X) => unknown;
  readonly upgrade: (from: number) => MaybePromise<X | Unfit | undefined>;
}

/**
 * The value of a stored payload for a reader, or why it is unfit; `undefined`: it has gone meanwhile. `entry`: where the payload is from, as
 * far as the caller knows. Throws what the codec, the schema and `migrate` throw.
 */
export function judged(
  opened: Opened,
  key: string,
  payload: Payload,
  entry: Entry | undefined,
  options: CallOptions | undefined,
): MaybePromise<unknown> {
  const { packing } = opened;
  if (isOfToday(opened, payload)) return packing.unpack(payload, key);
  return judge<unknown>(opened, key, payload, {
    open: (held) => packing.unpack(held, key),
    look: (value) => value,
    upgrade: (from) => upgradedFor(opened, key, from, entry, options),
  });
}

/**
 * What an entry holds, for an update or a removal to begin from; `undefined`: nothing, by the word of `migrate`. Throws `SCHEMA_MISMATCH`
 * for what is unfit otherwise: to take it for absent would lose it.
 */
export function baseOf(opened: Opened, key: string, entry: Entry): MaybePromise<Isolated | undefined> {
  const { packing } = opened;
  if (!opened.judges) return packing.isolateFrom(entry.payload, key);
  const strict = (base: Isolated | Unfit): Isolated | undefined => {
    if (!(base instanceof Unfit)) return base;
    if (base.reason === 'unmigrated') return undefined;
    throw refusalOf(opened, key, base);
  };
  const base = judge<Isolated>(opened, key, entry.payload, {
    open: (held) => packing.isolateFrom(held, key),
    look: (isolated) => packing.draftOf(isolated),
    upgrade: (from) => upgradeOf(opened, key, entry, from, false).value,
  });
  return base instanceof Promise ? base.then(strict) : strict(base);
}

function judge<X>(
  { packing, settings }: Opened,
  key: string,
  payload: Payload,
  { open, look, upgrade }: Taker<X>,
): MaybePromise<X | Unfit | undefined> {
  const { schema, schemaVersion, migrate } = settings;
  const version = packing.versionOf(payload);
  if (version !== undefined && version !== schemaVersion)
    return version > schemaVersion ? new Unfit('newer', version) : upgrade(version);
  const value = open(payload, key);
  if (schema === undefined) return value;
  const conclude = (issues: readonly SchemaIssue[] | undefined): MaybePromise<X | Unfit | undefined> => {
    if (issues === undefined) return value;
    // A whole number does not tell its version: only the schema can tell that it is of another time.
    return version === undefined && migrate !== undefined
      ? upgrade(0)
      : new Unfit('schema', version ?? 0, issues);
  };
  const issues = issuesOf(schema, look(value));
  return issues instanceof Promise ? issues.then(conclude) : conclude(issues);
}

/** The migrated value for a reader. Whoever knows the payload alone has to ask for the entry, which is what is replaced. */
async function upgradedFor(
  opened: Opened,
  key: string,
  from: number,
  entry: Entry | undefined,
  options: CallOptions | undefined,
): Promise<unknown> {
  if (entry === undefined) {
    const found = await opened.remote.read(opened.engine.read(key), 'migrate', key, options);
    return found === undefined ? undefined : judged(opened, key, found.payload, found, options);
  }
  const value = await upgradeOf(opened, key, entry, from, true).value;
  return value instanceof Unfit ? value : opened.packing.give(value);
}

/** The way of an entry into today's form: one for all that ask at the same time. `stores`: whoever asks will not write by itself. */
function upgradeOf(opened: Opened, key: string, entry: Entry, from: number, stores: boolean): Upgrade {
  const { upgrades } = opened;
  const running = upgrades.get(entry.version);
  if (running !== undefined) return running;
  const value = migrated(opened, key, entry.payload, from);
  const stored = value.then(
    (made) => stores && !(made instanceof Unfit) && store(opened, key, entry, from, made),
    () => false,
  );
  const upgrade: Upgrade = { value, stored };
  upgrades.set(entry.version, upgrade);
  void stored.then(() => upgrades.delete(entry.version));
  return upgrade;
}

async function migrated(
  opened: Opened,
  key: string,
  payload: Payload,
  from: number,
): Promise<Isolated | Unfit> {
  const { packing, settings, remote } = opened;
  const made: unknown = settings.migrate?.(packing.draftFrom(payload, key), from, key);
  // All who wait share it: one that never ends would be in the way of those who come later.
  const value = isThenable(made) ? await remote.ownInTime(Promise.resolve(made), 'migrate', key) : made;
  if (value === undefined) return new Unfit('unmigrated', from);
  try {
    return packing.isolate(await validated(opened, key, value));
  } catch (error) {
    if (!isCacheError(error, 'SCHEMA_MISMATCH')) throw error;
    return new Unfit('schema', from, error.issues);
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, 'then') === 'function';
}

/** Puts the migrated value in the place of the entry it was made of, if that is still there. Never rejects: nobody waits for it. */
async function store(
  opened: Opened,
  key: string,
  entry: Entry,
  from: number,
  value: Isolated,
): Promise<boolean> {
  const { engine, remote, packing, events, nextId } = opened;
  try {
    remote.checkOpen();
    const payload = packing.packIsolated(value, key);
    const write: Write = {
      payload,
      version: nextId(),
      life: 'keep',
      tags: 'keep',
      terms: [...keptTerms(opened, entry), ...termsOf(opened, key, packing.give(value))],
      loadMs: entry.loadMs,
      size: sizeOf(opened, payload),
      limit: undefined,
    };
    const answer = engine.write(key, write, { version: entry.version });
    const written = answer instanceof Promise ? await remote.write(answer, 'migrate', key) : answer;
    if (written.status !== 'written') return false;
    if (events.active.migrate !== undefined) events.emit('migrate', { key, fromVersion: from });
    return true;
  } catch (error) {
    remote.failed('migrate', key, error);
    return false;
  }
}

function refusalOf(opened: Opened, key: string, { reason, schemaVersion, issues }: Unfit): CacheError {
  if (reason === 'schema')
    return schemaMismatch(opened, key, `the stored value of '${key}' does not fit the schema`, issues);
  const message = `it was written under schema version ${schemaVersion}, above ${opened.settings.schemaVersion}, which this cache has`;
  return schemaMismatch(opened, key, `the stored value of '${key}' is too new`, [{ message }]);
}
