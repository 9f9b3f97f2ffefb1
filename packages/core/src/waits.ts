/** Those who wait. Every remote call is one for a moment, and a Set that so much goes through gives the collector more work than the call. */

type GiveUp = (error: unknown) => void;

export class Waits {
  readonly #places: (GiveUp | undefined)[] = [];
  readonly #free: number[] = [];

  /** Gives the place of the wait. */
  begin(giveUp: GiveUp): number {
    const place = this.#free.pop() ?? this.#places.length;
    this.#places[place] = giveUp;
    return place;
  }

  /** The wait at `place` is over. Say so once: the place is another's then. */
  end(place: number): void {
    this.#places[place] = undefined;
    this.#free.push(place);
  }

  /** Ends all. */
  giveUpAll(error: unknown): void {
    for (const giveUp of this.#places) giveUp?.(error);
  }
}
