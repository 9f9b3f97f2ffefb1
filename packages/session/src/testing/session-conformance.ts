/** The kit, made ready for one provider. */
import { createManager, systemClock, type Manager, type Provider } from '@cache/core';
import { fakeClock, seededRandom, settle } from '@cache/core/testing';
import { createSessionManager } from '../manager.ts';
import type { SessionManagerOptions } from '../options.ts';
import {
  ABSOLUTE,
  IDLE,
  type KitData,
  type KitOptions,
  type KitSessions,
  type SessionCase,
  type SessionHarness,
  type SessionTraits,
} from './case.ts';
import { SESSION_CASES } from './session-cases.ts';

/** What the kit is told of the provider that it judges. */
export interface SessionConformanceOptions {
  /** Heads the list of cases. */
  readonly name: string;
  /** Gives a provider for one case, whose entries are nobody else's; cases use names of their own, so a server may serve them all. */
  readonly provider: () => Provider;
  /** Another process's way to the same entries. Default: the same provider, opened once more. */
  readonly peer?: ((provider: Provider) => Provider) | undefined;
  /** `'fake'` (default): the store goes by the clock it is given. `'server'`: it has a clock of its own. */
  readonly time?: 'fake' | 'server' | undefined;
  readonly isolation?: 'copy' | 'frozen' | undefined;
  /** How often a race is run. Default 20. */
  readonly rounds?: number | undefined;
  /** What is judged. Default: the session manager of this package. */
  readonly make?: ((options: SessionManagerOptions<KitData>) => KitSessions) | undefined;
}

/** One case, ready to run. */
export interface RunnableSessionCase {
  readonly id: string;
  readonly name: string;
  /** Why it is not run: `run` then does nothing. */
  readonly skipped: string | undefined;
  /** Resolves when the promise was kept; rejects with what was broken. */
  readonly run: () => Promise<void>;
}

/** The cases that judge sessions over a provider, for any runner. */
export function sessionConformance(options: SessionConformanceOptions): readonly RunnableSessionCase[] {
  const traits = traitsOf(options);
  return SESSION_CASES.map((each) => {
    const skipped = each.needs?.(traits);
    return {
      id: each.id,
      name: `${each.id}: ${each.name}`,
      skipped,
      run: () => (skipped === undefined ? runCase(each, traits, options) : Promise.resolve()),
    };
  });
}

function traitsOf({ provider, time = 'fake' }: SessionConformanceOptions): SessionTraits {
  const { kind, traits } = provider();
  return {
    limits: kind === 'engine' && traits.limits,
    bytes: traits.holds === 'bytes',
    exactTime: time === 'fake',
  };
}

async function runCase(
  each: SessionCase,
  traits: SessionTraits,
  options: SessionConformanceOptions,
): Promise<void> {
  const place = new Place(traits, options);
  try {
    await each.run(place);
  } catch (broken) {
    // What was broken first is what the case is about.
    await place.close().catch(() => undefined);
    throw broken;
  }
  await place.close();
  if (traits.exactTime && place.clock.pending > 0)
    throw new Error(`${place.clock.pending} timers were left when everything had been closed`);
}

class Place implements SessionHarness {
  readonly traits: SessionTraits;
  readonly rounds: number;
  readonly clock = fakeClock(systemClock().now());
  readonly random: () => number = seededRandom(1);
  readonly #options: SessionConformanceOptions;
  readonly #provider: Provider;
  readonly #opened: (KitSessions | Manager)[] = [];
  readonly #name: string = `kit-${crypto.randomUUID().slice(0, 8)}`;

  constructor(traits: SessionTraits, options: SessionConformanceOptions) {
    this.traits = traits;
    this.rounds = options.rounds ?? 20;
    this.#options = options;
    this.#provider = options.provider();
  }

  process(
    options: KitOptions = {},
    through: (provider: Provider) => Provider = (given) => given,
  ): KitSessions {
    const { peer, isolation = 'frozen', make = createSessionManager<KitData> } = this.#options;
    const provider = through(peer?.(this.#provider) ?? this.#provider);
    const manager = createManager({
      providers: [provider],
      ...(this.traits.exactTime && { clock: this.clock }),
      random: this.random,
    });
    const sessions = make({
      name: this.#name,
      secret: new Uint8Array(32).fill(7),
      policy: { idle: IDLE, absolute: ABSOLUTE },
      clock: this.clock,
      ...options,
      manager,
      // A circuit that a case has opened would close in real time.
      cache: { isolation, deadline: '10s', breaker: false },
    });
    // In this order they are closed.
    this.#opened.push(sessions, manager);
    return sessions;
  }

  async pass(ms: number): Promise<void> {
    await this.clock.pass(ms);
    await settle();
  }

  async close(): Promise<void> {
    for (const opened of this.#opened) await opened.close();
  }
}
