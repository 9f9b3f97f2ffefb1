/** What concerns many entries, as the engine asks for it. */
import type { Entry, Pattern } from '@cache/core';
import type { Indexing } from './indexing.ts';
import { type Progressed, Removals, type RemovalsOptions } from './removals.ts';
import { Searches } from './searches.ts';

export interface GroupsOptions extends Omit<RemovalsOptions, 'keeps'> {
  readonly indexing: Indexing;
}

export class Groups {
  readonly #indexing: Indexing;
  readonly #removals: Removals;
  readonly #searches: Searches;

  constructor({ indexing, ...options }: GroupsOptions) {
    this.#indexing = indexing;
    this.#removals = new Removals({ ...options, keeps: indexing.keeps });
    this.#searches = new Searches(options.calls, options.partitions);
  }

  /** Throws `UNSUPPORTED` when there are terms and the server might evict an index: a look-up would miss entries without a word. */
  checkTerms(terms: readonly string[]): void {
    this.#indexing.check(terms);
  }

  invalidateTags(tags: readonly string[]): Promise<void> {
    return this.#removals.invalidateTags(tags);
  }

  clear(): Promise<void> {
    return this.#removals.clear();
  }

  async lookUp(term: string): Promise<readonly (readonly [key: string, entry: Entry])[]> {
    this.checkTerms([term]);
    return this.#searches.lookUp(term);
  }

  async removeByTerm(term: string, progressed: Progressed): Promise<number> {
    this.checkTerms([term]);
    return this.#removals.removeByTerm(term, progressed);
  }

  scan(pattern: Pattern): AsyncGenerator<readonly string[]> {
    return this.#searches.scan(pattern);
  }

  removeByPattern(pattern: Pattern, progressed: Progressed): Promise<number> {
    return this.#removals.removeByPattern(pattern, progressed);
  }

  count(): Promise<number | undefined> {
    return this.#searches.count();
  }
}
