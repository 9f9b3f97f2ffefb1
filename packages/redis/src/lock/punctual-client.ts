/** A client on which every command ends in time. */
import type { Clock } from '@cache/core';
import type { Argument, Client, Node, Reply } from '../port.ts';

/** A client that is given may wait for a reply for ever. The command may still be executed, as after any reply that is lost. */
export class PunctualClient implements Client {
  readonly #client: Client;
  readonly #clock: Clock;
  readonly #deadline: number;

  constructor(client: Client, { clock, deadline }: { readonly clock: Clock; readonly deadline: number }) {
    this.#client = client;
    this.#clock = clock;
    this.#deadline = deadline;
  }

  get isReady(): boolean {
    return this.#client.isReady;
  }

  get isCluster(): boolean {
    return this.#client.isCluster;
  }

  get turn(): number {
    return this.#client.turn;
  }

  masters(): readonly Node[] {
    return this.#client.masters();
  }

  send(command: string, args: readonly Argument[]): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const cancel = this.#clock.after(this.#deadline, () =>
        reject(new Error(`Command timed out: no reply within ${this.#deadline} ms`)),
      );
      this.#client.send(command, args).then(resolve, reject).finally(cancel);
    });
  }

  close(withinMs: number): Promise<void> {
    return this.#client.close(withinMs);
  }
}
