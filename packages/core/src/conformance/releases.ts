/** Two releases of a program, which keep people in two forms. */
import type { CacheOptions } from '../options.ts';
import type { Schema, SchemaIssue } from '../schema.ts';
import type { Harness, KitCache } from './harness.ts';

/** The form of today's release. */
export interface Person {
  readonly first: string;
  readonly last: string;
}

/** A schema that looks at members. `later`: it takes its time. */
function schemaOf<T>(members: Readonly<Record<keyof T & string, string>>, later = false): Schema<T> {
  const validate = (value: unknown): { readonly value: T } | { readonly issues: readonly SchemaIssue[] } => {
    const issues = Object.entries(members).flatMap(([member, type]) =>
      typeof (value as Readonly<Record<string, unknown>> | null)?.[member] === type
        ? []
        : [{ message: `expected a ${type as string}`, path: [member] }],
    );
    return issues.length > 0 ? { issues } : { value: value as T };
  };
  return {
    '~standard': {
      version: 1,
      vendor: 'conformance',
      validate: (value) => (later ? Promise.resolve().then(() => validate(value)) : validate(value)),
    },
  };
}

export const PERSON: Schema<Person> = schemaOf<Person>({ first: 'string', last: 'string' });
export const PERSON_LATER: Schema<Person> = schemaOf<Person>({ first: 'string', last: 'string' }, true);

/** From the first form to the second. */
export function split(old: unknown): Person {
  const [first = '', last = ''] = (old as { readonly name: string }).name.split(' ');
  return { first, last };
}

/** The form of the release before. */
export interface Old {
  readonly name: string;
}

export const OLD: Old = { name: 'Ann Lee' };
export const ANN: Person = { first: 'Ann', last: 'Lee' };

/** The release before, in a process of its own. */
export function before(h: Harness, options: CacheOptions<Old> = {}): KitCache<Old> {
  return h.peer().cache<Old>({ schemaVersion: 1, ...options });
}

/** What today's release says of its cache, and how often it was asked to migrate. */
export function today(migrate: CacheOptions<Person>['migrate'] = split): {
  readonly options: CacheOptions<Person>;
  /** How often `migrate` was called. */
  readonly runs: () => number;
} {
  let runs = 0;
  return {
    runs: () => runs,
    options: {
      schemaVersion: 2,
      schema: PERSON,
      migrate(old, from, key) {
        runs += 1;
        return migrate(old, from, key);
      },
    },
  };
}
