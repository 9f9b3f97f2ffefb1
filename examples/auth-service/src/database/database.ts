/** What the service asks of its database. The tables behind it are in `tables.ts`. */

/** A profile: the row of a user, joined with the name of the team. */
export interface User {
  readonly id: string;
  name: string;
  email: string;
  teamId: string;
  teamName: string;
  visits: number;
  /** Grows with every change of the user's row, which is not where the name of the team is. */
  readonly revision: number;
}

export interface UserChange {
  readonly name?: string | undefined;
  readonly email?: string | undefined;
  readonly teamId?: string | undefined;
}

export interface Credentials {
  readonly userId: string;
  /** As `password.ts` writes it. */
  readonly password: string;
}

export interface NewUser {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly teamId: string;
  /** As `password.ts` writes it. */
  readonly password: string;
  /** As `second-factor.ts` makes it. */
  readonly secondFactor: string;
}

/** How often each query ran, as the database itself counted. */
export type QueryCounts = Readonly<Record<string, number>>;

/** Absence is `undefined` or `false`. A failure rejects with a {@link DatabaseError}. */
export interface Database {
  findUser(id: string, signal?: AbortSignal): Promise<User | undefined>;
  /** Changes what is given, in one statement, and gives the whole new profile. */
  changeUser(id: string, change: UserChange): Promise<User | undefined>;
  /** Adds one to the visits, in one statement, and gives the whole new profile. */
  countVisit(id: string): Promise<User | undefined>;
  deleteUser(id: string): Promise<boolean>;
  renameTeam(id: string, name: string): Promise<boolean>;
  findCredentials(email: string): Promise<Credentials | undefined>;
  createUser(user: NewUser): Promise<void>;
  findSecondFactor(id: string): Promise<string | undefined>;
  changePassword(id: string, password: string): Promise<boolean>;
  /** Rejects when the database does not answer. */
  ping(): Promise<void>;
  queryCounts(): Promise<QueryCounts>;
  close(): Promise<void>;
}

export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
  /** `'refused'`: the change contradicts what is stored. `'failed'`: nothing is known about it. */
  readonly reason: 'refused' | 'failed';

  constructor(reason: DatabaseError['reason'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}
