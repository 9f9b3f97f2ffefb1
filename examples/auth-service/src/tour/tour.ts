/** The tour: the service in one process, thousands of clients in another, and a look at every promise. */
import type { Arguments } from '../arguments.ts';
import { Client } from './client.ts';
import { BrokenPromise, Narrator } from './narrator.ts';
import { startServiceProcess } from './service-process.ts';
import { Stage } from './stage.ts';
import { deletion } from './steps/deletion.ts';
import { departure } from './steps/departure.ts';
import { figures } from './steps/figures.ts';
import { invalidation } from './steps/invalidation.ts';
import { isolation } from './steps/isolation.ts';
import { lockout } from './steps/lockout.ts';
import { outage } from './steps/outage.ts';
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
  teamIndex,
  isolation,
  departure,
  figures,
];

/** False: a promise was broken, and it was said which. */
export async function runTour({ provider, latency }: Arguments): Promise<boolean> {
  const started = performance.now();
  const narrator = new Narrator();
  const service = await startServiceProcess(provider, latency);
  console.log(
    `The service runs in a process of its own at ${service.url}, on the provider '${provider}'; its queries take ${latency} ms.`,
  );
  const failure = await failureOf(async () => {
    const client = await Client.connect(service.url);
    for (const step of STEPS) await step(new Stage(client, narrator));
    client.close();
  });
  const broken = [failure, await service.stop()].filter((what) => what !== undefined);
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

/** What went wrong: for a broken promise, which one, and otherwise where. */
async function failureOf(act: () => Promise<void>): Promise<string | undefined> {
  try {
    await act();
    return undefined;
  } catch (error) {
    return error instanceof BrokenPromise ? error.message : String((error as Error).stack);
  }
}
