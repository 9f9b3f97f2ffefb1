/** From what a caller says to what an engine stores: life, tags, terms, limit and payload of one write. */
import type { Ttl, WriteOptions } from './api.ts';
import { checkCall } from './call-options.ts';
import { millisecondsOrForever } from './duration.ts';
import type { Condition, Entry, Life, MaybePromise, Payload, Write, Written } from './engine.ts';
import { checkKey, checkTags, parseTerm, termText } from './keyspace.ts';
import { checkLimit, limitExceeded, limitOf } from './limits.ts';
import type { Opened } from './opened.ts';
import { validated } from './validating.ts';

/** The life of a new entry: its ttl, shortened by jitter. Never lengthened. */
export function lifeOf(
  { settings, random, events }: Opened,
  ttl: Ttl | undefined,
  jitter: number = settings.jitter,
): Life {
  checkJitter(jitter);
  const full = ttl === undefined ? settings.ttl : millisecondsOrForever(ttl, 'ttl');
  if (full === Infinity || jitter === 0) return { ttl: full, grace: 0 };
  const life = Math.max(Math.min(full, 1), Math.floor(full * (1 - jitter * random())));
  if (events.active.jitter !== undefined) events.emit('jitter', { ttl: full, shortened: full - life });
  return { ttl: life, grace: 0 };
}

function checkJitter(jitter: number): void {
  if (!(jitter >= 0 && jitter <= 1)) throw new TypeError(`jitter is ${jitter}: give a number from 0 to 1`);
}

/** Throws what a write with these options would throw, whatever its value. */
export function checkWriteOptions(opened: Opened, { ttl, jitter, limit }: WriteOptions): void {
  if (jitter !== undefined) checkJitter(jitter);
  if (ttl !== undefined) millisecondsOrForever(ttl, 'ttl');
  if (limit !== undefined) checkLimit(opened, limit);
}

/** The tags of an entry: those of the cache and those of the call. */
export function tagsOf({ settings }: Opened, tags: readonly string[] | undefined): readonly string[] {
  return tags === undefined ? settings.tags : checkTags([...settings.tags, ...checkTags(tags)]);
}

/** The terms that the declared indexes see in `value`. */
export function termsOf({ name, settings }: Opened, key: string, value: unknown): readonly string[] {
  if (settings.indexes.size === 0) return NO_TERMS;
  const terms = new Set<string>();
  for (const [index, extract] of settings.indexes) {
    const found: unknown = extract(value, key);
    if (found === undefined) continue;
    if (typeof found !== 'string' && !Array.isArray(found))
      throw new TypeError(
        `cache '${name}': index '${index}' gave a ${typeof found} for '${key}': give a text, a list of texts, or undefined`,
      );
    for (const term of typeof found === 'string' ? [found] : (found as unknown[]))
      terms.add(termText(index, term));
  }
  return [...terms];
}

const NO_TERMS: readonly string[] = [];

/** The terms that `addIndex` gave an entry: they are no extractor's, and whoever writes the entry anew keeps them. */
export function keptTerms({ settings }: Opened, { terms }: Pick<Entry, 'terms'>): readonly string[] {
  return terms.filter((term) => !settings.indexes.has(parseTerm(term).index));
}

/** The complete write of `value` at `key`. Nothing is kept of `value`: the payload is a copy. */
export function draft(
  opened: Opened,
  key: string,
  value: unknown,
  options: WriteOptions | undefined,
): MaybePromise<Write> {
  checkKey(key);
  const checked = validated(opened, key, value);
  const packed = (accepted: unknown): Write =>
    compose(opened, key, accepted, opened.packing.pack(accepted, key), options, 0);
  return checked instanceof Promise ? checked.then(packed) : packed(checked);
}

/** The complete write of a validated value whose payload is made. */
export function compose(
  opened: Opened,
  key: string,
  value: unknown,
  payload: Payload,
  options: WriteOptions | undefined,
  loadMs: number,
): Write {
  const terms = termsOf(opened, key, value);
  return {
    payload,
    version: opened.nextId(),
    life: lifeOf(opened, options?.ttl, options?.jitter),
    tags: tagsOf(opened, options?.tags),
    terms,
    loadMs,
    size: sizeOf(opened, payload),
    limit: options?.limit === undefined ? undefined : limitOf(opened, key, terms, options.limit),
  };
}

/** Bytes of a payload, where the engine wants to know or holds bytes anyway. */
export function sizeOf({ traits, packing }: Opened, payload: unknown): number {
  return traits.sized || traits.holds === 'bytes' ? packing.sizeOf(payload) : 0;
}

/**
 * Writes `value` at `key`; gives the new version, or `false` when the condition did not hold. Nothing has to be waited for when the engine
 * answers at once: then it throws what it would reject with.
 */
export function write(
  opened: Opened,
  operation: string,
  key: string,
  value: unknown,
  condition: Condition | undefined,
  options: WriteOptions | undefined,
): MaybePromise<string | false> {
  if (typeof condition === 'object' && typeof condition.version !== 'string') {
    throw new TypeError(
      `the version is ${typeof condition.version}: give the one that getEntry or a write gave`,
    );
  }
  checkCall(options);
  const drafted = draft(opened, key, value, options);
  if (drafted instanceof Promise) return writeLater(opened, operation, key, drafted, condition, options);
  const answer = opened.engine.write(key, drafted, condition);
  return answer instanceof Promise
    ? concludeLater(opened, operation, key, drafted, answer, options)
    : conclude(opened, key, drafted, answer);
}

async function writeLater(
  opened: Opened,
  operation: string,
  key: string,
  drafted: Promise<Write>,
  condition: Condition | undefined,
  options: WriteOptions | undefined,
): Promise<string | false> {
  const change = await drafted;
  checkCall(options);
  opened.remote.checkOpen();
  const answer = opened.engine.write(key, change, condition);
  return answer instanceof Promise
    ? concludeLater(opened, operation, key, change, answer, options)
    : conclude(opened, key, change, answer);
}

async function concludeLater(
  opened: Opened,
  operation: string,
  key: string,
  change: Write,
  answer: Promise<Written>,
  options: WriteOptions | undefined,
): Promise<string | false> {
  const { remote } = opened;
  return conclude(opened, key, change, await remote.write(answer, operation, key, options));
}

function conclude(opened: Opened, key: string, { version, limit }: Write, written: Written): string | false {
  if (written.status === 'limited') throw limitExceeded(opened, key, limit);
  if (written.status === 'refused') return false;
  if (opened.events.active.write !== undefined) opened.events.emit('write', { key, version });
  return version;
}
