/**
 * Looks at the service from inside, for the tour: holds and fails queries, and counts what is under way. The service has it only when it
 * is started with `--probe`, and none of its other code knows of it.
 */
import { Hono, type MiddlewareHandler } from 'hono';
import {
  DatabaseError,
  type Credentials,
  type Database,
  type NewUser,
  type QueryCounts,
  type User,
  type UserChange,
} from './database/database.ts';
import { Hold } from './hold.ts';

/** When a query began and ended: milliseconds by the clock that all processes of the machine share. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** What was seen of one user's requests and queries. */
export interface Sighting {
  /** GET requests under way. */
  readonly inFlight: number;
  /** A query has its row and is held back. */
  readonly held: boolean;
  /** The queries that ended. */
  readonly ended: readonly Span[];
  /** Queries whose signal fired before they ended. */
  readonly abandoned: number;
  /** Written rows that came back after a newer one. */
  readonly overtakenRows: number;
}

class Tracks {
  inFlight = 0;
  readonly ended: Span[] = [];
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
    try {
      return await next();
    } finally {
      tracks.inFlight--;
    }
  };

  routes(): Hono {
    return new Hono()
      .get('/users/:id', (context) => context.json(this.#sighting(context.req.param('id'))))
      .post('/users/:id/hold', (context) => {
        this.#tracksOf(context.req.param('id')).hold = new Hold();
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
    const from = now();
    try {
      const user = await this.#database.findUser(id, signal);
      await hold?.pass();
      signal?.throwIfAborted();
      this.#failInOutage();
      return user;
    } finally {
      tracks.ended.push({ from, to: now() });
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

  createUser(user: NewUser): Promise<void> {
    return this.#database.createUser(user);
  }

  findSecondFactor(id: string): Promise<string | undefined> {
    return this.#database.findSecondFactor(id);
  }

  changePassword(id: string, password: string): Promise<boolean> {
    return this.#database.changePassword(id, password);
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
    const { inFlight, ended, abandoned, overtakenRows, hold } = this.#tracksOf(id);
    return { inFlight, held: hold?.closedOnQuery ?? false, ended, abandoned, overtakenRows };
  }
}

function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

function takeHold({ hold }: Tracks): Hold | undefined {
  if (hold === undefined || hold.taken) return undefined;
  hold.taken = true;
  return hold;
}
