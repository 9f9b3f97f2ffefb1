/** The tables of users and teams, in SQLite. Synchronous: it lives in a thread of its own (`thread.ts`). */
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { Credentials, NewUser, QueryCounts, User, UserChange } from './database.ts';

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
    secondFactor TEXT,
    revision INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE TABLE identity (id TEXT NOT NULL) STRICT;
  INSERT INTO identity VALUES (lower(hex(randomblob(8))));
  PRAGMA user_version = 2;
`;

const PROFILE = `id, name, email, teamId, (SELECT teams.name FROM teams WHERE teams.id = users.teamId) AS teamName,
  visits, revision`;

const QUERIES = {
  profile: `SELECT ${PROFILE} FROM users WHERE id = ?`,
  // The new row comes from the statement that wrote it: read afterwards, it could be one that another process wrote meanwhile.
  changeUser: `UPDATE users SET name = coalesce(?, name), email = coalesce(?, email), teamId = coalesce(?, teamId),
    revision = revision + 1
    WHERE id = ? RETURNING ${PROFILE}`,
  countVisit: `UPDATE users SET visits = visits + 1, revision = revision + 1 WHERE id = ? RETURNING ${PROFILE}`,
  deleteUser: 'DELETE FROM users WHERE id = ?',
  renameTeam: 'UPDATE teams SET name = ? WHERE id = ?',
  credentials: 'SELECT id AS userId, password FROM users WHERE email = ?',
  secondFactor: 'SELECT secondFactor FROM users WHERE id = ?',
  changePassword: 'UPDATE users SET password = ? WHERE id = ?',
  insertTeam: 'INSERT INTO teams VALUES (?, ?)',
  insertUser: `INSERT INTO users (id, name, email, teamId, password, secondFactor)
    VALUES (?, ?, ?, ?, ?, ?)`,
  identity: 'SELECT id FROM identity',
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

/** In place of a file: tables that nobody shares, and that end with the process. */
const IN_MEMORY = ':memory:';

/** Milliseconds that a statement waits for another process to finish its own. */
const PATIENCE = 5_000;

export class Tables {
  readonly #database: DatabaseSync;
  readonly #statements: { readonly [Q in keyof typeof QUERIES]: StatementSync };
  readonly #counts: Record<string, number> = {};

  /** Processes that give the same file share the tables. Whoever comes first makes and fills them. */
  constructor(seed: Seed, file: string = IN_MEMORY) {
    this.#database = new DatabaseSync(file, { timeout: PATIENCE });
    // What a crash of the machine would lose is an example's.
    this.#database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; BEGIN IMMEDIATE');
    const made = this.#database.prepare('PRAGMA user_version').get()?.['user_version'] === 2;
    if (!made) this.#database.exec(SCHEMA);
    const prepared = Object.entries(QUERIES).map(([name, query]) => [name, this.#database.prepare(query)]);
    this.#statements = Object.fromEntries(prepared) as { [Q in keyof typeof QUERIES]: StatementSync };
    if (!made) this.#fill(seed);
    this.#database.exec('COMMIT');
  }

  findUser(id: string): User | undefined {
    this.#count('findUser');
    return this.#statements.profile.get(id) as User | undefined;
  }

  changeUser(id: string, { name, email, teamId }: UserChange): User | undefined {
    this.#count('changeUser');
    return this.#statements.changeUser.get(name ?? null, email ?? null, teamId ?? null, id) as
      | User
      | undefined;
  }

  countVisit(id: string): User | undefined {
    this.#count('countVisit');
    return this.#statements.countVisit.get(id) as User | undefined;
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

  createUser({ id, name, email, teamId, password, secondFactor }: NewUser): void {
    this.#count('createUser');
    this.#statements.insertUser.run(id, name, email, teamId, password, secondFactor);
  }

  findSecondFactor(id: string): string | undefined {
    this.#count('findSecondFactor');
    const row = this.#statements.secondFactor.get(id) as { secondFactor: string | null } | undefined;
    return row?.secondFactor ?? undefined;
  }

  changePassword(id: string, password: string): boolean {
    this.#count('changePassword');
    return this.#statements.changePassword.run(password, id).changes === 1;
  }

  /** Of these tables: those of another file, or of another start in memory, have another one. */
  identity(): string {
    return (this.#statements.identity.get() as { id: string }).id;
  }

  ping(): void {
    this.#statements.ping.get();
  }

  queryCounts(): QueryCounts {
    return this.#counts;
  }

  #fill({ teams, users, password }: Seed): void {
    for (const { id, name } of teams) this.#statements.insertTeam.run(id, name);
    for (const { id, name, email, teamId } of users) {
      this.#statements.insertUser.run(id, name, email, teamId, password, null);
    }
  }

  #count(query: string): void {
    this.#counts[query] = (this.#counts[query] ?? 0) + 1;
  }
}
