/** What the features of one open cache share. */
import type { Clock } from './clock.ts';
import type { Engine, EngineTraits } from './engine.ts';
import type { Events } from './events.ts';
import type { NextId } from './ids.ts';
import type { Settings } from './options.ts';
import type { Packing } from './packing.ts';
import type { Remote } from './remote.ts';
import type { Tally } from './tally.ts';

export interface Opened {
  readonly name: string;
  readonly provider: string;
  readonly engine: Engine;
  readonly traits: EngineTraits;
  readonly settings: Settings;
  readonly packing: Packing;
  readonly remote: Remote;
  readonly events: Events;
  readonly tally: Tally;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly nextId: NextId;
}
