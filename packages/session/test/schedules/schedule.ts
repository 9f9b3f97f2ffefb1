/** One interleaving: calls of two processes over a provider whose every step is late by chance, and what must be true of them. */
import assert from 'node:assert/strict';
import { createManager, isCacheError, type Manager, type Provider } from '@cache/core';
import { chaos, randomWeather, seededRandom, simulatedTime, type SimulatedTime } from '@cache/core/testing';
import { createSessionManager, type SessionManager } from '../../src/index.ts';

const SUBJECT = 'ann';
const MOST = 3;
const CALLS = 9;

interface Data {
  readonly count: number;
}

/** A session as its clients know it. */
interface Known {
  readonly id: string;
  /** The last one is the present one, unless a rotation was under way. */
  readonly tokens: string[];
  updates: number;
  /** A rotation was sent of which nobody knows whether it took effect: then nobody has the token. */
  isTurnUnknown: boolean;
  /** A call was made that may have ended it. */
  isTargeted: boolean;
  /** A call has succeeded after which it must not be valid any more. */
  isEnded: boolean;
}

export interface ScheduleOptions {
  readonly provider: (
    time: SimulatedTime,
    random: () => number,
  ) => Provider & { readonly calmDown?: () => void };
  /** Whether sessions have a limit. */
  readonly limited: boolean;
  /** Whether replies get lost: then a call that fails may have taken effect, or takes effect later. Default false. */
  readonly stormy?: boolean;
}

/** Runs one interleaving, the same for every run with this seed. Rejects with what was broken. */
export async function runSchedule(
  seed: number,
  { provider, limited, stormy = false }: ScheduleOptions,
): Promise<void> {
  const random = seededRandom(seed);
  const time = simulatedTime(1_000_000);
  const place = provider(time, random);
  const weather = randomWeather({ random, delay: 20 });
  const managers: Manager[] = [];
  const open = (): SessionManager<Data> => {
    const manager = createManager({ providers: [chaos(place, weather, time)], clock: time, random });
    managers.push(manager);
    return createSessionManager<Data>({
      manager,
      secret: new Uint8Array(32).fill(7),
      policy: { idle: '10m', absolute: '1h', touchInterval: 1 },
      initial: () => ({ count: 0 }),
      clock: time,
      cache: { deadline: '50m', breaker: false },
      ...(limited && { limit: { max: MOST, onExceeded: random() < 0.5 ? 'evict-lru' : 'evict-oldest' } }),
    });
  };
  const scene = new Scene([open(), open()], random, { limited, stormy });
  try {
    await time.run(scene.begin());
    await time.run(scene.play());
    place.calmDown?.();
    // What was lost on the way has arrived by then.
    await time.run(time.sleep(20_000));
    await time.run(scene.judge());
  } finally {
    await time.run(Promise.all(managers.map((manager) => manager.close())));
  }
}

class Scene {
  readonly #processes: readonly SessionManager<Data>[];
  readonly #random: () => number;
  readonly #limited: boolean;
  readonly #stormy: boolean;
  readonly #known: Known[] = [];

  constructor(
    processes: readonly SessionManager<Data>[],
    random: () => number,
    { limited, stormy }: { readonly limited: boolean; readonly stormy: boolean },
  ) {
    this.#processes = processes;
    this.#random = random;
    this.#limited = limited;
    this.#stormy = stormy;
  }

  async begin(): Promise<void> {
    const first = 2 + Math.floor(this.#random() * 2);
    while (this.#known.length < first) await this.#weathered(() => this.#create());
  }

  async play(): Promise<void> {
    await Promise.all(Array.from({ length: CALLS }, () => this.#call()));
  }

  /** Of a call whose reply was lost nobody knows whether it took effect. */
  async #weathered(call: () => Promise<void>): Promise<void> {
    try {
      await call();
    } catch (error) {
      if (!this.#stormy || !isCacheError(error, 'UNKNOWN_OUTCOME')) throw error;
    }
  }

  #any<T>(list: readonly T[]): T {
    return list[Math.floor(this.#random() * list.length)] as T;
  }

  async #call(): Promise<void> {
    const calls = [
      () => this.#create(),
      // What a limit is about.
      ...(this.#limited ? [() => this.#create(), () => this.#create()] : []),
      () => this.#revoke(),
      () => this.#revokeById(),
      () => this.#revokeAll(),
      () => this.#revokeOthers(),
      () => this.#rotate(),
      () => this.#stepUp(),
      () => this.#update(),
      () => this.#update(),
      () => this.#touch(),
      () => this.#get(),
      () => this.#get(),
    ];
    await this.#weathered(this.#any(calls));
    if (this.#random() < 0.4) await this.#weathered(this.#any(calls));
  }

  async #create(): Promise<void> {
    // A limit may end whatever is there, and what comes.
    if (this.#limited) for (const known of this.#known) known.isTargeted = true;
    const ended = this.#removals.ended;
    const { token, session } = await this.#any(this.#processes).create({ subject: SUBJECT });
    this.#known.push({
      id: session.id,
      tokens: [token.reveal()],
      updates: 0,
      isTurnUnknown: false,
      isTargeted: this.#limited || this.#removals.begun > ended,
      isEnded: false,
    });
  }

  /** Removals of several. They may end what is made meanwhile. */
  readonly #removals = { begun: 0, ended: 0 };

  async #revoke(): Promise<void> {
    const known = this.#any(this.#known);
    known.isTargeted = true;
    const isGone = await this.#any(this.#processes).revoke(known.tokens.at(-1));
    if (isGone) known.isEnded = true;
  }

  async #revokeById(): Promise<void> {
    const known = this.#any(this.#known);
    known.isTargeted = true;
    const isGone = await this.#any(this.#processes).revokeById(SUBJECT, known.id);
    if (isGone) known.isEnded = true;
  }

  async #revokeAll(): Promise<void> {
    const before = [...this.#known];
    for (const known of before) known.isTargeted = true;
    this.#removals.begun += 1;
    await this.#any(this.#processes).revokeAll(SUBJECT);
    this.#removals.ended += 1;
    for (const known of before) known.isEnded = true;
    this.#reach(before);
  }

  async #revokeOthers(): Promise<void> {
    const kept = this.#any(this.#known);
    const token = kept.tokens.at(-1);
    const before = this.#known.filter((known) => known !== kept);
    for (const known of this.#known) if (known !== kept) known.isTargeted = true;
    const turned = kept.tokens.length;
    this.#removals.begun += 1;
    const rotating = this.#rotating.get(kept) ?? 0;
    await this.#any(this.#processes).revokeAll(SUBJECT, { except: token });
    this.#removals.ended += 1;
    // The token that was to be kept was replaced meanwhile, so that it kept nothing.
    if (kept.tokens.length !== turned || rotating > 0 || (this.#rotating.get(kept) ?? 0) > 0)
      kept.isTargeted = true;
    for (const known of before) known.isEnded = true;
    this.#reach([...before, kept]);
  }

  /** What became known while a removal ran may be gone. */
  #reach(before: readonly Known[]): void {
    for (const known of this.#known) if (!before.includes(known)) known.isTargeted = true;
  }

  readonly #rotating = new Map<Known, number>();

  async #replace(act: (known: Known) => Promise<string | undefined>): Promise<void> {
    const known = this.#any(this.#known);
    this.#rotating.set(known, (this.#rotating.get(known) ?? 0) + 1);
    // The new token may be lost.
    if (this.#stormy) known.isTargeted = true;
    let token: string | undefined;
    try {
      token = await act(known);
    } catch (error) {
      known.isTurnUnknown = true;
      throw error;
    }
    this.#rotating.set(known, (this.#rotating.get(known) ?? 1) - 1);
    if (token !== undefined) known.tokens.push(token);
  }

  #rotate(): Promise<void> {
    return this.#replace(async ({ tokens }) => {
      const rotated = await this.#any(this.#processes).rotate(tokens.at(-1));
      return rotated?.token?.reveal();
    });
  }

  #stepUp(): Promise<void> {
    return this.#replace(async ({ tokens }) => {
      const stepped = await this.#any(this.#processes).stepUp(tokens.at(-1), 'otp');
      return stepped?.token.reveal();
    });
  }

  async #update(): Promise<void> {
    const known = this.#any(this.#known);
    const session = await this.#any(this.#processes).update(known.tokens.at(-1), ({ count }) => ({
      count: count + 1,
    }));
    if (session !== null) known.updates += 1;
  }

  async #touch(): Promise<void> {
    await this.#any(this.#processes).touch(this.#any(this.#known).tokens.at(-1));
  }

  async #get(): Promise<void> {
    const known = this.#any(this.#known);
    const turned = known.tokens.length;
    const { isEnded } = known;
    const rotating = this.#rotating.get(known) ?? 0;
    const session = await this.#any(this.#processes).get(known.tokens.at(-1));
    assert.ok(!(isEnded && session !== null), 'a session was found after it had ended');
    const isDisturbed = known.isTargeted || known.tokens.length !== turned || rotating > 0;
    assert.ok(
      session !== null || isDisturbed || (this.#rotating.get(known) ?? 0) > 0,
      'a session that nobody touched was missing',
    );
  }

  async judge(): Promise<void> {
    const [one, other] = this.#processes as [SessionManager<Data>, SessionManager<Data>];
    const listed = new Set((await one.list(SUBJECT)).map(({ id }) => id));
    for (const known of this.#known) {
      const found = [];
      for (const token of known.tokens) found.push(await other.get(token, { touch: false }));
      const valid = found.filter((session) => session !== null);
      assert.ok(valid.length <= 1, 'two tokens of a session are good');
      assert.ok(valid.length === 0 || listed.has(known.id), 'valid, and not listed');
      if (!known.isTurnUnknown)
        assert.ok(valid.length === 1 || !listed.has(known.id), 'listed, and not valid');
      if (known.isEnded) assert.equal(valid.length, 0, 'a session came back');
      if (!known.isTargeted) assert.equal(valid.length, 1, 'a session that nobody ended is gone');
      const [session] = valid;
      if (session !== undefined && !this.#stormy)
        assert.equal(session.data.count, known.updates, 'an update was lost');
    }
    if (this.#limited) assert.ok(listed.size <= MOST, `${listed.size} sessions, and ${MOST} are allowed`);
    else if (!this.#stormy)
      for (const id of listed)
        assert.ok(
          this.#known.some((known) => known.id === id),
          'a session of nobody',
        );
    await one.revokeAll(SUBJECT);
    for (const { tokens } of this.#known)
      for (const token of tokens) assert.equal(await other.get(token), null);
  }
}
