/** The tour: the service in processes of its own, thousands of clients in another, and a look at every promise. */
import type { Arguments } from '../arguments.ts';
import { Client } from './client.ts';
import { startFleet, type Fleet } from './fleet.ts';
import { BrokenPromise, Narrator } from './narrator.ts';
import { Stage } from './stage.ts';
import { deletion } from './steps/deletion.ts';
import { departure } from './steps/departure.ts';
import { figures } from './steps/figures.ts';
import { invalidation } from './steps/invalidation.ts';
import { isolation } from './steps/isolation.ts';
import { lockout } from './steps/lockout.ts';
import { outage } from './steps/outage.ts';
import { sessions } from './steps/sessions.ts';
import { stampede } from './steps/stampede.ts';
import { teamIndex } from './steps/team-index.ts';
import { updates } from './steps/updates.ts';

const STEPS = [
  stampede,
  updates,
  deletion,
  invalidation,
  outage,
  lockout,
  sessions,
  teamIndex,
  isolation,
  departure,
  figures,
];

/** False: a promise was broken, or the tour was interrupted, and it was said which. */
export async function runTour(given: Arguments): Promise<boolean> {
  const started = performance.now();
  const narrator = new Narrator();
  const interrupted = interruption();
  const fleet = await startFleet(given);
  console.log(introduction(given, fleet));
  const failure = await failureOf(() => Promise.race([visit(fleet, narrator), interrupted]));
  const broken = [failure, ...(await fleet.stop())].filter((what) => what !== undefined);
  if (broken.length > 0) {
    console.error(`\nBROKEN: ${broken.join('\n')}`);
    return false;
  }
  const seconds = ((performance.now() - started) / 1_000).toFixed(1);
  console.log(
    `\n${narrator.steps} steps, ${narrator.kept} promises kept, in ${seconds} s. The service stopped cleanly.`,
  );
  return true;
}

function introduction({ provider, latency }: Arguments, { processes }: Fleet): string {
  const places = processes.map(({ url }) => url).join(' and ');
  const where =
    processes.length === 1
      ? `in a process of its own at ${places}`
      : `in ${processes.length} processes on one database, which get requests in turn, at ${places}`;
  return `The service runs ${where}, on the provider '${provider}'; its queries take ${latency} ms.`;
}

async function visit({ processes }: Fleet, narrator: Narrator): Promise<void> {
  const [first, ...others] = processes;
  const clients = [
    await Client.connect(first.url),
    ...(await Promise.all(others.map(({ url }) => Client.connect(url)))),
  ] as const;
  for (const step of STEPS) await step(new Stage(clients, narrator));
  for (const client of clients) client.close();
}

/** Rejects when the process is told to stop: what was started is ended then. A second time the process ends at once. */
function interruption(): Promise<never> {
  const told = Promise.withResolvers<never>();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => told.reject(new BrokenPromise(`the tour was interrupted by ${signal}`)));
  }
  // Nobody waits for it before the service runs.
  told.promise.catch(() => undefined);
  return told.promise;
}

/** What went wrong: for a broken promise, which one, and otherwise where. */
async function failureOf(act: () => Promise<void>): Promise<string | undefined> {
  try {
    await act();
    return undefined;
  } catch (error) {
    return error instanceof BrokenPromise ? error.message : String((error as Error).stack);
  }
}
