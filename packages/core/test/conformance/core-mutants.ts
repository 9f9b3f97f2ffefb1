/** Core, wrong in one way at a time, where a promise is kept by the cache and not by its provider. */
import type { ConformanceOptions } from '../../src/conformance/options.ts';

export interface CoreMutant {
  /** Completes "a cache that …". */
  readonly name: string;
  /** The group of the kit that must notice. */
  readonly group: string;
  /** Below `src/`. */
  readonly file: string;
  /** Text that occurs exactly once. */
  readonly find: string;
  readonly replace: string;
  /** What the provider has to hold for it to show. Default values. */
  readonly holds?: 'bytes';
  /** The mode of the kit in which it shows. */
  readonly mode?: Pick<ConformanceOptions, 'isolation'>;
}

export const CORE_MUTANTS: readonly CoreMutant[] = [
  // ── values ──
  {
    group: 'values',
    name: 'stores functions as they are',
    file: 'copying.ts',
    find: "if (typeof value === 'function' || typeof value === 'symbol') refusePrimitive(value);",
    replace: "if (typeof value === 'symbol') refusePrimitive(value);",
  },

  // ── codecs ──
  {
    group: 'codecs',
    name: 'reads everything with the codec it writes with',
    holds: 'bytes',
    file: 'framing.ts',
    find: 'return codec.decode(',
    replace: 'return this.codec.decode(',
  },
  {
    group: 'codecs',
    name: 'forgets the default of its provider when it names another codec',
    holds: 'bytes',
    file: 'framing.ts',
    find: 'return isAll ? named : [...named, byDefault];',
    replace: 'return isAll ? named : [...named];',
  },
  {
    group: 'codecs',
    name: 'reads the default of its provider beside a codec that authenticates',
    holds: 'bytes',
    file: 'framing.ts',
    find: 'named[0]?.authenticates === true ||',
    replace: '',
  },
  {
    group: 'codecs',
    name: 'does not say which codec is missing',
    holds: 'bytes',
    file: 'framing.ts',
    find: 'const id = idOf(framed);',
    replace: 'const id = idOf(framed.subarray(framed.length));',
  },

  // ── schemas ──
  {
    group: 'schemas',
    name: 'stores what does not fit',
    file: 'validating.ts',
    find: 'if (result.issues !== undefined)',
    replace: 'if (result.issues === null)',
  },
  {
    group: 'schemas',
    name: 'gives what others have stored without a look',
    holds: 'bytes',
    file: 'stored-values.ts',
    find: 'if (schema === undefined) return value;',
    replace: 'if (schema !== null) return value;',
  },
  {
    group: 'schemas',
    name: 'does not wait for a schema that takes its time',
    holds: 'bytes',
    file: 'stored-values.ts',
    find: 'issues instanceof Promise ? issues.then(conclude) : conclude(issues)',
    replace: 'conclude(issues instanceof Promise ? undefined : issues)',
  },
  {
    group: 'schemas',
    name: 'says nothing of what it gave to nobody',
    holds: 'bytes',
    file: 'revealing.ts',
    find: "events.emit('invalid', { key, reason, schemaVersion, issues });",
    replace: 'void [key, reason, schemaVersion, issues];',
  },
  {
    group: 'schemas',
    name: 'takes what does not fit for absent when it updates',
    holds: 'bytes',
    file: 'stored-values.ts',
    find: "if (base.reason === 'unmigrated') return undefined;",
    replace: "if (base.reason !== 'newer') return undefined;",
  },
  {
    group: 'schemas',
    name: 'gives those who waited what another process stored, without a look',
    holds: 'bytes',
    file: 'loading.ts',
    find: 'const found = (waited ? valueOf : reveal)(',
    replace:
      'const found = waited ? this.#opened.packing.unpack(entry.payload, key) : (waited ? valueOf : reveal)(',
  },

  // ── migrations ──
  {
    group: 'migrations',
    name: 'gives older entries as they are',
    holds: 'bytes',
    file: 'stored-values.ts',
    find: 'if (version !== undefined && version !== schemaVersion)',
    replace: 'if (version !== undefined && version > schemaVersion)',
  },
  {
    group: 'migrations',
    name: 'gives newer entries as they are',
    holds: 'bytes',
    file: 'stored-values.ts',
    find: "version > schemaVersion ? new Unfit('newer', version) : upgrade(version)",
    replace: 'version > schemaVersion ? open(payload, key) : upgrade(version)',
  },
  {
    group: 'migrations',
    name: 'migrates with every read',
    holds: 'bytes',
    file: 'stored-values.ts',
    find: '(made) => stores && !(',
    replace: '(made) => stores && made === stores && !(',
  },
  {
    group: 'migrations',
    name: 'migrates for every reader by itself',
    holds: 'bytes',
    file: 'stored-values.ts',
    find: 'if (running !== undefined) return running;',
    replace: '',
  },
  {
    group: 'migrations',
    name: 'stores a migrated value over whatever is there',
    holds: 'bytes',
    file: 'stored-values.ts',
    find: 'engine.write(key, write, { version: entry.version })',
    replace: "engine.write(key, write, { version: (await engine.read(key))?.version ?? '' })",
  },
  {
    group: 'migrations',
    name: 'begins a new life with a migration',
    holds: 'bytes',
    file: 'stored-values.ts',
    find: "life: 'keep',",
    replace: 'life: { ttl: opened.settings.ttl, grace: 0 },',
  },
  {
    group: 'migrations',
    name: 'forgets tags when it migrates',
    holds: 'bytes',
    file: 'stored-values.ts',
    find: "tags: 'keep',",
    replace: 'tags: [],',
  },
  {
    group: 'migrations',
    name: 'forgets the terms that were given by hand when it migrates',
    holds: 'bytes',
    file: 'stored-values.ts',
    find: '[...keptTerms(opened, entry), ...termsOf(',
    replace: '[...keptTerms(opened, { terms: [] }), ...termsOf(',
  },
  {
    group: 'migrations',
    name: 'lets a migration that could not be stored fail',
    holds: 'bytes',
    file: 'stored-values.ts',
    find: "remote.failed('migrate', key, error);\n    return false;",
    replace: 'throw error;',
  },
  {
    group: 'migrations',
    name: 'does not judge what a migration made',
    holds: 'bytes',
    file: 'stored-values.ts',
    find: 'await validated(opened, key, value)',
    replace: 'await Promise.resolve(value)',
  },
  {
    group: 'migrations',
    name: 'tells the version of the entry that was migrated',
    holds: 'bytes',
    file: 'getting.ts',
    find: '(await remote.own(upgrade.stored, options))) continue;',
    replace: '(await remote.own(upgrade.stored, options))) await entry;',
  },
  {
    group: 'migrations',
    name: 'loads over whatever is there',
    holds: 'bytes',
    file: 'loading.ts',
    find: 'const landing = await this.#leadOutage(key, plan, { version: entry.version });',
    replace: "const landing = await this.#leadOutage(key, plan, 'present');",
  },
  {
    group: 'migrations',
    name: 'keeps the tags of an entry of which nothing is left',
    holds: 'bytes',
    file: 'update.ts',
    find: 'const kept = value === undefined ? undefined : base;',
    replace: 'const kept = base;',
  },
  {
    group: 'migrations',
    name: 'takes every whole number for one of today',
    holds: 'bytes',
    file: 'stored-values.ts',
    find: 'return version === undefined && migrate !== undefined',
    replace: 'return version === undefined && migrate === null',
  },

  // ── keys ──
  {
    group: 'keys',
    name: 'takes lone surrogates',
    file: 'keyspace.ts',
    find: 'if (!text.isWellFormed()) {',
    replace: 'if (text === null) {',
  },
  {
    group: 'keys',
    name: 'counts characters in place of bytes',
    file: 'keyspace.ts',
    find: 'const bytes = new TextEncoder().encode(text).length;',
    replace: 'const bytes = text.length;',
  },

  // ── isolation ──
  {
    group: 'isolation',
    name: 'stores the object it is given',
    file: 'packing.ts',
    find: 'return this.adopt(copyValue(value));',
    replace: 'copyValue(value);\n    return this.adopt(value);',
  },
  {
    group: 'isolation',
    name: 'hands out the object it has stored',
    file: 'packing.ts',
    find: 'return shape === undefined ? payload.cloneBy(this.#cloners) : shape.clone(payload.value);',
    replace: 'return shape === undefined ? payload.value : payload.value;',
  },
  {
    group: 'isolation',
    name: 'hands the stored object to updaters',
    file: 'packing.ts',
    find: "return typeof value === 'object' && value !== null ? cloneValue(value) : value;",
    replace: 'return value;',
  },
  {
    group: 'isolation',
    name: 'freezes the outermost object alone',
    file: 'packing.ts',
    find: '(this.#frozen && freezeValue(value))',
    replace: '(this.#frozen && Object.isFrozen(Object.freeze(value)))',
    mode: { isolation: 'frozen' },
  },

  // ── expiry ──
  {
    group: 'expiry',
    name: 'lets jitter lengthen lives',
    file: 'writes.ts',
    find: 'Math.floor(full * (1 - jitter * random()))',
    replace: 'Math.floor(full * (1 + jitter * random()))',
  },
  {
    group: 'expiry',
    name: 'jitters what is touched',
    file: 'cache.ts',
    find: 'lifeOf(opened, ttl, 0)',
    replace: 'lifeOf(opened, ttl)',
  },

  // ── single-flight ──
  {
    group: 'single-flight',
    name: 'tells those who join a load no name',
    file: 'joined-load.ts',
    find: "events.emit('join', { key, elsewhere, load })",
    replace: "events.emit('join', { key, elsewhere, load: '' })",
  },
  {
    group: 'single-flight',
    name: 'lets those who wait load again when a load has failed',
    file: 'loading.ts',
    find: "(leads || landing.status !== 'loaded' || landing.shared)",
    replace: "(leads || (landing.status === 'loaded' && landing.shared))",
  },
  {
    group: 'single-flight',
    name: 'has no hard timeout',
    file: 'leading.ts',
    find: 'flight.becomeLate(timeoutError(this.#opened, key, plan.timeout));',
    replace: '',
  },
  {
    group: 'single-flight',
    name: 'runs as many loaders as are asked for',
    file: 'loader-slots.ts',
    find: 'enter: () => {\n        if (isHurried || this.#taken < this.#size) {',
    replace: 'enter: () => {\n        if (isHurried || this.#taken < Infinity) {',
  },
  {
    group: 'single-flight',
    name: 'wraps what a loader throws',
    file: 'leading.ts',
    find: "return { status: 'failed', error };",
    replace: "return { status: 'failed', error: new Error('load failed', { cause: error }) };",
  },

  // ── leases ──
  {
    group: 'leases',
    name: 'gives no sign of life while it loads',
    file: 'leading.ts',
    find: "leased && traits.scope !== 'process' ? this.#heartbeat(key, token) : () => {}",
    replace: '() => {}',
  },
  {
    group: 'leases',
    name: 'keeps the leases of its loads when it is closed',
    file: 'leading.ts',
    find: 'for (const { key, token } of this.#flights.values()) this.release(key, token);',
    replace: '',
  },

  // ── fencing ──
  {
    group: 'fencing',
    name: 'shares a load that was overtaken',
    file: 'leading.ts',
    find: 'shared: stored && own?.tags === undefined',
    replace: 'shared: true',
  },
  {
    group: 'fencing',
    name: 'shares a load whose tags nobody knew when others joined',
    file: 'leading.ts',
    find: 'shared: stored && own?.tags === undefined',
    replace: 'shared: stored || own?.tags !== undefined',
  },
  {
    group: 'fencing',
    name: 'stores a load by a plain write',
    file: 'leading.ts',
    find: 'const answer = engine.commit(key, token, write);',
    replace:
      "const answer = Promise.resolve(engine.release(key, token, undefined)).then(() => engine.write(key, write, undefined)).then(() => 'stored' as const);",
  },

  // ── nesting ──
  {
    group: 'nesting',
    name: 'does not look for cycles',
    file: 'wait-for.ts',
    find: 'if (path !== undefined) {',
    replace: 'if (path !== undefined && path.length === 0) {',
  },
  {
    group: 'nesting',
    name: 'finds only cycles of one',
    file: 'wait-for.ts',
    find: 'if (path !== undefined) {',
    replace: 'if (path !== undefined && path.length === 1) {',
  },
  {
    group: 'nesting',
    name: 'lets the load that a loader waits for queue',
    file: 'wait-for.ts',
    find: 'target.hurry?.();',
    replace: '',
  },

  // ── update ──
  {
    group: 'update',
    name: 'rejects a whole group for one updater that throws',
    file: 'update.ts',
    find: '    } catch (error) {\n      call.reject(error);',
    replace: '    } catch (error) {\n      throw error;',
  },
  {
    group: 'update',
    name: 'takes a refused write for a written one',
    file: 'update.ts',
    find: "if (written?.status === 'refused') {",
    replace: "if (written?.status === 'limited') {",
  },
  {
    group: 'update',
    name: 'gives every update a new life',
    file: 'update.ts',
    find: 'life: kept === undefined || ttl !== undefined ?',
    replace: 'life: kept !== null ?',
  },

  {
    group: 'expiry',
    name: 'does not hear which ttl an updater chose',
    file: 'update.ts',
    find: 'draft.ttl = own?.ttl ?? call.options?.ttl',
    replace: 'draft.ttl = call.options?.ttl ?? own?.ttl',
  },
  {
    group: 'tags',
    name: 'does not hear which tags an updater chose',
    file: 'update.ts',
    find: 'draft.tags = own?.tags ?? call.options?.tags',
    replace: 'draft.tags = call.options?.tags ?? own?.tags',
  },
  {
    group: 'update',
    name: 'judges what an updater chose when it is written',
    file: 'update.ts',
    find: '    checkChosen(own);\n',
    replace: '',
  },

  // ── counters ──
  {
    group: 'counters',
    name: 'counts by anything',
    file: 'counters.ts',
    find: 'if (!Number.isSafeInteger(delta)) throw',
    replace: 'if (delta === undefined) throw',
  },
  {
    group: 'counters',
    name: 'leaves its own tags off counters',
    file: 'counters.ts',
    find: ' || settings.tags.length > 0',
    replace: '',
  },

  // ── batches ──
  {
    group: 'batches',
    name: 'loads what is there, too',
    file: 'batches.ts',
    find: 'group.begin(leading);',
    replace: 'group.begin(asked);',
  },
  {
    group: 'batches',
    name: 'says nothing of keys that failed',
    file: 'partial-failure.ts',
    find: 'if (failures.length === 0) return;',
    replace: 'if (failures.length >= 0) return;',
  },
  {
    group: 'batches',
    name: 'gives up a batch with its first failure',
    file: 'batches.ts',
    find: 'const settled = await Promise.allSettled(',
    replace:
      "const settled = await (async (all: Promise<unknown>[]) => (await Promise.all(all)).map((value) => ({ status: 'fulfilled', value })))(",
  },

  // ── indexes ──
  {
    group: 'indexes',
    name: 'takes only the first of several terms',
    file: 'writes.ts',
    find: "for (const term of typeof found === 'string' ? [found] : (found as unknown[]))",
    replace: "for (const term of typeof found === 'string' ? [found] : (found as unknown[]).slice(0, 1))",
  },
  {
    group: 'indexes',
    name: 'forgets the terms that were given by hand when it updates',
    file: 'update.ts',
    find: '[...manual, ...termsOf(',
    replace: '[...termsOf(',
  },

  // ── tags ──
  {
    group: 'tags',
    name: 'puts its own tags on entries without others alone',
    file: 'writes.ts',
    find: 'checkTags([...settings.tags, ...checkTags(tags)])',
    replace: 'checkTags(tags)',
  },

  // ── patterns ──
  {
    group: 'patterns',
    name: 'does not know a set that is negated',
    file: 'glob.ts',
    find: 'from <= point && point <= to) !== step.negated;',
    replace: 'from <= point && point <= to);',
  },
  {
    group: 'patterns',
    name: 'lets an early star take no more than it must',
    file: 'glob.ts',
    find: 'step = star + 1;\n      at = ++starAt;',
    replace: 'return false;',
  },

  // ── metadata ──
  {
    group: 'metadata',
    name: 'does not count hits',
    file: 'revealing.ts',
    find: 'tally.hits += 1;',
    replace: '',
  },

  // ── namespaces ──
  {
    group: 'namespaces',
    name: 'joins the names of namespaces as they are',
    file: 'keyspace.ts',
    find: "path.map(encodeName).join('.')",
    replace: "path.join('.')",
  },
  {
    group: 'namespaces',
    name: 'has no middleware in namespaces',
    file: 'cache.ts',
    find: 'for (const each of wrapping.middleware) made.use(each);',
    replace: '',
  },

  // ── abort ──
  {
    group: 'abort',
    name: "fires the loader's signal when the first caller leaves",
    file: 'single-flight.ts',
    find: 'if (this.#end !== undefined || this.#late || this.#isHeld || this.#waiters.size > 0) return;',
    replace: 'if (this.#end !== undefined || this.#late || this.#isHeld) return;',
  },
  {
    group: 'abort',
    name: 'lets a load that nobody waits for run on',
    file: 'single-flight.ts',
    find: 'if (this.#end !== undefined || this.#late || this.#isHeld || this.#waiters.size > 0) return;',
    replace: 'if (this.#end === undefined) return;',
  },
  {
    group: 'abort',
    name: 'rejects those who leave with an error of its own',
    file: 'remote.ts',
    find: 'giveUp(signal?.reason)',
    replace: "giveUp(new Error('aborted', { cause: signal?.reason }))",
  },
  {
    group: 'abort',
    name: 'goes on listening to the signals of calls that are done',
    file: 'remote.ts',
    find: "signal?.removeEventListener('abort', leave);",
    replace: '',
  },

  // ── close ──
  {
    group: 'close',
    name: 'leaves updates waiting',
    file: 'update.ts',
    find: 'for (const call of [...queue.running, ...queue.calls]) call.reject(error);',
    replace: '',
  },
  {
    group: 'close',
    name: 'leaves those waiting who wait for another process',
    file: 'loading.ts',
    find: 'for (const watch of this.#watches) watch.abandon(error);',
    replace: '',
  },
  {
    group: 'close',
    name: 'begins loads that were granted late',
    file: 'loading.ts',
    find: 'if (this.#closed === undefined) {',
    replace: 'if (this.#closed !== null) {',
  },
  {
    group: 'close',
    name: 'keeps the timers of loads that were given up',
    file: 'leading.ts',
    find: "flight.signal.addEventListener('abort', () => {",
    replace: "new AbortController().signal.addEventListener('abort', () => {",
  },

  // ── events ──
  {
    group: 'events',
    name: 'shows observers no namespaces',
    file: 'cache.ts',
    find: '        wrapping.observers,\n',
    replace: '        above,\n',
  },
  {
    group: 'events',
    name: 'goes on telling an observer that was stopped',
    file: 'wrapping.ts',
    find: 'this.#observations = this.#observations.filter((other) => other !== added);',
    replace: 'this.#observations = [...this.#observations];',
  },
  {
    group: 'events',
    name: 'lets what a listener throws through',
    file: 'events.ts',
    find: '      } catch (error) {\n        this.#failed(event, error);',
    replace: '      } catch (error) {\n        throw error;',
  },
  {
    group: 'events',
    name: 'leaves the rejection of a listener to nobody',
    file: 'events.ts',
    find: 'if (answer instanceof Promise) answer.catch((error: unknown) => this.#failed(event, error));',
    replace: '',
  },
  {
    group: 'events',
    name: 'stops every listener of an event with one of them',
    file: 'events.ts',
    find: 'const left = active[event]?.filter((other) => other !== own);',
    replace: 'const left = active[event]?.slice(0, 0);',
  },

  {
    group: 'leases',
    name: 'tells of a wait before it is over',
    file: 'loading.ts',
    find: 'if (load === undefined || (',
    replace: 'if (load === undefined) return; load.end("ended"); if ((',
  },
  {
    group: 'events',
    name: 'takes whoever has left for one that was served',
    file: 'loading.ts',
    find: "joined.load?.end('left');",
    replace: "joined.load?.end('served');",
  },
  {
    group: 'leases',
    name: 'counts those who wait anew whenever they look again',
    file: 'loading.ts',
    find: 'if (joined.load?.load !== holder)',
    replace: '',
  },
  {
    group: 'leases',
    name: 'takes every load that has ended for one whose holder is gone',
    file: 'loading.ts',
    find: "acquired?.status === 'lead' && load.hasLapsed",
    replace: "acquired?.status === 'lead'",
  },
  {
    group: 'events',
    name: 'tells by how much jitter could have shortened a life',
    file: 'writes.ts',
    find: 'shortened: full - life',
    replace: 'shortened: full * jitter',
  },
  {
    group: 'events',
    name: 'tells of all calls of a key as if they waited',
    file: 'update.ts',
    find: 'waiting: queue.calls.length',
    replace: 'waiting: queue.calls.length + group.length',
  },
  {
    group: 'events',
    name: 'counts a miss that it tells nobody of as a hit',
    file: 'counted-reads.ts',
    find: 'if (!isHit) reads.misses += 1;',
    replace: '',
  },
  {
    group: 'events',
    name: 'tells nobody of a get that failed',
    file: 'counted-reads.ts',
    find: "new Telling(life, observations, 'get', [key, options], started).end('failed', error);",
    replace: "countRead(reads, 'get', false); void error;",
  },
  {
    group: 'events',
    name: 'counts a load as a hit',
    file: 'counted-reads.ts',
    find: "if (from === 'hit') {",
    replace: "if (from !== 'missing') {",
  },
  {
    group: 'events',
    name: 'has loads in flight that have ended',
    file: 'counted-reads.ts',
    find: 'reads.loadsInFlight -= 1;',
    replace: '',
  },
  {
    group: 'events',
    name: 'takes a loader that failed for one that runs',
    file: 'leading.ts',
    find: `    } finally {
      tally.loading -= 1;
    }`,
    replace: '    } finally {}',
  },
  {
    group: 'faults',
    name: 'tells nobody of an answer that did not come in time',
    file: 'remote.ts',
    find: "this.#events.emit('late', { operation, key })",
    replace: 'undefined',
  },

  // ── middleware ──
  {
    group: 'middleware',
    name: 'puts the first middleware innermost',
    file: 'middleware.ts',
    find: 'const middleware = chain[depth];',
    replace: 'const middleware = chain[chain.length - 1 - depth];',
  },
  {
    group: 'middleware',
    name: 'goes on with the old arguments',
    file: 'middleware.ts',
    find: '(changed = current) => enter(depth + 1, changed)',
    replace: '() => enter(depth + 1, current)',
  },
  {
    group: 'middleware',
    name: 'forgets an operation',
    file: 'middleware.ts',
    find: "  'getAndDelete',\n  'touch',",
    replace: "  'getAndDelete',",
  },

  // ── bad input ──
  {
    group: 'bad input',
    name: 'takes 0 for a duration',
    file: 'duration.ts',
    find: 'if (Number.isFinite(duration) && duration > 0) return duration;',
    replace: 'if (Number.isFinite(duration) && duration >= 0) return duration;',
  },
  {
    group: 'bad input',
    name: 'overlooks options that do not exist',
    file: 'options.ts',
    find: 'const optionsSchema = z.strictObject({',
    replace: 'const optionsSchema = z.object({',
  },
  {
    group: 'bad input',
    name: 'takes a text for a list of keys',
    file: 'keyspace.ts',
    find: "if (typeof list === 'object' && list !== null && Symbol.iterator in list) return;",
    replace: 'if (list !== 0) return;',
  },

  // ── faults ──
  {
    group: 'faults',
    name: 'waits for an answer as long as it takes',
    file: 'remote.ts',
    find: 'this.#clock.after(this.#deadline, () => {',
    replace: 'this.#clock.after(Infinity, () => {',
  },
  {
    group: 'faults',
    name: 'does not fail open',
    file: 'remote.ts',
    find: 'if (!failsOpen(error) || !this.opensFor(options)) throw error;',
    replace: 'if (error !== undefined) throw error;',
  },
  {
    group: 'faults',
    name: 'fails open where it must not',
    file: 'remote.ts',
    find: 'if (!failsOpen(error) || !this.opensFor(options)) throw error;',
    replace: 'if (!isTrouble(error)) throw error;',
  },
  {
    group: 'faults',
    name: 'lets a load fail that could not be stored',
    file: 'leading.ts',
    find: 'if (!isTrouble(error) || !remote.opensFor(plan.options)) throw error;',
    replace: 'if (error !== undefined) throw error;',
  },

  {
    group: 'faults',
    name: 'goes on asking a provider that fails',
    file: 'breaker.ts',
    find: 'new ConsecutiveBreaker(failures)',
    replace: 'new ConsecutiveBreaker(failures * Infinity)',
  },
  {
    group: 'faults',
    name: 'asks a provider and refuses the call',
    file: 'guarded-engine.ts',
    find: 'const refusal = breaker.refusal(cache);',
    replace: 'const refusal = breaker.refusal(cache);\n      if (refusal !== undefined) call(...args);',
  },
  {
    group: 'faults',
    name: 'takes silence for no failure',
    file: 'remote.ts',
    find: 'this.#breaker?.late(answer, error);',
    replace: '',
  },
  {
    group: 'faults',
    name: 'counts failures that are not in a row',
    file: 'breaker.ts',
    find: 'answer.then(() => resolve(undefined), resolve);',
    replace: 'answer.catch(resolve);',
  },
  {
    group: 'faults',
    name: 'leaves a provider alone for ever',
    file: 'breaker.ts',
    find: 'this.#clock.elapsed() - this.#openedAt < this.#halfOpenAfter',
    replace: 'this.#openedAt > this.#halfOpenAfter - Infinity',
  },
  {
    group: 'faults',
    name: 'tries a provider with every call at once',
    file: 'breaker.ts',
    find: "if (state === 'closed' || (",
    replace: "if (state !== 'open' || (",
  },
  {
    group: 'faults',
    name: 'waits for a call on trial as long as it takes',
    file: 'breaker.ts',
    find: "if (this.state === 'open') this.#limitTrial(answer, judged);",
    replace: '',
  },

  // ── lost replies ──
  {
    group: 'lost replies',
    name: 'counts again when the reply is lost',
    file: 'counters.ts',
    find: "await remote.write(answer, 'increment', key, options)",
    replace:
      "await remote.write(answer, 'increment', key, options).catch(() => engine.count(key, { delta, version: nextId(), life, renew: false }))",
  },
  {
    group: 'lost replies',
    name: 'takes a lost reply for a lost race',
    file: 'writes.ts',
    find: 'await remote.write(answer, operation, key, options)',
    replace:
      "await remote.write(answer, operation, key, options).catch(() => ({ status: 'refused' as const }))",
  },
  {
    group: 'lost replies',
    name: 'says that a late write has not happened',
    file: 'remote.ts',
    find: 'const error = this.#late(effect, operation, key);',
    replace: "const error = this.#late('read', operation, key);",
  },
];
