/** Profiles: the database has the truth, the cache has copies of it. */
import { entry, type Cache, type Manager } from '@cache/core';
import type { Database, User, UserChange } from './database/database.ts';

export class Users {
  readonly #cache: Cache<User>;
  readonly #database: Database;

  constructor(manager: Manager, database: Database) {
    this.#cache = manager.cache<User>('users', {
      ttl: '10m',
      jitter: 0.1,
      indexes: { team: (user) => user.teamId },
    });
    this.#database = database;
  }

  /**
   * The profile; `undefined` when there is no such user. However many ask at once, one query runs.
   *
   * That there is no such user is not stored: the loader gives `undefined`. A user who is created later is found at once, and a flood of
   * made-up ids pushes nobody out of the cache.
   */
  find(id: string, signal?: AbortSignal): Promise<User | undefined> {
    return this.#cache.getOrSet(
      id,
      async (load) => {
        const user = await this.#database.findUser(id, load.signal);
        return user && entry(user, { tags: [teamTag(user.teamId)] });
      },
      { signal },
    );
  }

  change(id: string, change: UserChange): Promise<User | undefined> {
    return this.#writeThrough(id, () => this.#database.changeUser(id, change));
  }

  countVisit(id: string): Promise<User | undefined> {
    return this.#writeThrough(id, () => this.#database.countVisit(id));
  }

  /** False: there was no such user. */
  async remove(id: string): Promise<boolean> {
    try {
      return await this.#database.deleteUser(id);
    } finally {
      // Whatever came of it: of a write that failed it is not known whether it took effect.
      await this.#cache.delete(id);
    }
  }

  /** False: there is no such team. The profiles show the name of the team, so all of its profiles are outdated. */
  async renameTeam(teamId: string, name: string): Promise<boolean> {
    try {
      return await this.#database.renameTeam(teamId, name);
    } finally {
      await this.#cache.invalidateTags([teamTag(teamId)]);
    }
  }

  /** Those of the team who are in the cache now. */
  async cachedOfTeam(teamId: string): Promise<User[]> {
    const users = await this.#cache.getByIndex('team', teamId);
    return [...users.values()];
  }

  /**
   * The database first, then the cache. The other way round, others would act on a profile that the database may still refuse; and the
   * database cannot be written inside the updater, which may run again when another process wrote the entry meanwhile.
   *
   * The change itself is one statement, so the database loses none. What is left to lose is in the cache: two rows may come back in the
   * other order than they were written, and the older one must not stay. `update` compares and stores in one step, so the newer row wins.
   *
   * After a write that failed the entry goes, because the write may have taken effect. A service that dies between the two leaves an
   * outdated entry, until its ttl ends.
   */
  async #writeThrough(id: string, write: () => Promise<User | undefined>): Promise<User | undefined> {
    let row: User | undefined;
    try {
      row = await write();
    } catch (error) {
      await this.#cache.delete(id);
      throw error;
    }
    if (row === undefined) {
      await this.#cache.delete(id);
      return undefined;
    }
    const cached = await this.#cache.update(id, (current) => (replaces(row, current) ? row : undefined));
    if (cached === undefined || cached.revision < row.revision) await this.#cache.delete(id);
    return row;
  }
}

/**
 * Whether a written row may take the place of the entry. If not, and the entry is not as new, the next reader has to load: a load is
 * overtaken by whatever happens while it runs, but a row on its way back from a write is nothing the cache knows of.
 *
 * Where there is no entry, storing the row could bring back a user who was deleted meanwhile. And where the row tells of a move, the tag of
 * the new team could have been invalidated meanwhile, which the entry without that tag has survived.
 */
function replaces(row: User, current: User | undefined): boolean {
  return current !== undefined && current.revision < row.revision && current.teamId === row.teamId;
}

function teamTag(teamId: string): string {
  return `team:${teamId}`;
}
