/** What happened that nobody called for: counted at once, told when the step in which it happened is complete. */
import type { EngineEvent } from '@cache/core';

/** Those who hear what happens in one space, and how often it did. */
export class Audience {
  readonly listeners: Set<(event: EngineEvent) => void> = new Set();
  evictions = 0;
  expirations = 0;
}

/** The events of a pool. A listener may call the cache, so none is told before the step that caused the event has taken effect. */
export class Announcements {
  #pending: (readonly [Audience, EngineEvent])[] = [];

  evicted(audience: Audience, key: string, cause: 'entries' | 'bytes' | 'limit'): void {
    audience.evictions++;
    this.#pending.push([audience, { type: 'evicted', key, cause }]);
  }

  expired(audience: Audience, key: string): void {
    audience.expirations++;
    this.#pending.push([audience, { type: 'expired', key }]);
  }

  tell(): void {
    if (this.#pending.length === 0) return;
    const events = this.#pending;
    this.#pending = [];
    for (const [audience, event] of events) for (const listener of audience.listeners) listener(event);
  }
}
