/** What the steps of the tour work with. */
import type { CacheStats } from '@cache/core';
import type { User } from '../database/database.ts';
import type { Sighting } from '../probe.ts';
import type { Client, Reply } from './client.ts';
import type { Narrator } from './narrator.ts';

export interface Stats {
  readonly caches: Readonly<Record<string, CacheStats>>;
  readonly queries: Readonly<Record<string, number>>;
}

/** How much some figures grew. */
export interface Growth {
  /** Queries for a profile, as the database counted. */
  readonly queries: number;
  /** Calls that shared a running load, as the cache counted. */
  readonly joins: number;
  /** Loads whose value was not stored, as the cache counted. */
  readonly overtaken: number;
}

/** Milliseconds between two looks, and for how long something is looked for. */
const GLANCE = 2;
const LONGEST_LOOK = 20_000;

export class Stage {
  readonly client: Client;
  readonly narrator: Narrator;

  constructor(client: Client, narrator: Narrator) {
    this.client = client;
    this.narrator = narrator;
  }

  async user(id: string): Promise<User> {
    return profileIn(await this.client.get(`/users/${id}`));
  }

  async cachedOfTeam(teamId: string): Promise<string[]> {
    const { body } = await this.client.get(`/teams/${teamId}/cached-users`);
    return (body as { users: User[] }).users.map((user) => user.id).toSorted();
  }

  async stats(): Promise<Stats> {
    return (await this.client.get('/stats')).body as Stats;
  }

  /** What grows while `act` runs. */
  async growth(act: () => Promise<unknown>): Promise<Growth> {
    const before = await this.stats();
    await act();
    const after = await this.stats();
    const grown = (name: 'joins' | 'overtaken'): number =>
      (after.caches['users']?.[name] ?? 0) - (before.caches['users']?.[name] ?? 0);
    return {
      queries: (after.queries['findUser'] ?? 0) - (before.queries['findUser'] ?? 0),
      joins: grown('joins'),
      overtaken: grown('overtaken'),
    };
  }

  /** Holds the next query of the user when it has its row: until so many requests wait, or else until it is released. */
  async hold(userId: string, waiting?: number): Promise<void> {
    await this.client.post(`/probe/users/${userId}/hold`, { waiting });
  }

  async release(userId: string): Promise<void> {
    await this.client.post(`/probe/users/${userId}/release`);
  }

  /** Lets every query of a profile fail, or ends that. */
  async outage(on: boolean): Promise<void> {
    await this.client.post('/probe/outage', { on });
  }

  async sighting(userId: string): Promise<Sighting> {
    return (await this.client.get(`/probe/users/${userId}`)).body as Sighting;
  }

  /** Waits until `condition` is seen. No step waits for time to pass. */
  async until(userId: string, what: string, condition: (sighting: Sighting) => boolean): Promise<void> {
    const end = performance.now() + LONGEST_LOOK;
    while (!condition(await this.sighting(userId))) {
      if (performance.now() > end) throw new Error(`waited in vain: ${what}`);
      await new Promise((resolve) => setTimeout(resolve, GLANCE));
    }
  }
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
