/** A server process that ends with its handle, and at the latest with the process that started it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';

/**
 * The kernel ends the server when whoever started it is gone, even if that one was killed and could run no code any more. The program
 * replaces itself by the one that it starts, so the pid is the server's. A worker thread that ends takes its servers along, too.
 */
const SETPRIV = '/usr/bin/setpriv';

export class Child {
  readonly pid: number;
  readonly #process: ChildProcess;
  readonly #gone: Promise<unknown>;

  private constructor(process: ChildProcess, pid: number) {
    this.#process = process;
    this.pid = pid;
    this.#gone = once(process, 'exit');
  }

  /** What the program says is appended to the log file. Rejects when the program cannot be started. */
  static async start(
    program: string,
    args: readonly string[],
    { cwd, log }: { readonly cwd: string; readonly log: string },
  ): Promise<Child> {
    const bound = existsSync(SETPRIV);
    const output = openSync(log, 'a');
    try {
      const process = spawn(
        bound ? SETPRIV : program,
        bound ? ['--pdeathsig', 'KILL', program, ...args] : args,
        { cwd, stdio: ['ignore', output, output] },
      );
      await once(process, 'spawn');
      if (process.pid === undefined) throw new Error(`${program} was started without a pid`);
      return new Child(process, process.pid);
    } finally {
      closeSync(output);
    }
  }

  get running(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  /** Resolves when the process is gone. */
  async end(signal: NodeJS.Signals): Promise<void> {
    if (!this.running) return;
    this.signal(signal);
    await this.#gone;
  }
}
