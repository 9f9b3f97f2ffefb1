/** A scene of engines that share their entries, one for each process. */
import type { Engine, EngineTraits, MaybePromise } from '../../engine.ts';
import { createIds } from '../../ids.ts';
import type { OpenContext } from '../../provider.ts';
import { EngineSubject } from './engine-subject.ts';
import { TOLERANCE } from './recorder.ts';
import type { Scene } from './round.ts';
import type { Setting } from './rounds.ts';
import type { Subject } from './subject.ts';

export interface EngineSceneOptions {
  readonly traits: EngineTraits;
  /** Opens the engine of one process: each on the same entries. */
  readonly open: (context: OpenContext) => MaybePromise<Engine>;
  /** The leases of this scene. A few times as long as a call takes, so that some run out. */
  readonly leaseMs: number;
  /** How long before its time an entry may be found expired, where clocks differ. Default: 0. */
  readonly earlyMs?: number;
  readonly calmDown?: Scene['calmDown'];
  readonly inspect?: Scene['inspect'];
  /** What drives an engine. */
  readonly driver?: new (...options: ConstructorParameters<typeof EngineSubject>) => Subject;
}

export async function engineScene(
  { time, random, processes }: Setting,
  options: EngineSceneOptions,
): Promise<Scene> {
  const { traits, open, leaseMs, earlyMs = 0, driver: Driver = EngineSubject } = options;
  const { holds, indexes, scans, orderedInvalidation, expiryPrecisionMs } = traits;
  const nextId = createIds();
  const context: OpenContext = {
    cache: 'round',
    space: 'round:',
    routeOf: undefined,
    deadline: Infinity,
    clock: time,
    random,
    report: () => {},
  };
  const subjects: Subject[] = [];
  for (let process = 0; process < processes; process += 1) {
    subjects.push(new Driver({ engine: await open(context), holds, clock: time, nextId, leaseMs }));
  }
  return {
    time,
    subjects,
    precision: { earlyMs: earlyMs + TOLERANCE, lateMs: expiryPrecisionMs + TOLERANCE },
    indexes,
    scans,
    orderedInvalidation,
    ...(options.calmDown && { calmDown: options.calmDown }),
    ...(options.inspect && { inspect: options.inspect }),
  };
}
