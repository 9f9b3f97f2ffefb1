/** Who is in the database at the start: some dozens of teams, some thousands of users. */
import { hashPassword } from '../password.ts';
import type { Seed } from './tables.ts';

export const TEAMS = 50;
export const USERS = 5_000;
/** Everybody's. */
export const PASSWORD = 'correct horse battery staple';

const GIVEN = [
  'Ada',
  'Barbara',
  'Charles',
  'Donald',
  'Edsger',
  'Frances',
  'Grace',
  'Hedy',
  'Ivan',
  'Joan',
  'Kathleen',
];
const FAMILY = ['Allen', 'Booth', 'Clarke', 'Dijkstra', 'Estrin', 'Floyd', 'Goldberg', 'Hopper', 'Iverson'];
const FIELDS = ['Payments', 'Search', 'Identity', 'Mobile', 'Storage', 'Support', 'Networks'];

/** The team that user number `n` begins in: they are dealt out like cards. */
export function firstTeamOf(n: number): string {
  return `team-${((n - 1) % TEAMS) + 1}`;
}

export async function makeSeed(): Promise<Seed> {
  const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);
  return {
    // Hashed once for all: hashing takes long on purpose, and five thousand times as long would be a minute.
    password: await hashPassword(PASSWORD),
    teams: numbers(TEAMS).map((n) => ({ id: `team-${n}`, name: `${FIELDS[n % FIELDS.length]} ${n}` })),
    users: numbers(USERS).map((n) => ({
      id: `user-${n}`,
      name: `${GIVEN[n % GIVEN.length]} ${FAMILY[n % FAMILY.length]}`,
      email: `user${n}@example.com`,
      teamId: firstTeamOf(n),
    })),
  };
}
