/** One Lua script: sent by its digest, and by its text to a server that does not know it yet. */
import { createHash } from 'node:crypto';
import { messageOf } from './failures.ts';
import type { Argument, Client, Reply } from './port.ts';

export interface Script {
  /** For messages and the count of round trips. */
  readonly name: string;
  readonly source: string;
  readonly digest: string;
}

export function scriptOf(name: string, source: string): Script {
  return { name, source, digest: createHash('sha1').update(source).digest('hex') };
}

/** Runs scripts. A server that says that it does not know one has executed nothing, and is told its text by one call alone. */
export class ScriptRunner {
  readonly #client: Client;
  /** The calls that tell a server the text of a script, by its digest. */
  readonly #telling = new Map<string, Promise<unknown>>();

  constructor(client: Client) {
    this.#client = client;
  }

  /** Runs `script` in the slot of `keys`, all of which it may touch. */
  async run(script: Script, keys: readonly string[], args: readonly Argument[]): Promise<Reply> {
    const rest = [keys.length, ...keys, ...args];
    const byDigest = [script.digest, ...rest];
    try {
      return await this.#client.send('EVALSHA', byDigest);
    } catch (error) {
      if (!isUnknownScript(error)) throw error;
    }
    const telling = this.#telling.get(script.digest);
    if (telling !== undefined) {
      await telling.catch(() => undefined);
      try {
        return await this.#client.send('EVALSHA', byDigest);
      } catch (error) {
        // It was another server of the Cluster that was told.
        if (!isUnknownScript(error)) throw error;
      }
    }
    const answer = this.#client.send('EVAL', [script.source, ...rest]);
    this.#telling.set(script.digest, answer);
    try {
      return await answer;
    } finally {
      if (this.#telling.get(script.digest) === answer) this.#telling.delete(script.digest);
    }
  }
}

function isUnknownScript(error: unknown): boolean {
  return messageOf(error).startsWith('NOSCRIPT');
}
