/** What a session manager tells those who watch it, for audit and alarm. Listeners only observe. No event carries a token or data. */

/** Why a session ended. Others may be given. */
export type RevokeReason =
  | 'logout'
  | 'reuse'
  | 'binding'
  | 'administrator'
  | 'factor changed'
  | (string & Record<never, never>);

/**
 * Why the session of a token was not given: `malformed`, it cannot be a token; `unknown`, it is that of no session, or of one that is gone;
 * `idle` or `expired`, the session has ended and is still kept; `late`, the token was replaced just now; `reused`, it was replaced a while ago;
 * `binding`, it is used from elsewhere.
 */
export type RefusalReason = 'malformed' | 'unknown' | 'idle' | 'expired' | 'late' | 'reused' | 'binding';

interface About {
  /** Of the session: not secret. */
  readonly id: string;
  readonly subject: string | null;
}

export interface SessionEvents {
  readonly created: About & { readonly aal: number; readonly actor: string | undefined };
  /** A use was noted: at most once in a touch interval and process. */
  readonly touched: About;
  /** Its data were changed. */
  readonly updated: About;
  /** Its token was replaced; `aal` may be a higher one. */
  readonly rotated: About & { readonly aal: number };
  readonly revoked: About & { readonly reason: RevokeReason };
  /** Sessions of a subject were revoked in one step, of which nobody lists the ids: so many. `subject` null: those of everybody. */
  readonly revokedAll: {
    readonly subject: string | null;
    readonly count: number | undefined;
    readonly reason: RevokeReason;
  };
  /** This process found it ended. Where a server takes away what has ended, nobody finds it, and nobody is told. */
  readonly expired: { readonly id: string };
  /** It had to go, for the limit of its subject or for room. */
  readonly evicted: { readonly id: string; readonly cause: 'limit' | 'room' };
  /** The limit of a subject refused a session. */
  readonly denied: { readonly subject: string; readonly max: number };
  /** A call of `get` gave no session: told once for each, beside what else there is to tell. */
  readonly refused: { readonly reason: RefusalReason };
  /** What was presented is the token of no session: none, one that has ended, or a guess. */
  readonly unknownToken: { readonly malformed: boolean };
  /** A token was presented that had been rotated a while ago. */
  readonly reuseDetected: About;
  /** It is used from elsewhere than it was made for. */
  readonly bindingChanged: About & { readonly changed: 'ip' | 'userAgent' };
  /** What the store holds under an id is no session. */
  readonly corrupt: { readonly id: string };
  /** Something failed that no caller saw: noting a use, or a listener. */
  readonly error: { readonly operation: string; readonly error: unknown };
}

export type SessionListener<E extends keyof SessionEvents> = (payload: SessionEvents[E]) => unknown;

const NAMES: ReadonlySet<string> = new Set<keyof SessionEvents>([
  'created',
  'touched',
  'updated',
  'rotated',
  'revoked',
  'revokedAll',
  'expired',
  'evicted',
  'denied',
  'refused',
  'unknownToken',
  'reuseDetected',
  'bindingChanged',
  'corrupt',
  'error',
]);

/** The listeners of one session manager. */
export class SessionListeners {
  readonly #listeners = new Map<keyof SessionEvents, readonly SessionListener<never>[]>();

  /** Gives the function that stops the listener. Throws a `TypeError` for an event there is not. */
  on<E extends keyof SessionEvents>(event: E, listener: SessionListener<E>): () => void {
    if (!NAMES.has(event))
      throw new TypeError(`there is no event '${event}': the events are ${[...NAMES].join(', ')}`);
    if (typeof listener !== 'function') throw new TypeError(`the listener for '${event}' is not a function`);
    // A wrapper of its own, so that the same function may listen twice and each be stopped.
    const own: SessionListener<E> = (payload) => listener(payload);
    this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), own]);
    return () => {
      const left = (this.#listeners.get(event) ?? []).filter((other) => other !== own);
      this.#listeners.set(event, left);
    };
  }

  emit<E extends keyof SessionEvents>(event: E, payload: SessionEvents[E]): void {
    for (const listener of (this.#listeners.get(event) ?? []) as readonly SessionListener<E>[]) {
      try {
        const answer = listener(payload);
        // The rejection of an async listener would end the process as an unhandled one.
        if (answer instanceof Promise) answer.catch((error: unknown) => this.#failed(event, error));
      } catch (error) {
        this.#failed(event, error);
      }
    }
  }

  close(): void {
    this.#listeners.clear();
  }

  /** A failing `error` listener has nobody left to tell. */
  #failed(event: keyof SessionEvents, error: unknown): void {
    if (event !== 'error') this.emit('error', { operation: `listener of ${event}`, error });
  }
}
