/** From options to the cache of a session manager, and to its end. */
import type { CacheOptions } from '@cache/core';
import { SessionListeners } from './events.ts';
import { settingsOf, type SessionManagerOptions } from './options.ts';
import { recordSchema, type SessionRecord } from './record.ts';
import { BY_ACTING, BY_SUBJECT, type SessionSpace } from './space.ts';
import { subjectsOf, type Subjects } from './subjects.ts';
import { ROUTE_CHARACTERS } from './token.ts';

export interface OpenSpace<D> extends SessionSpace<D> {
  readonly close: () => Promise<void>;
}

export function openSpace<D extends object>(options: SessionManagerOptions<D>): OpenSpace<D> {
  const settings = settingsOf(options);
  const subjects = subjectsOf(options.secret);
  const listeners = new SessionListeners();
  // The secret's fingerprint: with another one, subjects would have other terms, and those of old sessions would find none of them.
  const cache = options.manager.cache<SessionRecord<D>>(
    `${settings.name}.${subjects.fingerprint}`,
    cacheOptions(options, subjects),
  );
  const stops = [
    cache.on('expire', ({ key }) => listeners.emit('expired', { id: key })),
    cache.on('evict', ({ key, cause }) =>
      listeners.emit('evicted', { id: key, cause: cause === 'limit' ? 'limit' : 'room' }),
    ),
    cache.on('invalid', ({ key }) => listeners.emit('corrupt', { id: key })),
  ];
  const running = new Set<Promise<unknown>>();
  return {
    cache,
    settings,
    subjects,
    listeners,
    tally: {
      created: 0,
      validated: 0,
      refused: 0,
      touched: 0,
      rotated: 0,
      revoked: 0,
      denied: 0,
      reuseDetected: 0,
    },
    background(operation, work) {
      const told = work.then(
        () => undefined,
        (error: unknown) => listeners.emit('error', { operation, error }),
      );
      running.add(told);
      void told.finally(() => running.delete(told));
    },
    async close() {
      await Promise.all(running);
      for (const stop of stops) stop();
      await cache.close();
      listeners.close();
    },
  };
}

function cacheOptions<D extends object>(
  { cache = {}, schema, unlinkable }: SessionManagerOptions<D>,
  subjects: Subjects,
): CacheOptions<SessionRecord<D>> {
  const termOf = (subject: string): string => subjects.termOf(subject);
  const { isolation = 'frozen', provider, codec, deadline, breaker } = cache;
  return {
    provider,
    codec,
    deadline,
    breaker,
    isolation,
    // Whoever asks for a session must not be told that there is none because nobody knows.
    onFailure: 'throw',
    jitter: 0,
    // Every write says its own.
    ttl: '30d',
    schema: recordSchema(schema),
    // Without it a cache whose space is cut refuses a limit, which sees one partition.
    colocate: unlinkable === true ? undefined : (id) => id.slice(0, ROUTE_CHARACTERS),
    indexes: {
      [BY_SUBJECT]: ({ subject, actor }) =>
        subject === null || actor !== undefined ? undefined : termOf(subject),
      [BY_ACTING]: ({ subject, actor }) =>
        subject === null || actor === undefined ? undefined : [termOf(subject), termOf(actor.subject)],
    },
  };
}
