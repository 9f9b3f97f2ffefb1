/**
 * How a caller comes by a key. `held`: the very string the entry was stored under, whose hash is known. `fresh`: a string built for the
 * access, as a service builds it from a request; it has to be flattened, hashed and compared.
 */
export type KeyKind = 'held' | 'fresh';

const SPREAD = 2_654_435_761;

/** The part of a key that tells entries apart: 13 characters. */
export function idOf(at: number): string {
  return (((at + 1) * SPREAD) % 2 ** 46).toString(32).padStart(13, 'k');
}

/** 21 characters. */
export function keyOf(id: string): string {
  return `session:${id}`;
}

/** The order of accesses: each of `entries` once, shuffled, the same in every process. */
export function shuffled(entries: number): Uint32Array {
  const order = Uint32Array.from({ length: entries }, (_, at) => at);
  let state = 0x9e37_79b9;
  for (let left = entries - 1; left > 0; left--) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const other = state % (left + 1);
    const moved = order[left] as number;
    order[left] = order[other] as number;
    order[other] = moved;
  }
  return order;
}
