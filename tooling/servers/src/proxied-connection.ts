/** One connection through a proxy, and the two sockets that it is made of. */
import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { DelayLine } from './delay-line.ts';
import type { Client, Faults } from './faults.ts';
import { type Request, RequestReader } from './request-reader.ts';

export class ProxiedConnection implements Client {
  readonly id: number;
  readonly commands: ReadonlySet<string>;
  readonly #commands = new Set<string>();
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #faults: Faults;
  readonly #reader = new RequestReader();
  readonly #toServer: DelayLine;
  readonly #toClient: DelayLine;
  #losing: { readonly mark: string; readonly happened: () => void; seen: string } | undefined;
  /** What the client sends does not reach the server any more. */
  #deaf = false;
  /** What the server sends does not reach the client any more, its end included. */
  #mute = false;

  /** Both sockets allow half-open connections, so that the end of one direction is passed on as such. */
  constructor(id: number, client: Socket, server: Socket, faults: Faults, closed: () => void) {
    this.id = id;
    this.commands = this.#commands;
    this.#client = client;
    this.#server = server;
    this.#faults = faults;
    this.#toServer = new DelayLine(() => faults.isBlocked('requests', this));
    this.#toClient = new DelayLine(() => faults.isBlocked('replies', this));

    client.on('data', (chunk: Buffer) => this.#fromClient(chunk));
    client.on('end', () => {
      // Of a half-open connection, nobody else will end the other direction.
      if (this.#mute) client.end();
      this.#pass('requests', () => server.end());
    });
    client.on('close', () => this.#pass('requests', () => server.destroy()));

    server.on('data', (chunk: Buffer) => this.#fromServer(chunk));
    server.on('end', () => {
      if (!this.#mute) this.#pass('replies', () => client.end());
    });
    server.on('close', () => {
      if (!this.#mute) this.#pass('replies', () => client.destroy());
    });

    for (const socket of [client, server]) {
      socket.setNoDelay(true);
      socket.on('error', () => this.reset()); // what breaks on one side breaks on the other
      socket.on('close', () => {
        if (client.destroyed && server.destroyed) closed();
      });
    }
  }

  /** Ends it at once on both sides with RST: the client sees ECONNRESET. */
  reset(): void {
    this.#abandon();
    for (const socket of [this.#client, this.#server]) {
      if (socket.remoteAddress === undefined) socket.destroy(); // a unix socket has no RST
      else socket.resetAndDestroy();
    }
  }

  /** Ends it at once on both sides with FIN: the client sees the end of the stream. */
  close(): void {
    this.#abandon();
    // Not destroyed: the kernel makes an RST of that when there are bytes that nobody has read.
    this.#client.end();
    this.#server.end();
  }

  /** Ends it for the server alone. The client is not told: it may send, and is never answered. */
  halfOpen(): void {
    this.#abandon();
    this.#server.end();
  }

  /** Lets pass what a black hole had held back. */
  drain(): void {
    this.#toServer.drain();
    this.#toClient.drain();
  }

  #abandon(): void {
    this.#deaf = true;
    this.#mute = true;
    this.#toServer.clear();
    this.#toClient.clear();
  }

  #fromClient(chunk: Buffer): void {
    if (this.#deaf) return;
    for (const request of this.#reader.read(chunk)) {
      const known = request.command !== '';
      if (known) this.#commands.add(request.command);
      const loss = known ? this.#faults.takeLoss(request, this) : undefined;
      if (loss === undefined) {
        this.#forward(request.bytes);
      } else {
        this.#deaf = true;
        if (loss.direction === 'requests') this.#loseRequest(() => loss.happened());
        else this.#loseReply(request, () => loss.happened());
        return;
      }
    }
  }

  #fromServer(chunk: Buffer): void {
    const losing = this.#losing;
    if (this.#mute) return;
    if (losing === undefined) {
      this.#pass('replies', () => this.#client.write(chunk));
      return;
    }
    losing.seen = (losing.seen + chunk.toString('latin1')).slice(-2 * losing.mark.length - chunk.length);
    if (!losing.seen.includes(losing.mark)) return;
    this.close();
    losing.happened();
  }

  /** The client loses its connection; the server is left to do what it was asked before. */
  #loseRequest(happened: () => void): void {
    this.#mute = true;
    this.#client.end();
    this.#pass('requests', () => this.#server.end());
    happened();
  }

  /**
   * A reply to an earlier request may still be under way, so the next one need not be that of this request. A PING of our own follows the
   * request: once it is answered, the request was executed, and its reply has come and was not passed on.
   */
  #loseReply(request: Request, happened: () => void): void {
    const mark = randomUUID();
    this.#losing = { mark, happened, seen: '' };
    this.#forward(
      Buffer.concat([request.bytes, Buffer.from(`*2\r\n$4\r\nPING\r\n$${mark.length}\r\n${mark}\r\n`)]),
    );
  }

  #forward(bytes: Buffer): void {
    this.#pass('requests', () => this.#server.write(bytes));
  }

  #pass(direction: 'requests' | 'replies', deliver: () => void): void {
    const [line, to] =
      direction === 'requests' ? [this.#toServer, this.#server] : [this.#toClient, this.#client];
    line.enter(this.#faults.delayOf(direction, this), () => {
      if (to.writable) deliver();
    });
  }
}
