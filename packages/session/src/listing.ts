/** Looking at sessions without their tokens: a subject at its own, an administrator at all. */
import { remove } from './admission.ts';
import { checkSubject } from './creating.ts';
import { lifeOf } from './record.ts';
import { infoOf, type SessionInfo } from './session.ts';
import type { SessionSpace } from './space.ts';
import { sessionsOf } from './terms.ts';
import { markOf } from './token.ts';

/** The subject's valid sessions, those first that were used last. `token` marks the one that asks. */
export async function list(
  space: SessionSpace<unknown>,
  subject: string,
  token: unknown,
): Promise<readonly SessionInfo[]> {
  checkSubject(subject);
  const { settings } = space;
  const current = markOf(token)?.id;
  const found = await sessionsOf(space, subject);
  const now = settings.clock.now();
  return [...found]
    .filter(([, record]) => record.subject === subject && lifeOf(record, now) === 'active')
    .map(([id, record]) => infoOf(id, record, settings.times(record.profile), id === current))
    .toSorted((one, other) => other.lastSeenAt - one.lastSeenAt || other.createdAt - one.createdAt);
}

/** So many are read together. */
const PAGE = 100;

/** Every valid session, in no order. One that comes or goes meanwhile may be missed. */
export async function* scan(
  space: SessionSpace<unknown>,
  signal: AbortSignal | undefined,
): AsyncGenerator<SessionInfo> {
  const { settings } = space;
  for await (const [id, record] of walk(space, signal)) {
    if (lifeOf(record, settings.clock.now()) === 'active')
      yield infoOf(id, record, settings.times(record.profile), false);
  }
}

/** What a sweep did. */
export interface Swept {
  readonly examined: number;
  /** Sessions that had ended and were still kept. */
  readonly expired: number;
}

/**
 * Takes away what has ended by the manager's clock and is still kept, such as where the clock of the store is behind. Nothing rests on it:
 * no operation gives such a session to anybody.
 */
export async function sweep(space: SessionSpace<unknown>, signal: AbortSignal | undefined): Promise<Swept> {
  let examined = 0;
  let expired = 0;
  for await (const [id, record] of walk(space, signal)) {
    examined += 1;
    if (lifeOf(record, space.settings.clock.now()) !== 'active' && (await remove(space, id))) expired += 1;
  }
  return { examined, expired };
}

type Found = Awaited<ReturnType<SessionSpace<unknown>['cache']['getMany']>>;

async function* walk(
  { cache }: SessionSpace<unknown>,
  signal: AbortSignal | undefined,
): AsyncGenerator<[string, Found extends Map<string, infer R> ? R : never]> {
  const options = signal === undefined ? {} : { signal };
  let page: string[] = [];
  for await (const key of cache.keys('*', options)) {
    page.push(key);
    if (page.length < PAGE) continue;
    yield* await cache.getMany(page, options);
    page = [];
  }
  if (page.length > 0) yield* await cache.getMany(page, options);
}
