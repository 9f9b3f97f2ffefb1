import type { CacheStats } from '@cache/core';
import { inWords } from '../narrator.ts';
import { sum, type Stage } from '../stage.ts';

export async function figures(stage: Stage): Promise<void> {
  const { narrator, client } = stage;
  narrator.step('What the service says of itself');
  const health = await client.get('/health');
  const { status } = health.body as { status: string };
  narrator.figure('status of /health', health.status, 200);
  narrator.fact(`it says '${status}'`, status === 'ok');
  const stats = await stage.stats();
  const users = stats.map(({ caches }) => caches['users'] as CacheStats);
  const queries = sum(stats, (one) => one.queries['findUser']);
  const all = (name: 'hits' | 'misses' | 'joins' | 'loads' | 'loadErrors' | 'overtaken'): number =>
    sum(users, (one) => one[name]);
  const [hits, misses, loads, loadErrors] = [all('hits'), all('misses'), all('loads'), all('loadErrors')];
  // What is counted is each process's own; what is stored is everybody's.
  const entries = users[0]?.entries;
  narrator.say(
    `${inWords(hits)} hits, ${inWords(misses)} misses; ${inWords(all('joins'))} times a look-up waited for the load of another.`,
  );
  narrator.say(
    `${inWords(loads)} loads, ${inWords(loadErrors)} that failed or were given up, ${inWords(all('overtaken'))} overtaken; ${entries === undefined ? 'nobody counts the' : inWords(entries)} entries.`,
  );
  const rates = users.map(({ hitRate }) => `${(hitRate * 100).toFixed(1)} %`).join(' and ');
  narrator.fact(
    `hit rate ${rates}: hits / (hits + misses)`,
    users.every((one) => Math.abs(one.hitRate - one.hits / (one.hits + one.misses)) < 1e-9),
  );
  narrator.figure('queries the database counted, one for each of these loads', queries, loads + loadErrors);
  narrator.fact('not one look-up in fifty cost a query', queries * 50 < hits + misses);
}
