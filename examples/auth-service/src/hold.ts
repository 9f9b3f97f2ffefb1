/** Nothing is held for longer: who set the hold may have gone. */
const LONGEST_HOLD = 20_000;

/** Holds back one query that already has its row, until it is opened. */
export class Hold {
  /** One query passes through it, the first that comes. */
  taken = false;
  /** The query has its row and is held back. */
  closedOnQuery = false;
  readonly #opened: Promise<void>;
  #open: () => void = () => undefined;

  constructor() {
    this.#opened = new Promise((resolve) => {
      this.#open = resolve;
    });
    setTimeout(this.#open, LONGEST_HOLD).unref();
  }

  open(): void {
    this.#open();
  }

  async pass(): Promise<void> {
    this.closedOnQuery = true;
    await this.#opened;
    this.closedOnQuery = false;
  }
}
