/** Every script of the engine, by the step it is. */
import { scriptOf, type Script } from './script.ts';
import * as groups from './scripts/groups.ts';
import * as keys from './scripts/keys.ts';
import * as loads from './scripts/loads.ts';
import * as reads from './scripts/reads.ts';

export const ACQUIRE: Script = scriptOf('acquire', loads.acquire);
export const EXTEND: Script = scriptOf('extend', loads.extend);
export const COMMIT: Script = scriptOf('commit', loads.commit);
export const RELEASE: Script = scriptOf('release', loads.release);

export const SET: Script = scriptOf('set', keys.set);
export const WRITE: Script = scriptOf('write', keys.write);
export const REMOVE: Script = scriptOf('remove', keys.remove);
export const COUNT: Script = scriptOf('count', keys.count);
export const TOUCH: Script = scriptOf('touch', keys.touch);
export const EXPIRE: Script = scriptOf('expire', keys.expire);
export const EDIT_TERMS: Script = scriptOf('edit-terms', keys.editTerms);

export const READ: Script = scriptOf('read', reads.read);
export const READ_ALL: Script = scriptOf('read-all', reads.readAll);
export const ARE_FRESH: Script = scriptOf('are-fresh', reads.areFresh);
export const LOOK_UP: Script = scriptOf('look-up', reads.lookUp);
export const MEMBERS: Script = scriptOf('members', reads.members);
export const USE: Script = scriptOf('use', reads.use);

export const INVALIDATE_TAGS: Script = scriptOf('invalidate-tags', groups.invalidateTags);
export const CLEAR: Script = scriptOf('clear', groups.clear);
export const CLEARED: Script = scriptOf('cleared', groups.cleared);
export const REMOVE_TERM: Script = scriptOf('remove-term', groups.removeTerm);
export const REAP_TERM: Script = scriptOf('reap-term', groups.reapTerm);
export const FENCE: Script = scriptOf('fence', groups.fence);
export const REAP: Script = scriptOf('reap', groups.reap);
export const OPEN: Script = scriptOf('open', groups.open);
export const OWED: Script = scriptOf('owed', groups.owed);
export const SWEPT: Script = scriptOf('swept', groups.swept);
