/** What a cache's schema says of values, on their way in and when they are read. */
import { copyValue } from './copying.ts';
import type { MaybePromise } from './engine.ts';
import { CacheError } from './errors.ts';
import type { Opened } from './opened.ts';
import { describeIssues, type Schema, type SchemaIssue, type SchemaResult } from './schema.ts';

/** What the cache's schema makes of `value`. Throws, or rejects, with `SCHEMA_MISMATCH`. */
export function validated(opened: Opened, key: string, value: unknown): MaybePromise<unknown> {
  if (value === undefined) {
    throw new TypeError(
      `the value of '${key}' is undefined, which is never a value: use null, or delete the key`,
    );
  }
  // Or it would be awaited like what a schema makes of a value.
  if (value instanceof Promise)
    throw new TypeError(`the value of '${key}' is a promise: await it, and store what it gives`);
  const { schema } = opened.settings;
  if (schema === undefined) return value;
  const judge = (result: SchemaResult<unknown>): MaybePromise<unknown> => {
    if (result.issues !== undefined)
      throw schemaMismatch(opened, key, `the value of '${key}' does not fit the schema`, result.issues);
    return opened.known.schemaTakesItsOwn ? result.value : proven(opened, key, schema, result.value);
  };
  // A copy, so that what is checked is what is stored, however long the check takes.
  const result = schema['~standard'].validate(copyValue(value));
  return result instanceof Promise ? result.then(judge) : judge(result);
}

/** What the schema has against a stored value; `undefined`: it fits. What the schema would make of it is nobody's: it was made of it before. */
export function issuesOf(schema: Schema, value: unknown): MaybePromise<readonly SchemaIssue[] | undefined> {
  const result = schema['~standard'].validate(value);
  return result instanceof Promise ? result.then(({ issues }) => issues) : result.issues;
}

export function schemaMismatch(
  { name: cache }: Opened,
  key: string,
  fault: string,
  issues: readonly SchemaIssue[],
): CacheError {
  const message = `cache '${cache}': ${fault}: ${describeIssues(issues)}`;
  return new CacheError('SCHEMA_MISMATCH', message, { cache, key, issues });
}

/**
 * Gives back what the schema made, once that has gone through it again: readers and updates send stored values through it. A schema that
 * refuses its own output would be noticed by them alone, on some providers as a miss and on others never.
 */
function proven(opened: Opened, key: string, schema: Schema, made: unknown): MaybePromise<unknown> {
  const judge = (issues: readonly SchemaIssue[] | undefined): unknown => {
    if (issues === undefined) opened.known.schemaTakesItsOwn = true;
    else {
      throw new TypeError(
        `cache '${opened.name}': the schema refuses what it made of the value of '${key}' (${describeIssues(issues)}): ` +
          'let it accept its own output, or transform values before they are stored',
      );
    }
    return made;
  };
  const issues = issuesOf(schema, copyValue(made));
  return issues instanceof Promise ? issues.then(judge) : judge(issues);
}
