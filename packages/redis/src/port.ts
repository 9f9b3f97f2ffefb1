/**
 * The client port: the little that this package asks of a client library, so that another one can be put in the place of ioredis. This
 * file imports nothing.
 */

/** What a command is given. Text goes as UTF-8. */
export type Argument = string | Uint8Array | number;

/** What a command answers. Texts come as the bytes they are; an error reply is a rejection. */
export type Reply = Buffer | number | null | readonly Reply[];

/** Sends commands to one server. */
export interface Node {
  send(command: string, args: readonly Argument[]): Promise<Reply>;
}

/** A deployment that answers: one server, the master that Sentinels name, or the masters of a Cluster. */
export interface Client extends Node {
  /**
   * Sends a command to the master that has the slot of its keys, once: when the connection dies before the reply came, it rejects and does
   * not send the command again. Commands for one slot are executed in the order in which they were sent, as long as none is redirected.
   */
  send(command: string, args: readonly Argument[]): Promise<Reply>;
  /** Whether commands can be sent now. */
  readonly isReady: boolean;
  /** As long as it stays the same, the commands that were sent meanwhile have not left this process: whoever joins one is not too late. */
  readonly turn: number;
  /** Keys are spread over several masters. */
  readonly isCluster: boolean;
  /** Every master. */
  masters(): readonly Node[];
  /** Ends its connections, after the commands that are under way or `withinMs` at the latest. A second call does nothing. */
  close(withinMs: number): Promise<void>;
}

/** A connection that only listens. */
export interface Subscriber {
  /** Ends the connection. A second call does nothing. */
  close(): void;
}

export interface Subscription {
  readonly channel: string;
  readonly onMessage: (message: Buffer) => void;
  /** Whether the channel is subscribed now. What was published before it was, or in between, is lost. */
  readonly onListening: (listens: boolean) => void;
}

/** How a library connects. */
export interface Connector {
  /** What an operator may read: hosts and ports, never a secret. */
  readonly address: string;
  /** Begins to connect. `onState` hears of every change: without an error when commands can be sent, else with it or the reason. */
  connect(onState: (state: 'up' | 'down', error?: unknown) => void): Client;
  /** Opens one more connection, for messages. */
  subscribe(subscription: Subscription): Subscriber;
}
