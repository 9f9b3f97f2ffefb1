/** Keys, spaces and terms: the only place where names become text that a provider stores. This file imports nothing. */

/** The longest key, in bytes of UTF-8. */
const MAX_KEY_BYTES = 8_192;
const MAX_TAGS = 64;
const MAX_LABEL_BYTES = 512;

/** Throws a `TypeError` unless `key` is a non-empty string of at most 8 KiB of UTF-8 without lone surrogates. */
export function checkKey(key: unknown): asserts key is string {
  checkText(key, 'the key', MAX_KEY_BYTES);
}

/** The keys of a batch, each once. Throws a `TypeError` for a bad key, and for what is no list: a text is a list of its characters. */
export function checkKeys(keys: Iterable<string>): string[] {
  checkList(keys, 'the keys');
  const unique = [...new Set(keys)];
  for (const key of unique) checkKey(key);
  return unique;
}

/** The pairs of a batch; of those with one key the last. Throws like {@link checkKeys}. */
export function checkPairs<V>(entries: Iterable<readonly [key: string, value: V]>): Map<string, V> {
  checkList(entries, 'the entries');
  const pairs = new Map(entries);
  for (const key of pairs.keys()) checkKey(key);
  return pairs;
}

function checkList(list: unknown, what: string): void {
  if (typeof list === 'object' && list !== null && Symbol.iterator in list) return;
  throw new TypeError(
    `${what} are ${typeof list === 'string' ? `the text '${list}'` : describe(list)}: give a list`,
  );
}

/**
 * The tags of an entry, each once. Throws a `TypeError` unless they are an array or a set of at most 64 texts of at most 512 bytes: one
 * set of options may serve many writes, and an iterator has nothing left for the second.
 */
export function checkTags(tags: readonly string[] | ReadonlySet<string>): readonly string[] {
  if (typeof tags === 'object' && tags !== null && !Array.isArray(tags) && !(tags instanceof Set))
    throw new TypeError(`tags is ${describe(tags)}: give a list`);
  const unique = checkTagNames(tags);
  if (unique.length > MAX_TAGS) {
    throw new TypeError(
      `an entry has ${unique.length} tags: at most ${MAX_TAGS} are possible; use a secondary index for many groups`,
    );
  }
  return unique;
}

/** Tags to be invalidated, however many, each once. Throws a `TypeError` for a bad one, and for what is no list. */
export function checkTagNames(tags: Iterable<string>): readonly string[] {
  if (typeof tags === 'string')
    throw new TypeError(`tags is the text '${tags}': give a list, such as ['${tags}']`);
  checkList(tags, 'the tags');
  const unique = [...new Set(tags)];
  for (const tag of unique) checkText(tag, 'a tag', MAX_LABEL_BYTES);
  return unique;
}

/** The text of one term of one index. Injective: an encoded index name holds no `=`. */
export function termText(index: string, term: unknown): string {
  checkText(term, `a term of index '${index}'`, MAX_LABEL_BYTES);
  return `${encodeName(index)}=${term}`;
}

/** The index and the term that {@link termText} made a text of. */
export function parseTerm(text: string): { readonly index: string; readonly term: string } {
  const split = text.indexOf('=');
  return { index: decodeURIComponent(text.slice(0, split)), term: text.slice(split + 1) };
}

/**
 * The space of a cache and its namespaces, below the manager's own namespace if it has one. Injective, and no space is a prefix of
 * another: names are encoded without `/`, `.` and `:`, which separate them. So `a` + key `b:c` and `a:b` + key `c` never meet.
 */
export function spaceOf(above: string | undefined, path: readonly string[]): string {
  return `${above === undefined ? '' : `${encodeName(above)}/`}${path.map(encodeName).join('.')}:`;
}

/** Throws a `TypeError` unless `name` can name a cache, a namespace or an index. */
export function checkName(name: unknown, what: string): asserts name is string {
  checkText(name, what, MAX_LABEL_BYTES);
}

const NOT_PLAIN = /[^A-Za-z0-9_-]/gu;

function encodeName(name: string): string {
  return name.replace(NOT_PLAIN, (character) =>
    [...new TextEncoder().encode(character)]
      .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)
      .join(''),
  );
}

function checkText(text: unknown, what: string, maxBytes: number): asserts text is string {
  if (typeof text !== 'string') throw new TypeError(`${what} is ${describe(text)}: give a non-empty string`);
  if (text === '') throw new TypeError(`${what} is the empty string: give a non-empty string`);
  // A code unit is at most three bytes of UTF-8, so short texts need no counting.
  if (text.length * 3 > maxBytes) {
    const bytes = new TextEncoder().encode(text).length;
    if (bytes > maxBytes) {
      throw new TypeError(
        `${what} has ${bytes} bytes of UTF-8: at most ${maxBytes} are possible; hash what is longer`,
      );
    }
  }
  if (!text.isWellFormed()) {
    throw new TypeError(
      `${what} has a lone surrogate, which UTF-8 cannot tell from others: encode binary keys, for example as base64url`,
    );
  }
}

function describe(value: unknown): string {
  if (value === null) return 'null';
  if (typeof value === 'object') return Array.isArray(value) ? 'an array' : 'an object';
  return value === undefined ? 'undefined' : `a ${typeof value}`;
}
