/** A stretch of line in one direction: what enters first leaves first, however long each is on its way. */
export class DelayLine {
  readonly #blocked: () => boolean;
  readonly #queue: { readonly leavesAt: number; readonly deliver: () => void }[] = [];
  #timer: NodeJS.Timeout | undefined;

  /** While `blocked` answers `true`, nothing leaves. */
  constructor(blocked: () => boolean) {
    this.#blocked = blocked;
  }

  /** Delivers after the delay, in milliseconds, and after everything that entered before. */
  enter(delay: number, deliver: () => void): void {
    this.#queue.push({ leavesAt: performance.now() + delay, deliver });
    this.drain();
  }

  /** Delivers what is due. To be called when the line is no longer blocked. */
  drain(): void {
    clearTimeout(this.#timer);
    for (;;) {
      const [head] = this.#queue;
      if (head === undefined || this.#blocked()) return;
      const wait = head.leavesAt - performance.now();
      if (wait > 0) {
        this.#timer = setTimeout(() => this.drain(), wait);
        return;
      }
      this.#queue.shift();
      head.deliver();
    }
  }

  /** Loses what is on its way. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#queue.length = 0;
  }
}
