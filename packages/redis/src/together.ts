/** The commands of one turn go to the socket in one piece: a write to the system costs as much as the rest of a command. */
import type { Cluster, Redis } from 'ioredis';

/** A client of ioredis as far as its sockets go. */
type Sockets = Pick<Redis, 'stream'> | Pick<Cluster, 'nodes'>;

export class Together {
  readonly #client: Sockets;
  #isGathering = false;
  #turn = 0;

  constructor(client: Sockets) {
    this.#client = client;
  }

  /** While it stands, the commands that were sent meanwhile have not left yet. */
  get turn(): number {
    if (!this.#isGathering) this.#turn += 1;
    return this.#turn;
  }

  /** Call it before each command. What is sent until this turn ends leaves when it ends. */
  gather(): void {
    if (this.#isGathering) return;
    const streams = this.#streams();
    if (streams.length === 0) return;
    this.#isGathering = true;
    for (const stream of streams) stream.cork();
    // After the microtasks: whoever goes on with one reply sends the next command in the same turn.
    process.nextTick(() => {
      this.#isGathering = false;
      this.#turn += 1;
      for (const stream of streams) stream.uncork();
    });
  }

  // A stream is not there before the first attempt to connect.
  #streams(): readonly Redis['stream'][] {
    const clients = 'nodes' in this.#client ? this.#client.nodes('master') : [this.#client];
    return clients
      .map(({ stream }) => stream as Redis['stream'] | undefined)
      .filter((stream) => stream !== undefined);
  }
}
