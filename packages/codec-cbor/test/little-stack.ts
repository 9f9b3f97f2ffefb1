/** Run in a thread with little stack: encodes and decodes what it is sent, and tells what came of it. */
import { parentPort } from 'node:worker_threads';
import { cborCodec } from '../src/index.ts';

export type Task = { readonly wrap: keyof typeof WRAPS } | { readonly bytes: Uint8Array };

const context = { cache: '', space: '', key: '', schemaVersion: 0 };

export const WRAPS = {
  arrays: (value: unknown): unknown => [value],
  objects: (value: unknown): unknown => ({ a: value }),
  maps: (value: unknown): unknown => new Map([[value, 1]]),
  'objects without a prototype': (value: unknown): unknown => ({ __proto__: null, a: value }),
} as const;

parentPort?.on('message', (task: Task) => {
  parentPort?.postMessage(outcomeOf(task), []);
});

/** What is decoded, or why nothing is. */
function outcomeOf(task: Task): unknown {
  try {
    return 'bytes' in task ? cborCodec.decode(task.bytes, context) : throughBytes(task.wrap);
  } catch (error) {
    const { message, cause } = error as Error;
    return cause instanceof Error ? cause.message : message;
  }
}

/** How deep a value of 2,000 levels is when it comes back, if its bytes are what they were. */
function throughBytes(wrap: keyof typeof WRAPS): number {
  let value: unknown = {};
  for (let level = 1; level < 2_000; level++) value = WRAPS[wrap](value);
  const bytes = cborCodec.encode(value, context);
  let read = cborCodec.decode(bytes, context);
  let levels = 0;
  for (; typeof read === 'object'; levels++)
    read = read instanceof Map ? [...read.keys()][0] : Object.values(read as object)[0];
  return levels;
}
