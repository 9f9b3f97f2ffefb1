/** The tables of users and teams, in SQLite. Synchronous: it lives in a thread of its own (`thread.ts`). */
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { Credentials, QueryCounts, User, UserChange } from './database.ts';

const SCHEMA = `
  CREATE TABLE teams (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL
  ) STRICT;
  CREATE TABLE users (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    email TEXT NOT NULL UNIQUE,
    teamId TEXT NOT NULL REFERENCES teams (id),
    visits INTEGER NOT NULL DEFAULT 0,
    password TEXT NOT NULL,
    revision INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE VIEW profiles AS
    SELECT users.id, users.name, email, teamId, teams.name AS teamName, visits, revision
    FROM users JOIN teams ON teams.id = users.teamId;
`;

const QUERIES = {
  profile: 'SELECT * FROM profiles WHERE id = ?',
  changeUser: `UPDATE users SET name = coalesce(?, name), email = coalesce(?, email), teamId = coalesce(?, teamId),
    revision = revision + 1
    WHERE id = ?`,
  countVisit: 'UPDATE users SET visits = visits + 1, revision = revision + 1 WHERE id = ?',
  deleteUser: 'DELETE FROM users WHERE id = ?',
  renameTeam: 'UPDATE teams SET name = ? WHERE id = ?',
  credentials: 'SELECT id AS userId, password FROM users WHERE email = ?',
  insertTeam: 'INSERT INTO teams VALUES (?, ?)',
  insertUser: 'INSERT INTO users (id, name, email, teamId, password) VALUES (?, ?, ?, ?, ?)',
  ping: 'SELECT 1',
} as const;

export interface Seed {
  readonly teams: Iterable<{ readonly id: string; readonly name: string }>;
  readonly users: Iterable<{
    readonly id: string;
    readonly name: string;
    readonly email: string;
    readonly teamId: string;
  }>;
  /** Everybody's, as `password.ts` writes it. */
  readonly password: string;
}

export class Tables {
  readonly #database = new DatabaseSync(':memory:');
  readonly #statements: { readonly [Q in keyof typeof QUERIES]: StatementSync };
  readonly #counts: Record<string, number> = {};

  constructor(seed: Seed) {
    this.#database.exec(SCHEMA);
    const prepared = Object.entries(QUERIES).map(([name, query]) => [name, this.#database.prepare(query)]);
    this.#statements = Object.fromEntries(prepared) as { [Q in keyof typeof QUERIES]: StatementSync };
    this.#database.exec('BEGIN');
    for (const { id, name } of seed.teams) this.#statements.insertTeam.run(id, name);
    for (const { id, name, email, teamId } of seed.users) {
      this.#statements.insertUser.run(id, name, email, teamId, seed.password);
    }
    this.#database.exec('COMMIT');
  }

  findUser(id: string): User | undefined {
    this.#count('findUser');
    return this.#profile(id);
  }

  changeUser(id: string, { name, email, teamId }: UserChange): User | undefined {
    this.#count('changeUser');
    this.#statements.changeUser.run(name ?? null, email ?? null, teamId ?? null, id);
    return this.#profile(id);
  }

  countVisit(id: string): User | undefined {
    this.#count('countVisit');
    this.#statements.countVisit.run(id);
    return this.#profile(id);
  }

  deleteUser(id: string): boolean {
    this.#count('deleteUser');
    return this.#statements.deleteUser.run(id).changes === 1;
  }

  renameTeam(id: string, name: string): boolean {
    this.#count('renameTeam');
    return this.#statements.renameTeam.run(name, id).changes === 1;
  }

  findCredentials(email: string): Credentials | undefined {
    this.#count('findCredentials');
    return this.#statements.credentials.get(email) as Credentials | undefined;
  }

  ping(): void {
    this.#statements.ping.get();
  }

  queryCounts(): QueryCounts {
    return this.#counts;
  }

  #profile(id: string): User | undefined {
    return this.#statements.profile.get(id) as User | undefined;
  }

  #count(query: string): void {
    this.#counts[query] = (this.#counts[query] ?? 0) + 1;
  }
}
