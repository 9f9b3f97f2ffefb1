/** What a turn costs the server, by its own account: it works on the cores of its clients, so what it saves they get. */
import type { Connection } from '@cache/test-servers/connection';

/** Of a turn, in microseconds. */
export interface ServerCost {
  /** Inside commands. What a script calls is in the time of the script. */
  readonly commands: number;
  /** All the time of its process, in which it reads, parses and answers. */
  readonly processor: number;
  readonly calls: Readonly<Record<string, CommandCost>>;
}

interface CommandCost {
  readonly calls: number;
  readonly microseconds: number;
}

/** Commands that call others, whose time is theirs. */
const WRAPPERS = ['evalsha', 'eval', 'exec'];
/** Those of the measurement. */
const OWN: ReadonlySet<string> = new Set(['info', 'config|resetstat', 'config']);

/** What `turn` took, and what it cost the server. Nothing else may ask the server meanwhile. */
export async function withServerCost<Taken>(
  server: Connection,
  turn: () => Promise<Taken>,
): Promise<{ readonly taken: Taken; readonly cost: ServerCost }> {
  await server.send('CONFIG', 'RESETSTAT');
  const before = processorTime(String(await server.send('INFO', 'cpu')));
  const taken = await turn();
  const info = `${String(await server.send('INFO', 'cpu'))}${String(await server.send('INFO', 'commandstats'))}`;
  const calls = commandCosts(info);
  const wrapped = WRAPPERS.some((name) => calls[name] !== undefined);
  const counted = Object.entries(calls).filter(([name]) => !wrapped || WRAPPERS.includes(name));
  return {
    taken,
    cost: {
      commands: counted.reduce((sum, [, { microseconds }]) => sum + microseconds, 0),
      processor: processorTime(info) - before,
      calls,
    },
  };
}

function processorTime(info: string): number {
  return 1e6 * (numberIn(info, 'used_cpu_user') + numberIn(info, 'used_cpu_sys'));
}

function numberIn(info: string, field: string): number {
  return Number(new RegExp(`^${field}:([\\d.]+)`, 'm').exec(info)?.[1]);
}

function commandCosts(info: string): Readonly<Record<string, CommandCost>> {
  const lines = [...info.matchAll(/^cmdstat_([^:]+):calls=(\d+),usec=(\d+)/gm)];
  return Object.fromEntries(
    lines
      .filter(([, name]) => !OWN.has(name as string))
      .map(([, name, calls, usec]) => [name, { calls: Number(calls), microseconds: Number(usec) }]),
  );
}
