/** A column of numbers that takes memory only once one of them is not 0. */
export class Figures {
  readonly #length: number;
  #figures: Float64Array | undefined;

  constructor(length: number) {
    this.#length = length;
  }

  get(place: number): number {
    return this.#figures === undefined ? 0 : (this.#figures[place] as number);
  }

  set(place: number, figure: number): void {
    if (this.#figures === undefined) {
      if (figure === 0) return;
      this.#figures = new Float64Array(this.#length);
    }
    this.#figures[place] = figure;
  }
}
