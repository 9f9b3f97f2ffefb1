/** The handle of a worker process: it ends with the handle, whatever it was doing, paused or not. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { Ending, FromWorker, Method, Order, Setting, ToWorker } from './orders.ts';

/** A call of `getOrSet` whose loader waits for its ending. */
export interface Load {
  /** What the call gives. Nobody needs to look at it: that it fails is no unhandled rejection. */
  readonly outcome: Promise<unknown>;
  /** Resolves when its loader runs: it leads. */
  readonly loading: Promise<void>;
  readonly isLoading: boolean;
  readonly isSettled: boolean;
  /** Tells the loader how to end. */
  end(ending: Ending): void;
}

/** What a call in the process was rejected with, as far as it crosses. */
class RejectedThere extends Error {
  override readonly name = 'RejectedThere';
  readonly code: string | undefined;

  constructor(code: string | undefined, message: string) {
    super(message);
    this.code = code;
  }
}

interface Pending {
  readonly settle: PromiseWithResolvers<unknown>;
  readonly loading: () => void;
}

export class WorkerProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #gone: Promise<unknown>;
  readonly #pending = new Map<number, Pending>();
  readonly #up = Promise.withResolvers<void>();
  #orders = 0;
  #said = '';

  private constructor(setting: Setting) {
    this.#child = fork(new URL('./worker.ts', import.meta.url), [JSON.stringify(setting)], {
      execArgv: ['--conditions=@cache/source'],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#gone = once(this.#child, 'close').then(() => this.#ended());
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#said += text));
    this.#child.on('message', (message) => this.#heard(message as FromWorker));
  }

  /** Resolves when its cache is open; rejects with what it said when it cannot be. */
  static async start(setting: Setting): Promise<WorkerProcess> {
    const worker = new WorkerProcess(setting);
    try {
      await worker.#up.promise;
      return worker;
    } catch (error) {
      await worker.kill();
      throw error;
    }
  }

  call(method: Method, ...args: readonly unknown[]): Promise<unknown> {
    return this.tell({ do: 'call', method, args });
  }

  /** Begins a `getOrSet`. */
  load(key: string, options: (Order & { do: 'load' })['options'] = {}): Load {
    const loading = Promise.withResolvers<void>();
    let isLoading = false;
    let isSettled = false;
    const id = this.#order({ do: 'load', key, options }, () => {
      isLoading = true;
      loading.resolve();
    });
    const outcome = this.#outcome(id);
    const settled = (): void => void (isSettled = true);
    outcome.then(settled, settled);
    return {
      outcome,
      loading: loading.promise,
      get isLoading() {
        return isLoading;
      },
      get isSettled() {
        return isSettled;
      },
      end: (ending) => this.#send({ type: 'end', id, ending }),
    };
  }

  tell(order: Order): Promise<unknown> {
    return this.#outcome(this.#order(order, () => undefined));
  }

  /** The end without warning. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#gone;
  }

  /** Stops it in the middle of whatever it does, as a machine that is suspended. */
  pause(): void {
    this.#child.kill('SIGSTOP');
  }

  resume(): void {
    this.#child.kill('SIGCONT');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }

  #order(order: Order, loading: () => void): number {
    const id = ++this.#orders;
    this.#pending.set(id, { settle: Promise.withResolvers(), loading });
    this.#send({ type: 'order', id, order });
    return id;
  }

  #outcome(id: number): Promise<unknown> {
    const { promise } = (this.#pending.get(id) as Pending).settle;
    promise.catch(() => undefined);
    return promise;
  }

  #send(message: ToWorker): void {
    // What cannot be sent is answered by the end of the process.
    if (this.#child.connected) this.#child.send(message, () => undefined);
  }

  #heard(message: FromWorker): void {
    if (message.type === 'up') return this.#up.resolve();
    const pending = this.#pending.get(message.id);
    if (message.type === 'loading') pending?.loading();
    else if (message.type === 'done') pending?.settle.resolve(message.result);
    else pending?.settle.reject(new RejectedThere(message.code, message.message));
    return undefined;
  }

  #ended(): void {
    const error = new Error(`the process ended: ${this.#said.slice(-2_000)}`);
    this.#up.reject(error);
    for (const { settle } of this.#pending.values()) settle.reject(error);
  }
}

/** Starts so many processes at once; if one cannot, the others end. */
export async function startWorkers(
  stack: AsyncDisposableStack,
  settings: readonly Setting[],
): Promise<readonly WorkerProcess[]> {
  const starting = await Promise.allSettled(settings.map((setting) => WorkerProcess.start(setting)));
  for (const one of starting) if (one.status === 'fulfilled') stack.use(one.value);
  return starting.map((one) => {
    if (one.status === 'rejected') throw one.reason as Error;
    return one.value;
  });
}
