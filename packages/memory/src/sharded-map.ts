/**
 * A map from strings that never pauses to grow: extendible hashing over small `Map`s.
 *
 * One `Map` that grows past some hundred thousand keys rehashes them all in one step, and none holds more than 2^24. So a shard that is
 * full splits in two, and a directory of 2^depth places leads from the first bits of a key's hash to its shard. As long as there is one
 * shard nothing is hashed.
 */
import { hash } from './hash.ts';

/** The most places the directory gets. Past that, and for keys that share a hash, shards grow instead. */
const DEEPEST = 20;

interface Shard<V> {
  readonly map: Map<string, V>;
  /** How many first bits of the hash its keys have in common. */
  depth: number;
  /** It splits when it would hold more. */
  room: number;
}

export class ShardedMap<V> {
  readonly #seed: number;
  readonly #room: number;
  #directory: Shard<V>[];
  #depth = 0;
  /** The only shard, as long as there is one. */
  #sole: Map<string, V> | undefined;
  #size = 0;

  constructor(seed: number, keysPerShard: number) {
    this.#seed = seed;
    this.#room = keysPerShard;
    const map = new Map<string, V>();
    this.#directory = [{ map, depth: 0, room: keysPerShard }];
    this.#sole = map;
  }

  get size(): number {
    return this.#size;
  }

  get(key: string): V | undefined {
    return (this.#sole ?? this.#shardOf(key).map).get(key);
  }

  set(key: string, value: V): void {
    let shard = this.#shardOf(key);
    const before = shard.map.size;
    shard.map.set(key, value);
    this.#size += shard.map.size - before;
    while (shard.map.size > shard.room) {
      this.#split(shard);
      shard = this.#shardOf(key);
    }
  }

  delete(key: string): void {
    if ((this.#sole ?? this.#shardOf(key).map).delete(key)) this.#size--;
  }

  #shardOf(key: string): Shard<V> {
    return this.#depth === 0 ? (this.#directory[0] as Shard<V>) : this.#place(hash(key, this.#seed));
  }

  #place(hashed: number): Shard<V> {
    const index = this.#depth === 0 ? 0 : hashed >>> (32 - this.#depth);
    return this.#directory[index] as Shard<V>;
  }

  #split(shard: Shard<V>): void {
    if (shard.depth === this.#depth && !this.#deepen()) {
      shard.room *= 2;
      return;
    }
    const bit = 31 - shard.depth;
    const upper: Shard<V> = { map: new Map(), depth: shard.depth + 1, room: this.#room };
    let prefix = 0;
    for (const [key, value] of shard.map) {
      const hashed = hash(key, this.#seed);
      prefix = (hashed >>> bit) >>> 1;
      if (((hashed >>> bit) & 1) === 0) continue;
      upper.map.set(key, value);
      shard.map.delete(key);
    }
    shard.depth++;
    const places = 2 ** (this.#depth - shard.depth);
    const first = (2 * prefix + 1) * places;
    for (let place = first; place < first + places; place++) this.#directory[place] = upper;
    this.#sole = undefined;
  }

  /** Doubles the directory, unless it is far larger than its keys need: then they share their hashes and splitting would not help. */
  #deepen(): boolean {
    if (this.#depth === DEEPEST || this.#directory.length * this.#room > 16 * this.#size) return false;
    this.#directory = this.#directory.flatMap((shard) => [shard, shard]);
    this.#depth++;
    return true;
  }
}
