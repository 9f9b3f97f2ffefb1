/** The user of the README, as a line of an ACL file. */
import { readFileSync } from 'node:fs';

/** What the caches of that user set before their keys and channels, and how it is let in. */
export const README_USER = { prefix: 'shop:', username: 'app', password: 'secret' } as const;

const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

/** What may be done by a user who needs no Cluster, or by one who does. */
export function readmeUser({ onCluster }: { readonly onCluster: boolean }): string {
  const line = /^user app on >secret ~\?:\{shop:\* &shop:inbox:\* .*$/m.exec(README)?.[0];
  if (line === undefined) throw new Error('the README shows no user');
  if (!line.endsWith(' +cluster')) throw new Error('the README shows no user for a Cluster');
  return onCluster ? line : line.replace(' +cluster', '');
}
