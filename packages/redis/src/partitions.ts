/** Where a key lies: which partition, and under which names. */
import { crc32 } from 'node:zlib';

const NONE: readonly string[] = [];

/** The names of one partition. Everything in it has one hash tag, and so one slot of a Cluster. */
export class Partition {
  readonly marks: string;
  readonly #tag: string;

  constructor(prefix: string, space: string, number: number) {
    this.#tag = `:{${prefix}${space}${number}}`;
    this.marks = `m${this.#tag}`;
  }

  entry(key: string): string {
    return `e${this.#tag}${key}`;
  }

  lease(key: string): string {
    return `l${this.#tag}${key}`;
  }

  claim(key: string): string {
    return `u${this.#tag}${key}`;
  }

  get sweeper(): string {
    return `s${this.#tag}`;
  }

  index(term: string): string {
    return `i${this.#tag}${term}`;
  }

  /** The names that the steps of one key begin with, and those of the index sets of `terms`. */
  about(key: string, terms: readonly string[] = NONE): readonly string[] {
    const names = [this.entry(key), this.lease(key), this.marks];
    for (const term of terms) names.push(this.index(term));
    return names;
  }
}

/** The partitions of one space. Their number is part of where everything lies: it is fixed as long as entries live. */
export class Partitions {
  readonly all: readonly Partition[];
  /** What the names of all their records begin with. */
  readonly entries: string;
  readonly #routeOf: ((key: string) => string) | undefined;

  constructor(prefix: string, space: string, count: number, routeOf: ((key: string) => string) | undefined) {
    this.all = Array.from({ length: count }, (_, number) => new Partition(prefix, space, number));
    this.entries = `e:{${prefix}${space}`;
    this.#routeOf = routeOf;
  }

  /** Whether keys that belong together lie in one partition: because there is one, or because the cache says their route. */
  get keepTogether(): boolean {
    return this.all.length === 1 || this.#routeOf !== undefined;
  }

  of(key: string): Partition {
    const { all } = this;
    if (all.length === 1) return all[0] as Partition;
    const route = this.#routeOf === undefined ? key : this.#routeOf(key);
    return all[crc32(route) % all.length] as Partition;
  }

  /** Of which key in which partition a record has this name; `undefined`: it is none of theirs. */
  placeOf(name: string): { readonly partition: Partition; readonly key: string } | undefined {
    const end = name.indexOf('}', this.entries.length);
    const partition = this.all[Number(name.slice(this.entries.length, end))];
    const start = partition?.entry('');
    if (partition === undefined || start === undefined || !name.startsWith(start)) return undefined;
    return { partition, key: name.slice(start.length) };
  }
}
