/** What the steps of the tour work with. */
import type { CacheStats } from '@cache/core';
import type { User } from '../database/database.ts';
import type { Sighting } from '../probe.ts';
import { Client, type Reply } from './client.ts';
import type { Narrator } from './narrator.ts';

export interface Stats {
  readonly caches: Readonly<Record<string, CacheStats>>;
  readonly queries: Readonly<Record<string, number>>;
}

/** How much some figures grew, summed up over the processes. */
export interface Growth {
  /** Queries for a profile, as the database counted. */
  readonly queries: number;
  /** Calls that shared a running load, as the cache counted: again when they look again whether it goes on. */
  readonly joins: number;
  /** Loads whose value was not stored, as the cache counted. */
  readonly overtaken: number;
}

/** What became of requests that waited together. */
export interface Together<T> {
  readonly replies: T[];
  /** How many were in the service when the query was let go. */
  readonly waiting: number;
}

/** Milliseconds between two looks, and for how long something is looked for. */
const GLANCE = 2;
const LONGEST_LOOK = 20_000;

export class Stage {
  readonly narrator: Narrator;
  /** One for each process of the service. */
  readonly clients: readonly Client[];
  /** Sends to every process in turn. */
  readonly client: Client;
  /** Two sides of one cache: one process and another. A service that has a single process is on both. */
  readonly here: Client;
  readonly there: Client;

  constructor(clients: readonly [Client, ...Client[]], narrator: Narrator) {
    this.narrator = narrator;
    this.clients = clients;
    this.client = Client.inTurn(clients);
    this.here = clients[0];
    this.there = clients.at(-1) ?? clients[0];
  }

  /** Whether there is more than one process. */
  get isShared(): boolean {
    return this.clients.length > 1;
  }

  /** What to say of something that is done `there`. */
  get elsewhere(): string {
    return this.isShared ? ' in the other process' : '';
  }

  /** What to say of something that process number `n` sees. */
  inProcess(n: number): string {
    return this.isShared ? ` in process ${n + 1}` : '';
  }

  async user(id: string, client: Client = this.client): Promise<User> {
    return profileIn(await client.get(`/users/${id}`));
  }

  async cachedOfTeam(teamId: string, client: Client = this.client): Promise<string[]> {
    const { body } = await client.get(`/teams/${teamId}/cached-users`);
    return (body as { users: User[] }).users.map((user) => user.id).toSorted();
  }

  /** What each process says of itself. */
  stats(): Promise<Stats[]> {
    return Promise.all(this.clients.map(async (client) => (await client.get('/stats')).body as Stats));
  }

  /** What grows while `act` runs, in all processes together. */
  async growth(act: () => Promise<unknown>): Promise<Growth> {
    const before = await this.stats();
    await act();
    const after = await this.stats();
    const grown = (pick: (stats: Stats) => number | undefined): number =>
      sum(after, pick) - sum(before, pick);
    return {
      queries: grown(({ queries }) => queries['findUser']),
      joins: grown(({ caches }) => caches['users']?.joins),
      overtaken: grown(({ caches }) => caches['users']?.overtaken),
    };
  }

  /** Holds the next query of the user when it has its row, until it is released: in each of these processes. */
  async hold(userId: string, clients: readonly Client[] = this.clients): Promise<void> {
    await Promise.all(clients.map((client) => client.post(`/probe/users/${userId}/hold`)));
  }

  async release(userId: string): Promise<void> {
    await Promise.all(this.clients.map((client) => client.post(`/probe/users/${userId}/release`)));
  }

  /** Sends so many requests for the user, whose query is held back until all are in the service and the cache has told them to wait. */
  async together<T>(userId: string, requests: number, send: (n: number) => Promise<T>): Promise<Together<T>> {
    await this.hold(userId);
    const before = await this.#misses();
    const letGo = async (): Promise<number> => {
      const { inFlight } = await this.until(
        userId,
        'all are in the service',
        (seen) => seen.held && seen.inFlight === requests,
      );
      // A request misses when the cache has told it that the value is not there: one asks for it, the others wait.
      await watch(
        'all wait',
        () => this.#misses(),
        (misses) => misses - before === requests,
      );
      await this.release(userId);
      return inFlight;
    };
    const [replies, waiting] = await Promise.all([allAtOnce(requests, send), letGo()]);
    return { replies, waiting };
  }

  /** Lets every query of a profile fail, or ends that. */
  async outage(on: boolean): Promise<void> {
    await Promise.all(this.clients.map((client) => client.post('/probe/outage', { on })));
  }

  /** What all processes saw together. */
  async sighting(userId: string): Promise<Sighting> {
    const seen = await Promise.all(
      this.clients.map(async (client) => (await client.get(`/probe/users/${userId}`)).body as Sighting),
    );
    return {
      inFlight: sum(seen, ({ inFlight }) => inFlight),
      held: seen.some(({ held }) => held),
      ended: seen.flatMap(({ ended }) => ended),
      abandoned: sum(seen, ({ abandoned }) => abandoned),
      overtakenRows: sum(seen, ({ overtakenRows }) => overtakenRows),
    };
  }

  /** Waits until `condition` is seen, and gives what was seen. No step waits for time to pass. */
  until(userId: string, what: string, condition: (sighting: Sighting) => boolean): Promise<Sighting> {
    return watch(what, () => this.sighting(userId), condition);
  }

  async #misses(): Promise<number> {
    return sum(await this.stats(), ({ caches }) => caches['users']?.misses);
  }
}

async function watch<T>(what: string, look: () => Promise<T>, condition: (seen: T) => boolean): Promise<T> {
  const end = performance.now() + LONGEST_LOOK;
  for (;;) {
    const seen = await look();
    if (condition(seen)) return seen;
    if (performance.now() > end) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, GLANCE));
  }
}

export function sum<T>(all: readonly T[], pick: (one: T) => number | undefined): number {
  return all.reduce((total, one) => total + (pick(one) ?? 0), 0);
}

export function profileIn(reply: Reply): User {
  if (reply.status !== 200)
    throw new Error(`no profile came, but status ${reply.status}: ${JSON.stringify(reply.body)}`);
  return reply.body as User;
}

/** How many replies have this status. */
export function countOf(replies: readonly Reply[], status: number): number {
  return replies.filter((reply) => reply.status === status).length;
}

/** Does the same `times` at once. */
export function allAtOnce<T>(times: number, act: (n: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: times }, (_, n) => act(n)));
}
