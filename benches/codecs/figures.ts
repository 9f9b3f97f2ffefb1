/** What is kept of the question. */
import type { Spread } from '../method/statistics.ts';
import type { SubjectName } from './subjects.ts';
import type { ValueForm } from './values.ts';

/** One subject and one form of values. */
export interface CodecFigures {
  readonly subject: SubjectName;
  readonly form: ValueForm;
  /** The mean length of what was written. */
  readonly bytes: number;
  readonly encode: Cost;
  readonly decode: Cost;
}

export interface Cost {
  /** Per value, by the clock. */
  readonly ns: Spread;
  /** Against the bare library, round by round. */
  readonly ratio: Spread;
  /** Nanoseconds of the processor, all rounds together, and those against the bare library. */
  readonly userNs: number;
  readonly userRatio: number;
}
