/** Containers too deep to be written where they belong: each is a segment of its own, put into its place in the end. */
import { BYTES, EMBEDDED, TAG, headSize } from './format.ts';
import { Output } from './output.ts';

/** Where a container is missing. */
export interface Hole {
  /** In the segments, one after the other. */
  readonly at: number;
  readonly container: object;
  readonly depth: number;
}

/**
 * The first segment with the others in its holes. `ends`: of the segments in `bytes`; the segment after the first fills the first hole, and
 * so on. Each byte is copied once, however deep it lies.
 */
export function assembled(bytes: Uint8Array, holes: readonly Hole[], ends: readonly number[]): Uint8Array {
  const startOf = (segment: number): number => (segment === 0 ? 0 : (ends[segment - 1] as number));
  const sizes = ends.map((end, segment) => end - startOf(segment));
  const firstHoles = ends.map(() => holes.length);
  // What fills a hole comes after it, so from the last one on all sizes are known.
  for (let hole = holes.length - 1, segment = hole + 1; hole >= 0; hole--) {
    // No segment begins with a hole, but it may end with one.
    while ((holes[hole] as Hole).at <= startOf(segment)) segment--;
    const size = sizes[hole + 1] as number;
    sizes[segment] = (sizes[segment] as number) + 2 + headSize(size) + size;
    firstHoles[segment] = hole;
  }
  const whole = new Output();
  place(0);
  return whole.lent();

  /** By recursion: of the containers on a way down, few are embedded. */
  function place(segment: number): void {
    let from = startOf(segment);
    const end = ends[segment] as number;
    for (let hole = firstHoles[segment] as number; ; hole++) {
      const at = holes[hole]?.at ?? Infinity;
      whole.raw(bytes.subarray(from, Math.min(at, end)));
      if (at > end) return;
      whole.head(TAG, EMBEDDED);
      whole.head(BYTES, sizes[hole + 1] as number);
      place(hole + 1);
      from = at;
    }
  }
}
