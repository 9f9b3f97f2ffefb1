/** Linearizability: whatever is called at once, the answers are those of some order. */
import { systemClock } from '../../clock.ts';
import type { EngineTraits } from '../../engine.ts';
import { createManager } from '../../manager.ts';
import type { Provider } from '../../provider.ts';
import { chaos, type Weather } from '../../testing/chaos.ts';
import { CacheSubject } from '../cache-subject.ts';
import { demand } from '../assert.ts';
import { engineOf, traitsOf } from '../engine-of.ts';
import type { Case, Group } from '../group.ts';
import type { Harness } from '../harness.ts';
import type { Value } from '../linearizability/cache-model.ts';
import { engineScene } from '../linearizability/engine-scene.ts';
import { TOLERANCE } from '../linearizability/recorder.ts';
import type { Scene } from '../linearizability/round.ts';
import { playRounds, type Rounds, type Setting } from '../linearizability/rounds.ts';
import type { ProviderCall } from '../../testing/intercept.ts';

/** A few times as long as a call takes, so that some leases run out. */
const LEASE_MS = 25;
/** The longest that a call stands still before its effect, and again before its answer. */
const DELAY_MS = 1.5;

type Build = (h: Harness, setting: Setting) => Promise<Scene>;

const rounds = (build: Build, options: Omit<Rounds, 'count'>): Case['run'] =>
  async function run(h) {
    const count = h.rounds;
    const summary = await playRounds((setting) => build(h, h.exactTime ? setting : inRealTime(setting, h)), {
      ...options,
      count,
    });
    for (const { seed, problems } of summary.failures) demand(false, `round ${seed}: ${problems.join('\n')}`);
    demand(
      summary.operations > 10 * summary.rounds,
      `only ${summary.operations} operations in ${summary.rounds} rounds`,
    );
  };

export const linearizability: Group = {
  name: 'linearizability',
  guarantee:
    'Everything that processes call at once on a key, slowed down, broken off and answered or not, has the outcome of some order of the calls; no overtaken load is stored or served.',
  cases: [
    { name: 'G2: recorded histories of engines are linearizable', run: rounds(throughEngines, { first: 1 }) },
    {
      name: 'G2: recorded histories of caches are linearizable',
      run: rounds(throughCaches, { first: 1_001 }),
    },
    {
      name: 'G4: recorded histories of loads and tag invalidations are linearizable',
      run: rounds(throughCaches, { first: 2_001, focus: 'tags' }),
    },
    {
      name: 'G4: recorded histories of loads and removals by term are linearizable',
      needs: ({ indexes }) => (indexes ? undefined : "the provider lacks the trait 'indexes'"),
      run: rounds(throughEngines, { first: 3_001, focus: 'terms' }),
    },
  ],
};

/** Engines, driven without a cache: all that engines can do. */
async function throughEngines(h: Harness, setting: Setting): Promise<Scene> {
  const { provider, calmDown } = troubled(h, setting);
  const space = `${h.unique('round')}:`;
  return engineScene(setting, {
    traits: traitsOf(provider),
    leaseMs: LEASE_MS,
    open: (context) => engineOf(provider, { ...context, space }),
    earlyMs: precisionOf(h, h.traits).earlyMs,
    calmDown,
  });
}

/** Caches as programs use them. */
async function throughCaches(h: Harness, setting: Setting): Promise<Scene> {
  const { provider, calmDown } = troubled(h, setting);
  const traits: EngineTraits = traitsOf(provider);
  const name = h.unique('round');
  const subjects = Array.from({ length: setting.processes }, () => {
    const manager = createManager({ providers: [provider], clock: setting.time, random: setting.random });
    return new CacheSubject(
      manager.cache<Value>(name, { ttl: 'forever', jitter: 0, lease: LEASE_MS, onFailure: 'throw' }),
    );
  });
  return {
    time: setting.time,
    subjects,
    precision: precisionOf(h, traits),
    indexes: false,
    scans: traits.scans,
    orderedInvalidation: traits.orderedInvalidation,
    calmDown,
  };
}

/** A provider of the round's own, behind a slow and sometimes faulty way, until it is calmed down. */
function troubled(
  h: Harness,
  { time, random, isTroubled, isUnsteady }: Setting,
): { readonly provider: Provider; readonly calmDown: () => void } {
  let isCalm = false;
  const forecast = (call: ProviderCall): Weather | undefined => {
    if (isCalm) return undefined;
    const isPause = random() < (isUnsteady ? 0.06 : 0.02);
    const delay = random() * DELAY_MS * (isPause ? 10 + random() * 30 : 1);
    const chance = isTroubled && !QUIET.has(call.method) ? random() : 1;
    return { delay, fault: chance < 0.005 ? 'fail' : chance < 0.025 ? 'lose' : undefined };
  };
  return {
    provider: chaos(h.fresh(), forecast, time),
    calmDown: () => {
      isCalm = true;
    },
  };
}

/** Background calls whose loss only makes a lease end of itself: a round could wait for that, and would show nothing by it. */
const QUIET: ReadonlySet<string> = new Set(['release', 'extend']);

/** How early, and how late, an entry may be found expired. A client's clock and the server's do not tick together. */
function precisionOf(h: Harness, traits: EngineTraits): Scene['precision'] {
  const slack = h.exactTime ? TOLERANCE : 5;
  return { earlyMs: slack, lateMs: traits.expiryPrecisionMs + slack };
}

/** The round in real time, for a provider whose server has its own clock. */
function inRealTime(setting: Setting, h: Harness): Setting {
  const clock = systemClock();
  return {
    ...setting,
    time: {
      now: () => clock.now(),
      recent: () => clock.now(),
      elapsed: () => clock.elapsed(),
      after: (ms, callback) => clock.after(ms, callback),
      sleep: (ms) => h.pass(ms),
      run: (work) => work,
    },
  };
}
