/** The thread that SQLite runs in, with the latency of a database that is reached over a network. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Answer, Question, Setup } from './messages.ts';
import { Tables } from './tables.ts';

/** The primary result code of SQLite for a broken constraint; what lies above the low byte says which one. */
const SQLITE_CONSTRAINT = 19;

const { seed, file, latency } = workerData as Setup;
const tables = new Tables(seed, file);

parentPort?.on('message', (question: Question) => {
  const answer = answerTo(question);
  // The query runs at once and its answer travels: so it can be outdated when it arrives, and answers overtake each other. That is what a
  // cache in front of a database has to cope with.
  if (latency === 0) send(answer);
  else setTimeout(send, latency * (0.5 + Math.random()), answer);
});

function send(answer: Answer): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  parentPort?.postMessage(answer);
}

function answerTo({ id, operation, args }: Question): Answer {
  try {
    const run = tables[operation] as (...given: readonly unknown[]) => unknown;
    return { id, status: 'done', value: run.apply(tables, args as unknown[]) };
  } catch (error) {
    const { message, errcode } = error as Error & { errcode?: number };
    return { id, status: ((errcode ?? 0) & 0xff) === SQLITE_CONSTRAINT ? 'refused' : 'failed', message };
  }
}
