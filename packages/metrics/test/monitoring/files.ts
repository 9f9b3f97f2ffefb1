/** The files that the package ships, as they should be. */
import { join } from 'node:path';
import { alertRulesText, dashboards } from '@cache/metrics/monitoring';

export const FOLDER: string = join(import.meta.dirname, '..', '..', 'src', 'monitoring', 'files');

/** By name. */
export function files(): ReadonlyMap<string, string> {
  const drawn = [...dashboards()].map(
    ([name, json]) => [name, `${JSON.stringify(json, null, 2)}\n`] as const,
  );
  return new Map([['cache.rules.yml', alertRulesText()], ...drawn]);
}
