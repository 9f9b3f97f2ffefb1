/** The session manager, wrong in one way at a time. */

export interface SessionMutant {
  /** Completes "sessions that …". */
  readonly name: string;
  /** Of the case that must notice. */
  readonly id: string;
  /** Below `src/`. */
  readonly file: string;
  /** Text that occurs exactly once. */
  readonly find: string;
  readonly replace: string;
  /** What the case needs to tell: a store that goes by the clock of the case, or by its own. Default: its own. */
  readonly time?: 'fake';
}

/** In the place of a case: the interleavings of `schedules/`. */
export const SCHEDULES = 'schedules';

export const SESSION_MUTANTS: readonly SessionMutant[] = [
  // ── lifetimes ──
  {
    id: 'ASVS 7.3.2',
    name: 'last a millisecond longer than their absolute end',
    file: 'record.ts',
    find: 'if (now >= endsAt)',
    replace: 'if (now > endsAt)',
  },
  {
    id: 'ASVS 7.3.1',
    name: 'rest a millisecond longer than they may',
    file: 'record.ts',
    find: 'now >= seenAt + idle ?',
    replace: 'now > seenAt + idle ?',
  },
  {
    id: 'ASVS 7.3.1',
    name: 'are used without getting a longer life in the store',
    time: 'fake',
    file: 'changing.ts',
    find: 'entry(next, { ttl: leftOf(next, now) })',
    replace: 'entry(next, {})',
  },
  {
    id: 'ASVS 7.3.1',
    name: 'live shorter by chance',
    time: 'fake',
    file: 'opening.ts',
    find: 'jitter: 0,',
    replace: 'jitter: 0.9,',
  },
  {
    id: 'T26 idle',
    name: 'stay in the store after their end',
    time: 'fake',
    file: 'seating.ts',
    find: 'const ttl = leftOf(record, settings.clock.now());',
    replace: "const ttl = 'forever';",
  },
  {
    id: 'T45',
    name: 'go back in time when a clock is behind',
    file: 'changing.ts',
    find: 'now - record.seenAt < settings',
    replace: 'Math.abs(now - record.seenAt) < settings',
  },
  {
    id: 'T44',
    name: 'note every use',
    file: 'changing.ts',
    find: 'settings.times(record.profile).touchInterval\n      ? undefined',
    replace: '0\n      ? undefined',
  },
  {
    id: 'NIST 5.2',
    name: 'keep their absolute end when the subject authenticates again',
    file: 'changing.ts',
    find: 'endsAt: now + Math.min(times.absolute, longestAt(aal)),',
    replace: 'endsAt: record.endsAt,',
  },
  {
    id: 'NIST 2.3.3',
    name: 'last as long at level 3 as at any other',
    file: 'assurance.ts',
    find: 'return level === 3 ?',
    replace: 'return level > 3 ?',
  },
  {
    id: 'ASVS 7.6.1',
    name: 'outlive the session of the identity provider',
    file: 'creating.ts',
    find: 'longestAt(aal)), notAfter)',
    replace: 'longestAt(aal)), Infinity)',
  },
  {
    id: 'profiles',
    name: 'all last as long as the default says',
    file: 'creating.ts',
    find: 'const times = settings.times(profile);',
    replace: 'const times = settings.times(DEFAULT_PROFILE);',
  },

  // ── tokens ──
  {
    id: 'proof',
    name: 'open to whoever has the handle',
    file: 'record.ts',
    find: "if (isSameDigest(record.digest, digest)) return 'current';",
    replace: "if (record.digest !== digest || digest !== '') return 'current';",
  },
  {
    id: 'T35',
    name: 'take an old token for good after its grace',
    file: 'record.ts',
    find: 'if (now < graceEnds && isSameDigest',
    replace: 'if (isSameDigest',
  },
  {
    id: 'T35',
    name: 'take a request that was under way for a thief',
    file: 'record.ts',
    find: 'at + lateFor',
    replace: 'at',
  },
  {
    id: 'T35',
    name: 'go on although an old token was presented',
    file: 'admission.ts',
    find: 'if (!settings.revokesReuse) return;',
    replace: 'if (settings.revokesReuse) return;',
  },
  {
    id: 'T36',
    name: 'say nothing of an old token',
    file: 'admission.ts',
    find: "  listeners.emit('reuseDetected', { id, subject });\n",
    replace: '',
  },
  {
    id: 'T35',
    name: 'give a new token to each of those who rotate at once',
    file: 'changing.ts',
    find: "    if (verdict === 'in grace') return undefined;\n",
    replace: '',
  },
  {
    id: 'T35',
    name: 'log out parallel requests when the token turns',
    file: 'changing.ts',
    find: '...(grace > 0 && { previous: mark.digest }),',
    replace: '...(grace < 0 && { previous: mark.digest }),',
  },
  {
    id: 'T32',
    name: 'look at the beginning of a token alone',
    file: 'token.ts',
    find: '[\\w-]{68}$/',
    replace: '[\\w-]{68}/',
  },
  {
    id: 'T21',
    name: 'keep the proof when the token turns',
    file: 'token.ts',
    find: '${presented.slice(0, HANDLE_END)}${secret(PROOF_BYTES, random)}',
    replace: '${presented.slice(0, random.length > 9 ? HANDLE_END : undefined)}',
  },
  {
    id: 'T30',
    name: 'have an id that is part of the token',
    file: 'token.ts',
    find: '${handle.slice(0, ID_CHARACTERS)}`',
    replace: '${text.slice(3, 27)}${handle.slice(0, 0)}`',
  },
  {
    id: 'ASVS 16.2.5',
    name: 'show their token in JSON',
    file: 'token.ts',
    find: '  toJSON(): string {\n    return REDACTED;',
    replace: '  toJSON(): string {\n    return this.#text;',
  },
  {
    id: 'ASVS 16.2.5',
    name: 'show their token in a log',
    file: 'token.ts',
    find: 'value: () => REDACTED',
    replace: 'value: () => text',
  },
  {
    id: 'ASVS 16.2.5',
    name: 'keep part of the token in the store',
    file: 'creating.ts',
    find: '{ digest, ...session,',
    replace: '{ digest, ...session, profile: token.reveal().slice(27),',
  },
  {
    id: 'T42 late',
    name: 'believe what they read before the end of the rest',
    file: 'validating.ts',
    find: "lifeOf(record, started) === 'active'",
    replace: "lifeOf(record, started) !== 'active'",
  },
  {
    id: 'T42 sweep',
    name: 'take away what they once read as ended',
    file: 'admission.ts',
    find: 'record.endsAt !== ENDED && hasEnded(record, settings.clock.now())',
    replace: 'record.endsAt !== ENDED',
  },
  {
    id: 'flash late',
    name: 'give what an updater took that was not stored',
    file: 'changing.ts',
    find: 'return session === null ? undefined : taken;',
    replace: 'return taken;',
  },
  {
    id: 'SMCS strict mode',
    name: 'remove what is not there',
    file: 'admission.ts',
    find: "if (refusal === 'unknown') listeners",
    replace:
      "if (refusal === 'unknown') space.background('expire', cache.delete(id));\n  if (refusal === 'unknown') listeners",
  },
  {
    id: 'ASVS 16.2.5 subjects',
    name: 'have the name of their subject in their index',
    file: 'subjects.ts',
    find: "createHmac('sha256', ofSubjects).update(subject).digest('base64url').slice(0, ID_CHARACTERS);",
    replace: "(ofSubjects.type === 'secret' ? subject : '');",
  },
  {
    id: 'secret',
    name: 'are found by their token, and not by their subject, with another secret',
    file: 'subjects.ts',
    find: "fingerprintOf(keyFor('fingerprint'))",
    replace: "'fingerprint'",
  },

  // ── authentication ──
  {
    id: 'T33',
    name: 'leave the planted session when the subject logs in',
    file: 'authenticating.ts',
    find: '    await end(space, mark.id, old.subject);\n    return issued;',
    replace: '    return issued;',
  },
  {
    id: 'T34',
    name: 'keep all data when the subject logs in',
    file: 'authenticating.ts',
    find: "keep === 'all' ?",
    replace: "keep !== 'all' ?",
  },
  {
    id: 'log-in of another',
    name: 'give the data of one subject to the next',
    file: 'authenticating.ts',
    find: 'old.subject === null || old.subject === subject ? old.data : {}',
    replace: 'subject !== null ? old.data : {}',
  },
  {
    id: 'impersonation',
    name: 'rise although the subject is not there',
    file: 'changing.ts',
    find: 'return actor === undefined ? undefined :',
    replace: 'return actor !== null ? undefined :',
  },
  {
    id: 'told evict-lru',
    name: 'go for a limit without a word',
    file: 'opening.ts',
    find: "cause === 'limit' ? 'limit' : 'room'",
    replace: "'room'",
  },
  {
    id: 'ASVS 7.2.4',
    name: 'forget the password when the second factor is shown',
    file: 'changing.ts',
    find: 'new Set([...record.amr, ...methods])',
    replace: 'new Set(methods)',
  },
  {
    id: 'ASVS 7.2.4',
    name: 'keep the old token for a while when they rise',
    file: 'changing.ts',
    find: '...replaced(record, mark, next, now, 0),',
    replace: '...replaced(record, mark, next, now, 10_000),',
  },
  {
    id: 'NIST 5.1',
    name: 'have whatever level they are said to have',
    file: 'creating.ts',
    find: 'if (aal !== undefined && aal > carried)',
    replace: 'if (aal !== undefined && aal > carried + 3)',
  },
  {
    id: 'NIST 5.1',
    name: 'take two methods for two factors',
    file: 'assurance.ts',
    find: "if (factors.size < 2 && !methods.includes('mfa')) return 1;\n  return methods.includes('hwk') || methods.includes('sc') ? 3 : 2;",
    replace:
      "if (factors.size < 2 && !methods.includes('mfa')) return 1;\n  return methods.length > 1 ? 3 : 2;",
  },
  {
    id: 'ASVS 7.5.3',
    name: 'take a use for an authentication',
    file: 'validating.ts',
    find: '(session.authenticatedAt ?? -Infinity)',
    replace: 'session.lastSeenAt',
  },
  {
    id: 'ASVS 7.5.3',
    name: 'do for an action at any level',
    file: 'validating.ts',
    find: 'if (session.aal < aal)',
    replace: 'if (session.aal < 0)',
  },
  {
    id: 'impersonation',
    name: 'go on in the name of another when the actor has been logged out',
    file: 'opening.ts',
    find: '[termOf(subject), termOf(actor.subject)]',
    replace: '[termOf(subject)]',
  },
  {
    id: 'impersonation',
    name: 'go on in the name of a subject that has been logged out',
    file: 'ending.ts',
    find: '    cache.deleteByIndex(BY_ACTING, term),\n',
    replace: '    Promise.resolve(0),\n',
  },
  {
    id: 'impersonation',
    name: 'let who acts for one act for the next',
    file: 'authenticating.ts',
    find: 'if (actor.subject === null || actor.actor !== undefined)',
    replace: 'if (actor.subject === null)',
  },
  {
    id: 'impersonation',
    name: 'list among the devices of the actor those of others',
    file: 'listing.ts',
    find: 'record.subject === subject && lifeOf',
    replace: 'lifeOf',
  },
  {
    id: 'csrf',
    name: 'have one form for all tokens',
    file: 'subjects.ts',
    find: '.update(`${id}.${turn}`)',
    replace: '.update(`${id}.${typeof turn}`)',
  },
  {
    id: 'SMCS binding',
    name: 'are given to another browser once more',
    file: 'validating.ts',
    find: '    return false;\n  }\n  return true;',
    replace: '    return true;\n  }\n  return true;',
  },

  // ── changes ──
  {
    id: 'T3',
    name: 'are read, changed and written',
    file: 'changing.ts',
    find: 'const record = await space.cache.update(',
    replace: `const record = await (async (id: string, updater: (held: never) => Promise<LoadedEntry<never>>) => {
    const held = await space.cache.get(id);
    const next = await updater(structuredClone(held) as never);
    if (next !== undefined) await space.cache.set(id, next.value, next.options);
    return (next?.value ?? held) as typeof held;
  })(`,
  },
  {
    id: 'T15',
    name: 'count their changes wrong',
    file: 'changing.ts',
    find: 'version: (record.version ?? 0) + 1',
    replace: 'version: record.version ?? 0',
  },
  {
    id: 'T13 late',
    name: 'are written as they were when their use is noted',
    file: 'changing.ts',
    find: `  const changed = await change(space, mark, (record, now) =>
    now - record.seenAt`,
    replace: `  const held = await space.cache.get(mark.id);
  const changed = await change(space, mark, (current, now, verdict, record = held as never) =>
    now - record.seenAt`,
  },
  {
    id: 'T14',
    name: 'get the life of the cache with each change',
    time: 'fake',
    file: 'changing.ts',
    find: 'entry(next, { ttl: leftOf(next, now) })',
    replace: 'entry(next, { ttl: 1_000 })',
  },
  {
    id: 'flash',
    name: 'give what was taken out again',
    file: 'changing.ts',
    find: 'return left as D;',
    replace: 'return { ...left, [name]: taken } as D;',
  },
  {
    id: 'isolation',
    name: 'show the very data they were given',
    file: 'creating.ts',
    find: 'return structuredClone(record);',
    replace: 'return record;',
  },

  // ── ends ──
  {
    id: 'ASVS 7.5.2',
    name: 'end by the id alone',
    file: 'ending.ts',
    find: 'record === undefined || record.subject !== subject ||',
    replace: 'record === undefined ||',
  },
  {
    id: 'except',
    name: 'stay for any token of theirs',
    file: 'ending.ts',
    find: "return record?.subject === subject && (verdict === 'current' || verdict === 'in grace');",
    replace: "return record?.subject === subject && verdict !== 'unknown';",
  },
  {
    id: 'T1',
    name: 'all end with the others',
    file: 'ending.ts',
    find: 'const outcomes = await',
    replace:
      'await cache.deleteByIndex(BY_SUBJECT, space.subjects.termOf(subject));\n  const outcomes = await',
  },
  {
    id: 'ASVS 7.4.2',
    name: 'end but for those of the subject',
    file: 'ending.ts',
    find: 'cache.deleteByIndex(BY_SUBJECT, term),',
    replace: 'cache.deleteByIndex(BY_SUBJECT, subject),',
  },
  {
    id: 'ASVS 7.4.2',
    name: 'end together with those of everybody',
    file: 'ending.ts',
    find: 'cache.deleteByIndex(BY_SUBJECT, term),',
    replace: "cache.deleteByPattern('*'),",
  },
  {
    id: 'ASVS 7.4.5',
    name: 'go on when everybody’s end',
    file: 'ending.ts',
    find: '  await cache.clear();\n',
    replace: '',
  },
  {
    id: 'T42',
    name: 'are listed after their end',
    file: 'listing.ts',
    find: "record.subject === subject && lifeOf(record, now) === 'active'",
    replace: 'record.subject === subject && now > 0',
  },
  {
    id: 'T47',
    name: 'are said to have ended by all who find it',
    file: 'admission.ts',
    find: 'if (!isMarked) return false;',
    replace: '',
  },

  // ── limits ──
  {
    id: 'T24 deny',
    name: 'are made without a limit',
    file: 'seating.ts',
    find: 'most === undefined ? {}',
    replace: 'most !== -1 ? {}',
  },
  {
    id: 'T24 deny',
    name: 'are counted, and then made',
    file: 'seating.ts',
    find: '      return await cache.setIfNotExists(',
    replace: `      if (most !== undefined) {
        const seated = await cache.getByIndex(BY_SUBJECT, space.subjects.termOf(subject as string));
        if (seated.size >= most && settings.limit?.onExceeded === 'deny') {
          throw new SessionError('SESSION_LIMIT', 'counted');
        }
        return await cache.setIfNotExists(id, record, { ttl });
      }
      return await cache.setIfNotExists(`,
  },
  {
    id: 'evict-oldest',
    name: 'take the one that was written first for the one that was made first',
    time: 'fake',
    file: 'seating.ts',
    find: 'attempt >= EVICTIONS',
    replace: 'attempt >= 0',
  },
  {
    id: 'evict-lru',
    name: 'take the one that was made first for the one that was used least recently',
    time: 'fake',
    file: 'seating.ts',
    find: "if (onExceeded === 'evict-lru') return { index: BY_SUBJECT, max, onExceeded };",
    replace: "if (onExceeded === 'evict-lru' && max < 0) return { index: BY_SUBJECT, max, onExceeded };",
  },
  {
    id: 'limit each',
    name: 'count who acts for the subject',
    file: 'opening.ts',
    find: 'subject === null || actor !== undefined ? undefined : termOf(subject)',
    replace: 'subject === null ? undefined : termOf(subject)',
  },
  {
    id: 'T27',
    name: 'need a second seat to log in again',
    file: 'authenticating.ts',
    find: '  await end(space, mark.id, old.subject);\n  return put(space, session);',
    replace: '  return put(space, session);',
  },
  {
    id: 'T28',
    name: 'are lost by a visitor who is refused',
    file: 'authenticating.ts',
    find: '    const issued = await put(space, session);\n',
    replace: '    await end(space, mark.id, old.subject);\n    const issued = await put(space, session);\n',
  },
  {
    id: 'T28',
    name: 'say nothing of a refusal',
    file: 'seating.ts',
    find: "      listeners.emit('denied', { subject, max: most });\n",
    replace: '',
  },

  // ── imports ──
  {
    id: 'import',
    name: 'leave the old session where it was',
    file: 'importing.ts',
    find: '!(await legacy.remove(token))',
    replace: "token === ''",
  },
  {
    id: 'import',
    name: 'give each of those who come with an old token another new one',
    file: 'importing.ts',
    find: 'bytes.subarray(0, size)',
    replace: 'space.settings.random(size)',
  },
  {
    id: 'T31',
    name: 'are looked for under a hash',
    file: 'importing.ts',
    find: ' || HASH.test(token)',
    replace: '',
  },

  // ── failures ──
  {
    id: 'T38',
    name: 'are missing when the store fails',
    file: 'opening.ts',
    find: "onFailure: 'throw',",
    replace: "onFailure: 'open',",
  },
  {
    id: 'T38 background',
    name: 'fail in the background without a word',
    file: 'opening.ts',
    find: "(error: unknown) => listeners.emit('error', { operation, error }),",
    replace: '(error: unknown) => void [error, operation],',
  },

  {
    id: 'unlinkable',
    name: 'lead to one place although nobody is to know',
    file: 'creating.ts',
    find: 'subject === null || settings.unlinkable',
    replace: 'subject === null',
  },
  {
    id: 'unlinkable',
    name: 'lie anywhere',
    file: 'subjects.ts',
    find: 'routeOf: (subject) => termOf(subject).slice(0, ROUTE_CHARACTERS),',
    replace: "routeOf: (subject) => Buffer.from(Math.random() + subject).toString('base64url').slice(4, 6),",
  },

  {
    id: 'refusals',
    name: 'call what was replaced a while ago by another name',
    file: 'validating.ts',
    find: "verdict === 'former' ? 'reused' :",
    replace: "verdict === 'former' ? 'late' :",
  },
  {
    id: 'refusals',
    name: 'keep to themselves that they are bound',
    file: 'validating.ts',
    find: "    refused(space, 'binding');\n",
    replace: '',
  },

  // ── what only shows among many ──
  {
    id: SCHEDULES,
    name: 'are read, changed and written',
    file: 'changing.ts',
    find: 'const record = await space.cache.update(',
    replace: `const record = await (async (id: string, updater: (held: never) => Promise<LoadedEntry<never>>) => {
    const held = await space.cache.get(id);
    const next = await updater(structuredClone(held) as never);
    if (next !== undefined) await space.cache.set(id, next.value, next.options);
    return (next?.value ?? held) as typeof held;
  })(`,
  },
  {
    id: SCHEDULES,
    name: 'have a limit that is looked at before the write',
    file: 'seating.ts',
    find: 'most === undefined ? {}',
    replace: 'most !== -1 ? {}',
  },
  {
    id: SCHEDULES,
    name: 'are written as they were when their use is noted',
    file: 'changing.ts',
    find: `  const changed = await change(space, mark, (record, now) =>
    now - record.seenAt`,
    replace: `  const held = await space.cache.get(mark.id);
  const changed = await change(space, mark, (current, now, verdict, record = held as never) =>
    now - record.seenAt`,
  },
  {
    id: SCHEDULES,
    name: 'turn for each of those who rotate at once',
    file: 'changing.ts',
    find: 'if (current === undefined || isRefusal(verdict)) return undefined;',
    replace: "if (current === undefined || (isRefusal(verdict) && verdict !== 'late')) return undefined;",
  },
  {
    id: SCHEDULES,
    name: 'end but for the first when the others end',
    file: 'ending.ts',
    find: 'await Promise.all(others.map(',
    replace: 'await Promise.all(others.slice(1).map(',
  },
];
