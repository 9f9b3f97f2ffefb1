/** The connections of a provider: one for commands and one for messages, as long as an engine needs them. */
import { randomBytes } from 'node:crypto';
import type { Clock, EngineEvent } from '@cache/core';
import { Inbox } from './inbox.ts';
import type { Client, Connector } from './port.ts';

/** How long the end of a connection may take, in milliseconds. */
const CLOSE_MS = 500;

export interface LinkOptions {
  readonly connector: Connector;
  readonly prefix: string;
  readonly clock: Clock;
  readonly random: () => number;
}

export class Link {
  readonly client: Client;
  readonly inbox: Inbox;
  readonly #listeners = new Set<(event: EngineEvent) => void>();

  constructor({ connector, prefix, clock, random }: LinkOptions) {
    this.client = connector.connect((state, error) => {
      const event: EngineEvent = { type: 'connection', state, ...(error !== undefined && { error }) };
      for (const listener of this.#listeners) listener(event);
    });
    const channel = `${prefix}inbox:${randomBytes(12).toString('base64url')}`;
    this.inbox = new Inbox(connector, { channel, clock, random });
  }

  get isUsed(): boolean {
    return this.#listeners.size > 0;
  }

  /** Tells `listener` of the connection, until the function is called that this gives. */
  use(listener: (event: EngineEvent) => void): () => void {
    // Wrapped, so that one function may listen twice.
    const own = (event: EngineEvent): void => listener(event);
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  async close(): Promise<void> {
    this.inbox.close();
    await this.client.close(CLOSE_MS);
  }
}
