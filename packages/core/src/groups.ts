/** Operations on groups of entries: secondary indexes, patterns, tags. */
import type { CallOptions } from './api.ts';
import { checkCall } from './call-options.ts';
import type { EngineTraits, Entry, Pattern } from './engine.ts';
import { CacheError } from './errors.ts';
import { parseGlob } from './glob.ts';
import { checkName, checkTagNames, termText } from './keyspace.ts';
import type { Opened } from './opened.ts';

export async function invalidateTags(
  opened: Opened,
  tags: Iterable<string>,
  options: CallOptions | undefined,
): Promise<void> {
  const { engine, remote, events } = opened;
  const checked = checkTagNames(tags);
  checkCall(options);
  if (checked.length === 0) return;
  await remote.write(engine.invalidateTags(checked), 'invalidateTags', undefined, options);
  if (events.active.invalidate !== undefined) events.emit('invalidate', { tags: checked });
}

export async function clear(opened: Opened, options: CallOptions | undefined): Promise<void> {
  const { engine, remote, events } = opened;
  checkCall(options);
  await remote.write(engine.clear(), 'clear', undefined, options);
  if (events.active.clear !== undefined) events.emit('clear', {});
}

/** The fresh entries under a term, by key. */
export async function lookUp(
  opened: Opened,
  index: string,
  term: string,
  options: CallOptions | undefined,
): Promise<readonly (readonly [string, Entry])[]> {
  const { engine, remote } = opened;
  const text = termText(index, term);
  needs(opened, 'indexes', 'getByIndex');
  checkCall(options);
  // A look-up that fails must not look like an empty group.
  return remote.ask(engine.lookUp(text), 'getByIndex', undefined, options);
}

export async function deleteByIndex(
  opened: Opened,
  index: string,
  term: string,
  options: CallOptions | undefined,
): Promise<number> {
  const { engine, remote } = opened;
  const text = termText(index, term);
  needs(opened, 'indexes', 'deleteByIndex');
  checkCall(options);
  const count = await remote.writeInParts(
    (progressed) => engine.removeByTerm(text, progressed),
    'deleteByIndex',
    options,
  );
  return told(opened, 'index', count);
}

/** The keys of fresh entries that match. */
export async function* scan(
  opened: Opened,
  pattern: unknown,
  options: CallOptions | undefined,
): AsyncGenerator<string> {
  const parsed = parseGlob(pattern);
  needs(opened, 'scans', 'keys');
  checkCall(options);
  const pages = opened.engine.scan(parsed);
  const walk = Symbol.asyncIterator in pages ? pages[Symbol.asyncIterator]() : pages[Symbol.iterator]();
  try {
    for (;;) {
      // Page by page, so that each has the deadline.
      const step: IteratorResult<readonly string[], unknown> = await opened.remote.ask(
        walk.next(),
        'keys',
        undefined,
        options,
      );
      if (step.done === true) return;
      for (const key of step.value) {
        checkCall(options);
        yield key;
      }
    }
  } finally {
    // Not awaited: a walk that did not answer in time does not answer this either.
    Promise.resolve(walk.return?.()).catch((error: unknown) =>
      opened.remote.failed('keys', undefined, error),
    );
  }
}

export async function deleteByPattern(
  opened: Opened,
  pattern: string,
  options: CallOptions | undefined,
): Promise<number> {
  const { engine, remote } = opened;
  const parsed = parseGlob(pattern);
  needs(opened, 'scans', 'deleteByPattern');
  checkCall(options);
  const count = await remote.writeInParts(
    (progressed) => engine.removeByPattern(parsed, progressed),
    'deleteByPattern',
    options,
  );
  return told(opened, 'pattern', count);
}

/** Gives the count on, when the listeners have heard of it. */
function told({ events }: Opened, by: 'index' | 'pattern', count: number): number {
  if (count > 0 && events.active.deleteGroup !== undefined) events.emit('deleteGroup', { by, count });
  return count;
}

/** Adds a term of a manual index to the entries whose keys match now, or takes it away; gives how many there were. */
export async function editIndex(
  opened: Opened,
  change: 'add' | 'remove',
  { index, pattern, term }: { readonly index: string; readonly pattern: string; readonly term: string },
  options: CallOptions | undefined,
): Promise<number> {
  const { engine, remote, nextId, settings, name } = opened;
  const operation = change === 'add' ? 'addIndex' : 'removeIndex';
  checkName(index, 'the index');
  if (settings.indexes.has(index)) {
    throw new TypeError(
      `cache '${name}' declares the index '${index}' and keeps it by itself: ${operation} is for indexes of another name`,
    );
  }
  const text = termText(index, term);
  const terms = [text];
  needs(opened, 'indexes', operation);
  const keys =
    change === 'add' ? scan(opened, pattern, options) : listed(opened, text, parseGlob(pattern), options);
  let edited = 0;
  for await (const key of keys) {
    const answer = engine.editTerms(
      key,
      change === 'add' ? terms : [],
      change === 'add' ? [] : terms,
      nextId(),
    );
    if (await remote.write(answer, operation, key, options)) edited += 1;
  }
  return edited;
}

/** The keys of the entries under a term that match. */
async function* listed(
  { engine, remote }: Opened,
  term: string,
  pattern: Pattern,
  options: CallOptions | undefined,
): AsyncGenerator<string> {
  checkCall(options);
  for (const [key] of await remote.ask(engine.lookUp(term), 'removeIndex', undefined, options)) {
    if (pattern.matches(key)) yield key;
  }
}

/** Refuses what the provider cannot do, by the name of the trait. */
function needs({ name, provider, traits }: Opened, trait: keyof EngineTraits, operation: string): void {
  if (traits[trait] === true) return;
  throw new CacheError(
    'UNSUPPORTED',
    `cache '${name}': provider '${provider}' lacks the trait '${trait}', which ${operation} needs`,
    {
      cache: name,
      provider,
      trait,
    },
  );
}
