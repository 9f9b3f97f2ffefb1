/** What the service and the thread of the database say to each other. */
import type { Seed, Tables } from './tables.ts';

/** What the thread is started with. */
export interface Setup {
  readonly seed: Seed;
  /** That the tables live in; `undefined`: in memory. */
  readonly file: string | undefined;
  /** Milliseconds that an answer is under way, on average. */
  readonly latency: number;
}

export type Operation = keyof Tables;

export interface Question {
  readonly id: number;
  readonly operation: Operation;
  readonly args: readonly unknown[];
}

export type Answer =
  | { readonly id: number; readonly status: 'done'; readonly value: unknown }
  | { readonly id: number; readonly status: 'refused' | 'failed'; readonly message: string };
