/** The smallest correct Store: a Map, five primitives, no dependencies. What a provider of your own has to do, in one screen. */
import type { StoreProvider, OpenContext } from '../provider.ts';
import type { FoundRecord, RecordCondition, Store } from '../store.ts';

/** Entries in one Map of this process; everything opened on the same provider shares them. */
export function simpleStore(): StoreProvider {
  const records = new Map<string, FoundRecord>();
  return {
    kind: 'store',
    name: 'simple',
    traits: {
      holds: 'values',
      scope: 'process',
      durable: false,
      expiryPrecisionMs: 0,
      clockSkewMs: 0,
      scans: true,
      judgesBefore: true,
    },
    open: (context) => openStore(records, context),
  };
}

function openStore(records: Map<string, FoundRecord>, { clock }: OpenContext): Store {
  /** The record of `key`. Whatever has expired goes here, so that it is absent for every primitive. */
  const find = (key: string): FoundRecord | undefined => {
    const record = records.get(key);
    if (record === undefined || record.expiresAt > clock.now()) return record;
    records.delete(key);
    return undefined;
  };
  const holds = (key: string, when: RecordCondition | undefined): boolean =>
    when === undefined || (when === 'absent' ? find(key) === undefined : find(key)?.version === when.version);

  return {
    get: find,
    put(key, { version, data }, { expiresAt, when, before = Infinity }) {
      if (clock.now() >= before || !holds(key, when)) return false;
      records.set(key, { version, data, expiresAt });
      return true;
    },
    delete(key, { when }) {
      if (!holds(key, when)) return false;
      return find(key) !== undefined && records.delete(key);
    },
    scan: (prefix) => [
      [...records.keys()].filter((key) => key.startsWith(prefix) && find(key) !== undefined),
    ],
    close: () => {},
  };
}
