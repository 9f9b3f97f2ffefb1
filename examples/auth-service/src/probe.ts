/**
 * Looks at the service from inside, for the tour: holds and fails queries, and counts what is under way. The service has it only when it
 * is started with `--probe`, and none of its other code knows of it.
 */
import { Hono, type MiddlewareHandler } from 'hono';
import {
  DatabaseError,
  type Credentials,
  type Database,
  type QueryCounts,
  type User,
  type UserChange,
} from './database/database.ts';
import { Hold } from './hold.ts';

/** What was seen of one user's requests and queries. */
export interface Sighting {
  /** GET requests under way. */
  readonly inFlight: number;
  /** Queries under way. */
  readonly queries: number;
  /** The most there were at once. */
  readonly peakQueries: number;
  /** A query has its row and is held back. */
  readonly held: boolean;
  /** For every query that ended: the requests that were waiting at that moment. */
  readonly waitingAtEnd: readonly number[];
  /** Queries whose signal fired before they ended. */
  readonly abandoned: number;
  /** Written rows that came back after a newer one. */
  readonly overtakenRows: number;
}

class Tracks {
  inFlight = 0;
  queries = 0;
  peakQueries = 0;
  readonly waitingAtEnd: number[] = [];
  abandoned = 0;
  overtakenRows = 0;
  latestRevision = 0;
  hold: Hold | undefined;
}

export class Probe implements Database {
  readonly #database: Database;
  readonly #tracks = new Map<string, Tracks>();
  #outage = false;

  constructor(database: Database) {
    this.#database = database;
  }

  readonly countRequests: MiddlewareHandler = async (context, next) => {
    if (context.req.method !== 'GET') return next();
    const tracks = this.#tracksOf(context.req.path.split('/')[2] ?? '');
    tracks.inFlight++;
    if (tracks.hold !== undefined && tracks.inFlight >= tracks.hold.waiting) tracks.hold.open();
    try {
      return await next();
    } finally {
      tracks.inFlight--;
    }
  };

  routes(): Hono {
    return new Hono()
      .get('/users/:id', (context) => context.json(this.#sighting(context.req.param('id'))))
      .post('/users/:id/hold', async (context) => {
        const { waiting = Infinity } = await context.req.json<{ waiting?: number }>();
        this.#tracksOf(context.req.param('id')).hold = new Hold(waiting);
        return context.body(null, 204);
      })
      .post('/users/:id/release', (context) => {
        this.#tracksOf(context.req.param('id')).hold?.open();
        return context.body(null, 204);
      })
      .post('/outage', async (context) => {
        this.#outage = (await context.req.json<{ on: boolean }>()).on;
        return context.body(null, 204);
      });
  }

  async findUser(id: string, signal?: AbortSignal): Promise<User | undefined> {
    const tracks = this.#tracksOf(id);
    const hold = takeHold(tracks);
    const leave = (): void => {
      tracks.abandoned++;
      hold?.open();
    };
    signal?.addEventListener('abort', leave, { once: true });
    tracks.queries++;
    tracks.peakQueries = Math.max(tracks.peakQueries, tracks.queries);
    try {
      const user = await this.#database.findUser(id, signal);
      await hold?.pass();
      signal?.throwIfAborted();
      tracks.waitingAtEnd.push(tracks.inFlight);
      this.#failInOutage();
      return user;
    } finally {
      tracks.queries--;
      signal?.removeEventListener('abort', leave);
    }
  }

  async ping(): Promise<void> {
    this.#failInOutage();
    await this.#database.ping();
  }

  async changeUser(id: string, change: UserChange): Promise<User | undefined> {
    return this.#arrived(await this.#database.changeUser(id, change));
  }

  async countVisit(id: string): Promise<User | undefined> {
    return this.#arrived(await this.#database.countVisit(id));
  }

  deleteUser(id: string): Promise<boolean> {
    return this.#database.deleteUser(id);
  }

  renameTeam(id: string, name: string): Promise<boolean> {
    return this.#database.renameTeam(id, name);
  }

  findCredentials(email: string): Promise<Credentials | undefined> {
    return this.#database.findCredentials(email);
  }

  queryCounts(): Promise<QueryCounts> {
    return this.#database.queryCounts();
  }

  close(): Promise<void> {
    return this.#database.close();
  }

  #failInOutage(): void {
    if (this.#outage) throw new DatabaseError('failed', 'the database does not answer');
  }

  #arrived(row: User | undefined): User | undefined {
    if (row === undefined) return undefined;
    const tracks = this.#tracksOf(row.id);
    if (row.revision < tracks.latestRevision) tracks.overtakenRows++;
    tracks.latestRevision = Math.max(tracks.latestRevision, row.revision);
    return row;
  }

  #tracksOf(id: string): Tracks {
    const tracks = this.#tracks.get(id) ?? new Tracks();
    this.#tracks.set(id, tracks);
    return tracks;
  }

  #sighting(id: string): Sighting {
    const { inFlight, queries, peakQueries, waitingAtEnd, abandoned, overtakenRows, hold } =
      this.#tracksOf(id);
    const held = hold?.closedOnQuery ?? false;
    return { inFlight, queries, peakQueries, held, waitingAtEnd, abandoned, overtakenRows };
  }
}

function takeHold({ hold }: Tracks): Hold | undefined {
  if (hold === undefined || hold.taken) return undefined;
  hold.taken = true;
  return hold;
}
