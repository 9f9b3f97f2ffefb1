import type { CacheStats } from '@cache/core';
import { inWords } from '../narrator.ts';
import type { Stage } from '../stage.ts';

export async function figures(stage: Stage): Promise<void> {
  const { narrator, client } = stage;
  narrator.step('What the service says of itself');
  const health = await client.get('/health');
  const { status } = health.body as { status: string };
  narrator.figure('status of /health', health.status, 200);
  narrator.fact(`it says '${status}'`, status === 'ok');
  const stats = await stage.stats();
  const users = stats.caches['users'] as CacheStats;
  const queries = stats.queries['findUser'] ?? 0;
  const { hits, misses, hitRate, joins, loads, loadErrors, overtaken, entries } = users;
  narrator.say(`${inWords(hits)} hits, ${inWords(misses)} misses; ${inWords(joins)} look-ups shared a load.`);
  narrator.say(
    `${inWords(loads)} loads, ${inWords(loadErrors)} that failed or were given up, ${inWords(overtaken)} overtaken; ${entries === undefined ? 'nobody counts the' : inWords(entries)} entries.`,
  );
  narrator.fact(
    `hit rate ${(hitRate * 100).toFixed(1)} %: hits / (hits + misses)`,
    Math.abs(hitRate - hits / (hits + misses)) < 1e-9,
  );
  narrator.figure('queries the database counted, one for each of these loads', queries, loads + loadErrors);
  narrator.fact('not one look-up in fifty cost a query', queries * 50 < hits + misses);
}
