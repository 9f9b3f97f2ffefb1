/** What the benches of sessions tell. */
import type { Spread } from '../method/statistics.ts';

export interface SessionRateFigures {
  readonly place: 'memory' | 'redis';
  readonly subject: string;
  readonly operation: string;
  readonly inFlight: number;
  readonly rate: Spread;
  /** Of the rate against the first of the same place, operation and depth, round by round. */
  readonly ratio: Spread;
}

export interface TripFigures {
  readonly operation: string;
  /** The commands of each round trip. */
  readonly trips: readonly (readonly string[])[];
}

export interface SessionFootprintFigures {
  readonly what: string;
  /** Bytes that the server's memory grew by, for each session. */
  readonly each: number;
}

export interface CodeFigures {
  readonly what: string;
  readonly files: number;
  /** That have code on them: no blank ones, and none of comments alone. */
  readonly lines: number;
  readonly functions: number;
  /** Cyclomatic, of all functions together, as oxlint counts it. */
  readonly complexity: number;
  /** Of the function that has most. */
  readonly most: number;
}
