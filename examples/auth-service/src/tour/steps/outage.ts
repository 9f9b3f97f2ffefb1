import type { Span } from '../../probe.ts';
import type { Reply } from '../client.ts';
import { allAtOnce, countOf, type Stage } from '../stage.ts';

const TOGETHER = 500;
const WAVE = 10;
/** Failing queries that the waves go on for. */
const FAILURES = 10;

export async function outage(stage: Stage): Promise<void> {
  const { narrator, client } = stage;
  const ask = (): Promise<Reply> => client.get('/users/user-45');
  narrator.step('A database that fails');

  narrator.say(`${TOGETHER} requests wait for one query, and it fails.`);
  await stage.outage(true);
  const together = await stage.growth(async () => {
    const { replies } = await stage.together('user-45', TOGETHER, ask);
    narrator.figure('requests that were told so, with status 503', countOf(replies, 503), TOGETHER);
  });
  narrator.figure('queries', together.queries, 1);

  narrator.say(`More arrive all the time, ${WAVE} at once, while one query after the other fails.`);
  const waves: Promise<Reply>[] = [];
  const staggered = await stage.growth(async () => {
    const failures = 1 + FAILURES;
    await stage.until('user-45', 'enough queries have failed', ({ ended }) => {
      const enough = ended.length >= failures;
      if (!enough) for (let n = 0; n < WAVE; n++) waves.push(ask());
      return enough;
    });
    await Promise.all(waves);
  });
  narrator.figure('requests that were told so', countOf(await Promise.all(waves), 503), waves.length);
  narrator.atLeast('queries, as a failure is not stored', staggered.queries, FAILURES);
  narrator.atLeast('requests that shared the failure of another', staggered.joins, 1);
  narrator.figure(
    'requests that neither asked the database nor shared an answer',
    // One that waited, looked again and then asked is counted twice.
    Math.max(0, waves.length - staggered.queries - staggered.joins),
    0,
  );
  narrator.figure('most queries at once', mostAtOnce((await stage.sighting('user-45')).ended), 1);
  narrator.figure('status of /health', (await client.get('/health')).status, 503);

  narrator.say('The database recovers.');
  await stage.outage(false);
  const recovery = await stage.growth(async () => {
    narrator.figure('requests with the profile', countOf(await allAtOnce(WAVE, ask), 200), WAVE);
  });
  narrator.figure('queries', recovery.queries, 1);
}

/** Of the spans, some began while others had not ended. */
function mostAtOnce(spans: readonly Span[]): number {
  return Math.max(
    ...spans.map(({ from }) => spans.filter((span) => span.from <= from && from < span.to).length),
  );
}
