/** What the features of one open cache share. */
import type { Clock } from './clock.ts';
import type { Engine, EngineTraits } from './engine.ts';
import type { Events } from './events.ts';
import type { NextId } from './ids.ts';
import type { Settings } from './options.ts';
import type { Packing } from './packing.ts';
import type { Remote } from './remote.ts';
import type { Tally } from './tally.ts';

/** An entry on its way from an older schema version into today's form. */
export interface Upgrade {
  /** What came of it. */
  readonly value: Promise<unknown>;
  /** Whether it was stored in the place of the old one. Never rejects. */
  readonly stored: Promise<boolean>;
}

/** What has turned out since the cache was opened. */
interface Known {
  /** The schema has accepted something that it made itself. */
  schemaTakesItsOwn: boolean;
}

export interface Opened {
  readonly name: string;
  readonly provider: string;
  readonly engine: Engine;
  readonly traits: EngineTraits;
  readonly settings: Settings;
  readonly packing: Packing;
  /** The engine holds bytes: what they hold is judged when it is read. What it holds as values was judged when it was written. */
  readonly judges: boolean;
  /** Entries on their way from an older schema version, by their version. */
  readonly upgrades: Map<string, Upgrade>;
  readonly known: Known;
  readonly remote: Remote;
  readonly events: Events;
  readonly tally: Tally;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly nextId: NextId;
}
