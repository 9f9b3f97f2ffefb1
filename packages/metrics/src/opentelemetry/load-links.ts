/** Which span is that of which load, so that those who wait for it can point to it; and the spans of their waits. */
import type { Span, SpanContext } from '@opentelemetry/api';
import { guarded } from './guarded.ts';

/** The attribute by which the spans of one load are found across processes. */
export const LOAD_NAME = 'cache.load.name';

export class LoadLinks {
  /** The loaders that run here, by the names of their loads. */
  readonly #running = new Map<string, SpanContext>();
  /** Who waits for a load that does not run here yet, by its name. */
  readonly #waiting = new Map<string, Set<Span>>();
  /** The calls that are under way, and for which loads each waits. */
  readonly #calls = new Map<Span, Set<string>>();
  /** The spans of the waits that have not ended, by call and load. */
  readonly #waits = new Map<Span, Map<string, Span>>();

  /** Runs a call, which may wait for loads. */
  async during<X>(call: Span, work: () => Promise<X>): Promise<X> {
    this.#calls.set(call, new Set());
    try {
      return await work();
    } finally {
      for (const load of this.#calls.get(call) ?? []) this.#forget(call, load);
      this.#calls.delete(call);
      for (const load of this.#waits.get(call)?.keys() ?? []) this.waited(call, load, 'left');
      this.#waits.delete(call);
    }
  }

  /**
   * A call waits for a load, which `begin` makes a span of. Its loader may run, may be about to, or may run in another process. A span of somebody else
   * is left alone.
   */
  follow(call: Span | undefined, load: string, begin: () => Span | undefined): void {
    const loads = call === undefined ? undefined : this.#calls.get(call);
    if (call === undefined || loads === undefined) return;
    call.setAttribute(LOAD_NAME, load);
    const wait = begin();
    const waits = this.#waits.get(call) ?? new Map<string, Span>();
    if (wait !== undefined) this.#waits.set(call, waits.set(load, wait));
    const running = this.#running.get(load);
    if (running !== undefined) {
      call.addLink({ context: running });
      return;
    }
    loads.add(load);
    const waiting = this.#waiting.get(load) ?? new Set();
    this.#waiting.set(load, waiting.add(call));
  }

  /** A call waits for a load no more. */
  waited(call: Span | undefined, load: string, outcome: string): void {
    const waits = call === undefined ? undefined : this.#waits.get(call);
    const wait = waits?.get(load);
    waits?.delete(load);
    guarded(() => wait?.setAttribute('cache.outcome', outcome).end());
  }

  /** Runs a loader. */
  async running<X>(span: Span, load: string, work: () => Promise<X>): Promise<X> {
    span.setAttribute(LOAD_NAME, load);
    const context = span.spanContext();
    this.#running.set(load, context);
    for (const call of this.#waiting.get(load) ?? []) call.addLink({ context });
    this.#waiting.delete(load);
    try {
      return await work();
    } finally {
      this.#running.delete(load);
    }
  }

  /** Whether nothing is remembered. */
  get isEmpty(): boolean {
    return this.#running.size + this.#waiting.size + this.#calls.size + this.#waits.size === 0;
  }

  #forget(call: Span, load: string): void {
    const waiting = this.#waiting.get(load);
    waiting?.delete(call);
    if (waiting?.size === 0) this.#waiting.delete(load);
  }
}
