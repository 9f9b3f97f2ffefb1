/** The files that the package ships, as they should be. */
import { join } from 'node:path';
import { alertRulesText } from '@cache/metrics/monitoring';

export const FOLDER: string = join(import.meta.dirname, '..', '..', 'src', 'monitoring', 'files');

/** By name. */
export function files(): ReadonlyMap<string, string> {
  return new Map([['cache.rules.yml', alertRulesText()]]);
}
