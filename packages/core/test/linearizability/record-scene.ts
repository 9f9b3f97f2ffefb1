/** A scene of record engines over one slow store, and a look at what they leave in it. */
import { engineScene } from '../../src/conformance/linearizability/engine-scene.ts';
import { EngineSubject } from '../../src/conformance/linearizability/engine-subject.ts';
import type { Scene } from '../../src/conformance/linearizability/round.ts';
import type { Setting } from '../../src/conformance/linearizability/rounds.ts';
import type { OpenContext, StoreProvider } from '../../src/provider.ts';
import { recordsAsBytes, recordsAsValues } from '../../src/record/form.ts';
import type { EntryRecord, IndexRecord } from '../../src/record/format.ts';
import { recordKeys } from '../../src/record/keys.ts';
import { recordEngine, recordEngineTraits } from '../../src/record/record-engine.ts';
import type { Store } from '../../src/store.ts';
import { simpleStore } from '../../src/testing/simple-store.ts';
import { slowStore } from '../../src/testing/slow-store.ts';

/** What a mutant may replace. */
export interface RecordParts {
  readonly recordEngine: typeof recordEngine;
  readonly simpleStore: () => StoreProvider;
  readonly EngineSubject: typeof EngineSubject;
}

const RECORD_PARTS: RecordParts = { recordEngine, simpleStore, EngineSubject };

/** A call to the store takes some milliseconds of simulated time: everything else is a small multiple of that. */
const LEASES_MS = [25, 25, 100];
const TIMING = { intentMs: 25, failureMs: 40, firstPollMs: 4, longestPollMs: 8 };

export function recordScene(setting: Setting, parts: RecordParts = RECORD_PARTS): Promise<Scene> {
  const { seed, time, random, isTroubled, isUnsteady } = setting;
  const simple = parts.simpleStore();
  const holds = seed % 8 === 5 ? 'bytes' : 'values';
  const slow = slowStore(
    { ...simple, traits: { ...simple.traits, holds } },
    {
      time,
      random,
      stepMs: 1.5,
      pauses: isUnsteady ? 0.06 : 0.02,
      lostReplies: isTroubled ? 0.02 : 0,
      refusals: isTroubled ? 0.005 : 0,
    },
  );
  let opened: OpenContext | undefined;
  return engineScene(setting, {
    traits: recordEngineTraits(slow.traits),
    leaseMs: LEASES_MS[seed % LEASES_MS.length] as number,
    driver: parts.EngineSubject,
    async open(context) {
      opened = context;
      return parts.recordEngine(await slow.open(context), slow.traits, context, TIMING);
    },
    calmDown: () => slow.calmDown(),
    async inspect() {
      if (opened === undefined) return [];
      return inspect(await simple.open(opened), opened, holds);
    },
  });
}

/** No lease, announcement or failure may be left; what an index lists is there, and what is there is listed. */
async function inspect(
  store: Store,
  { cache, space }: OpenContext,
  holds: 'bytes' | 'values',
): Promise<readonly string[]> {
  const keys = recordKeys(space);
  const form = holds === 'bytes' ? recordsAsBytes({ cache, space }) : recordsAsValues;
  const read = async (recordKey: string): Promise<unknown> => {
    const found = await store.get(recordKey);
    return found && form.unpack(found.data, recordKey);
  };
  const problems: string[] = [];
  for await (const page of store.scan(keys.entries)) {
    for (const recordKey of page) {
      const { entry } = (await read(recordKey)) as EntryRecord;
      if (entry === undefined) problems.push(`leak: ${recordKey} holds no entry`);
      for (const term of entry?.terms ?? []) {
        const index = (await read(keys.index(term))) as IndexRecord | undefined;
        const isListed = index?.members.has(keys.keyOf(recordKey));
        if (!isListed) problems.push(`hole: ${recordKey} is not listed under ${term}`);
      }
    }
  }
  for await (const page of store.scan(keys.index(''))) {
    for (const indexKey of page) {
      const term = indexKey.slice(keys.index('').length);
      const { members } = (await read(indexKey)) as IndexRecord;
      for (const key of members.keys()) {
        const record = (await read(keys.entry(key))) as EntryRecord | undefined;
        if (!record?.entry?.terms.includes(term)) problems.push(`leak: ${indexKey} lists ${key}`);
      }
    }
  }
  return problems;
}
