/** All groups of the kit, from the simplest promise to the hardest. */
import type { Group } from './group.ts';
import { abort } from './promises/abort.ts';
import { absence } from './promises/absence.ts';
import { badInput } from './promises/bad-input.ts';
import { batches } from './promises/batches.ts';
import { close } from './promises/close.ts';
import { codecs } from './promises/codecs.ts';
import { conditions } from './promises/conditions.ts';
import { counters } from './promises/counters.ts';
import { events } from './promises/events.ts';
import { expiry } from './promises/expiry.ts';
import { faults } from './promises/faults.ts';
import { fencing } from './promises/fencing.ts';
import { indexesGroup } from './promises/indexes.ts';
import { isolation } from './promises/isolation.ts';
import { keys } from './promises/keys.ts';
import { leases } from './promises/leases.ts';
import { limits } from './promises/limits.ts';
import { linearizability } from './promises/linearizability.ts';
import { lostReplies } from './promises/lost-replies.ts';
import { metadata } from './promises/metadata.ts';
import { middleware } from './promises/middleware.ts';
import { migrations } from './promises/migrations.ts';
import { namespaces } from './promises/namespaces.ts';
import { nesting } from './promises/nesting.ts';
import { patterns } from './promises/patterns.ts';
import { schemas } from './promises/schemas.ts';
import { singleFlight } from './promises/single-flight.ts';
import { tags } from './promises/tags.ts';
import { traits } from './promises/traits.ts';
import { update } from './promises/update.ts';
import { values } from './promises/values.ts';

export const GROUPS: readonly Group[] = [
  traits,
  absence,
  values,
  codecs,
  schemas,
  migrations,
  keys,
  isolation,
  expiry,
  conditions,
  singleFlight,
  leases,
  fencing,
  nesting,
  update,
  counters,
  batches,
  indexesGroup,
  tags,
  patterns,
  limits,
  metadata,
  namespaces,
  abort,
  close,
  events,
  middleware,
  badInput,
  faults,
  lostReplies,
  linearizability,
];
