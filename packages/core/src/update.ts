/** `update`: one queue per key and process, and one write for many calls. */
import { LoadedEntry, type Ttl, type UpdateContext, type UpdateOptions } from './api.ts';
import { checkCall } from './call-options.ts';
import { millisecondsOrForever } from './duration.ts';
import type { Condition, Contender, Entry, Write, Written } from './engine.ts';
import { checkKey, checkTags } from './keyspace.ts';
import type { Opened } from './opened.ts';
import type { Isolated } from './packing.ts';
import { baseOf } from './stored-values.ts';
import { validated } from './validating.ts';
import { currentWork, runAs, waitingFor, type Work } from './wait-for.ts';
import { keptTerms, lifeOf, sizeOf, tagsOf, termsOf } from './writes.ts';

/** A call joins the write of those before it until the group has this many, */
const GROUP_CALLS = 128;
/** or until its updaters have run for this long, in milliseconds: waiting callers want an answer. */
const GROUP_MS = 5;
/** A group that has lost to others so often claims priority. */
const CONFLICTS = 2;
/** How long a group waits when another has priority, in milliseconds: from, to. */
const PAUSE_MS = [1, 3] as const;

/** An updater of any type. */
export type AnyUpdater = (current: unknown, context: UpdateContext) => unknown;

/** Options of a call; counters have no jitter. */
type CallOptions = UpdateOptions & { readonly jitter?: number };

interface Call {
  readonly updater: AnyUpdater;
  readonly options: CallOptions | undefined;
  readonly resolve: (value: Isolated | undefined) => void;
  readonly reject: (error: unknown) => void;
  /** The caller has left, or the call has failed for good. */
  done: boolean;
  /** Called when that happens while its updater runs. */
  leave: (() => void) | undefined;
}

/** The state of a key while the updaters of a group run on it, one after the other. */
interface Draft {
  value: Isolated | undefined;
  terms: readonly string[];
  ttl: Ttl | undefined;
  jitter: number | undefined;
  tags: readonly string[] | undefined;
  changed: boolean;
}

/** The calls of one key, in the order of arrival. As work it stands for the group that runs and those behind it. */
class Queue implements Work {
  readonly cache: string;
  readonly key: string;
  readonly label: string;
  readonly waitsFor: Map<Work, number> = new Map();
  /** Those that wait. */
  readonly calls: Call[] = [];
  /** The group that runs. */
  running: readonly Call[] = [];

  constructor(cache: string, key: string) {
    this.cache = cache;
    this.key = key;
    this.label = `the updater of '${key}'`;
  }
}

/**
 * Updates of one key run one after another on the value in memory and are written together, by compare-and-set on the version that was
 * read: contention between processes costs a retry for a group, not for every call. A conflict brings the current entry with it.
 */
export class Updates {
  readonly #opened: Opened;
  readonly #queues = new Map<string, Queue>();
  /** In whose name groups of this cache write, and claim priority: of one key one runs at a time. */
  readonly #contender: Contender;
  readonly #claimant: Contender;

  constructor(opened: Opened) {
    this.#opened = opened;
    const id = opened.nextId();
    this.#contender = { id, claims: false };
    this.#claimant = { id, claims: true };
  }

  /** The value after the call's own updater; `undefined` when there is none. */
  async update(key: string, updater: AnyUpdater, options: CallOptions | undefined): Promise<unknown> {
    checkKey(key);
    if (typeof updater !== 'function')
      throw new TypeError(`the updater is ${typeof updater}: give a function of the current value`);
    checkChosen(options);
    checkCall(options);
    const queue = this.#queues.get(key) ?? this.#start(key);
    const enter = (): Promise<Isolated | undefined> => enqueue(queue, updater, options);
    const value = await (currentWork() === undefined ? enter() : waitingFor(queue, enter));
    return value === undefined ? undefined : this.#opened.packing.give(value);
  }

  /** Rejects every call. What a running updater gives is not written any more. */
  close(error: Error): void {
    for (const queue of this.#queues.values()) {
      for (const call of [...queue.running, ...queue.calls]) call.reject(error);
      queue.calls.length = 0;
    }
  }

  #start(key: string): Queue {
    const queue = new Queue(this.#opened.name, key);
    this.#queues.set(key, queue);
    // Not at once: calls of the same turn belong into the first group.
    queueMicrotask(() => void this.#drain(key, queue));
    return queue;
  }

  /** Never rejects. */
  async #drain(key: string, queue: Queue): Promise<void> {
    while (queue.calls.length > 0) {
      const group = queue.calls.splice(0, GROUP_CALLS);
      queue.running = group;
      try {
        await this.#writeGroup(key, queue, group);
      } catch (error) {
        for (const call of group) call.reject(error);
      }
    }
    this.#queues.delete(key);
  }

  async #writeGroup(key: string, queue: Queue, group: Call[]): Promise<void> {
    const { engine, remote, events, clock } = this.#opened;
    const read = engine.read(key);
    let base = read instanceof Promise ? await remote.ask(read, 'update', key) : read;
    for (let attempt = 1; ; attempt++) {
      let value = base === undefined ? undefined : baseOf(this.#opened, key, base);
      if (value instanceof Promise) value = (await value) as Isolated | undefined;
      // An entry of which nothing is left to begin from is replaced, and nothing of it is kept.
      const kept = value === undefined ? undefined : base;
      const started = clock.elapsed();
      const draft: Draft = {
        value,
        terms: kept?.terms ?? [],
        ttl: undefined,
        jitter: undefined,
        tags: undefined,
        changed: false,
      };
      const results: (Isolated | undefined)[] = [];
      for (const call of group) {
        const applied = this.#apply(queue, call, draft, kept, attempt);
        if (applied !== undefined) await applied;
        results.push(draft.value);
        if (clock.elapsed() - started > GROUP_MS && attempt === 1) break;
      }
      // What did not fit into the group's time goes back to the head of the queue.
      if (results.length < group.length) queue.calls.unshift(...group.splice(results.length));

      // Everybody has left, or the cache is closed.
      if (group.every((call) => call.done)) return;
      const contender = attempt > CONFLICTS ? this.#claimant : this.#contender;
      let written = draft.changed ? await this.#write(key, draft, base, kept, contender) : undefined;
      while (written?.status === 'refused' && written.claimed === true) {
        // Whoever has priority is about to write: its write then refuses ours, and brings the entry to start from.
        await this.#letGoFirst();
        if (group.every((call) => call.done)) return;
        written = await this.#write(key, draft, base, kept, contender);
      }
      if (written?.status === 'refused') {
        base = written.current;
        continue;
      }
      if (written !== undefined && events.active.update !== undefined)
        events.emit('update', { key, calls: group.length, attempt, waiting: queue.calls.length });
      group.forEach((call, n) => call.resolve(results[n]));
      return;
    }
  }

  /**
   * Runs one updater on the draft. What it throws, or gives that is refused, rejects its own call and leaves the draft as it was. A
   * promise only when there is something to wait for: most updaters answer at once.
   */
  #apply(
    queue: Queue,
    call: Call,
    draft: Draft,
    kept: Entry | undefined,
    attempt: number,
  ): Promise<void> | undefined {
    if (call.done) return undefined;
    const { packing } = this.#opened;
    const { key } = queue;
    try {
      const current = draft.value === undefined ? undefined : packing.draftOf(draft.value);
      const answer = runAs(queue, () => call.updater(current, { key, attempt }));
      const taken = isThenable(answer)
        ? untilLeft(call, answer).then((next) => this.#take(key, call, draft, kept, next))
        : this.#take(key, call, draft, kept, answer);
      return taken?.catch((error: unknown) => call.reject(error));
    } catch (error) {
      call.reject(error);
      return undefined;
    }
  }

  /** Takes what an updater gave into the draft. */
  #take(
    key: string,
    call: Call,
    draft: Draft,
    kept: Entry | undefined,
    given: unknown,
  ): Promise<void> | undefined {
    const next: unknown = given instanceof LoadedEntry ? given.value : given;
    if (next === undefined || call.done) return undefined;
    const own = given instanceof LoadedEntry ? given.options : undefined;
    checkChosen(own);
    const accept = (value: unknown): void => {
      const manual = kept === undefined ? [] : keptTerms(this.#opened, kept);
      const terms = [...manual, ...termsOf(this.#opened, key, value)];
      draft.value = this.#opened.packing.isolate(value);
      draft.terms = terms;
      draft.ttl = own?.ttl ?? call.options?.ttl ?? draft.ttl;
      draft.jitter = call.options?.jitter;
      draft.tags = own?.tags ?? call.options?.tags ?? draft.tags;
      draft.changed = true;
    };
    const checked = validated(this.#opened, key, next);
    if (checked instanceof Promise) return checked.then(accept);
    accept(checked);
    return undefined;
  }

  /** Waits a moment of random length, so that those who wait do not come back together. */
  #letGoFirst(): Promise<void> {
    const { clock, random } = this.#opened;
    const [least, most] = PAUSE_MS;
    return new Promise((resolve) => clock.after(least + (most - least) * random(), resolve));
  }

  /** Writes the draft in the place of `base`; what is not said anew stays that of `kept`. */
  async #write(
    key: string,
    draft: Draft,
    base: Entry | undefined,
    kept: Entry | undefined,
    contender: Contender,
  ): Promise<Written> {
    const { engine, remote, nextId, packing } = this.#opened;
    const { ttl, jitter, tags } = draft;
    const payload = packing.packIsolated(draft.value, key);
    const write: Write = {
      payload,
      version: nextId(),
      life: kept === undefined || ttl !== undefined ? lifeOf(this.#opened, ttl, jitter) : 'keep',
      tags: kept === undefined || tags !== undefined ? tagsOf(this.#opened, tags) : 'keep',
      terms: draft.terms,
      loadMs: 0,
      size: sizeOf(this.#opened, payload),
      limit: undefined,
    };
    const condition: Condition = base === undefined ? 'absent' : { version: base.version, contender };
    const answer = engine.write(key, write, condition);
    return answer instanceof Promise ? remote.write(answer, 'update', key) : answer;
  }
}

function checkChosen(options: Pick<UpdateOptions, 'ttl' | 'tags'> | undefined): void {
  if (options?.tags !== undefined) checkTags(options.tags);
  if (options?.ttl !== undefined) millisecondsOrForever(options.ttl, 'ttl');
}

/** The answer of an updater; nothing once its caller has left, so that one that never settles holds up nobody else. */
function untilLeft(call: Call, answer: PromiseLike<unknown>): Promise<unknown> {
  return new Promise((resolve, reject) => {
    call.leave = () => resolve(undefined);
    answer.then(resolve, reject);
  });
}

/** Whether to wait for `answer`. Not by class: query builders and other realms have promises of their own. */
function isThenable(answer: unknown): answer is PromiseLike<unknown> {
  return (
    typeof answer === 'object' && answer !== null && 'then' in answer && typeof answer.then === 'function'
  );
}

function enqueue(
  queue: Queue,
  updater: AnyUpdater,
  options: CallOptions | undefined,
): Promise<Isolated | undefined> {
  return new Promise((resolve, reject) => {
    const signal = options?.signal;
    const leave = (): void => call.reject(signal?.reason);
    const finish = (): void => {
      call.done = true;
      call.leave?.();
      signal?.removeEventListener('abort', leave);
    };
    const call: Call = {
      updater,
      options,
      done: false,
      leave: undefined,
      resolve: (value) => {
        finish();
        resolve(value);
      },
      reject: (error) => {
        finish();
        reject(error);
      },
    };
    signal?.addEventListener('abort', leave, { once: true });
    queue.calls.push(call);
  });
}
