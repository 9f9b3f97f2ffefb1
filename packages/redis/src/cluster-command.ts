/** A command to a Cluster of ioredis of which it is known whether any node may have executed it. */
import { Command, type Cluster } from 'ioredis';
import type { Argument, Reply } from './port.ts';

/** What a node says that has not executed a command. */
const REDIRECTED = /^(MOVED|ASK|TRYAGAIN|CLUSTERDOWN)\b/;

/**
 * Sends it to the node that has the slot of its keys. The error of a lost connection is the same whether the command was on its way or only
 * waited for the connection to stand, which it does not while a failed master has no successor: so the writing itself is watched.
 */
export function sendToCluster(cluster: Cluster, name: string, args: readonly Argument[]): Promise<Reply> {
  const command = new Command(name, args as (string | Buffer | number)[], { replyEncoding: null });
  let isOut = false;
  const write = command.toWritable.bind(command);
  command.toWritable = (socket) => {
    isOut = true;
    return write(socket);
  };
  const reply = cluster.sendCommand(command) as Promise<Reply>;
  // By now the Cluster has put its own handling of errors here, which sends the command to another node.
  const handle = command.reject;
  command.reject = (error) => {
    if (REDIRECTED.test(error.message)) isOut = false;
    handle.call(command, error);
  };
  return reply.catch((error: unknown) => {
    if (isOut || !(error instanceof Error)) throw error;
    throw new Error(`not connected: ${error.message}`, { cause: error });
  });
}
