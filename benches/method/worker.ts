/** A subject in a process of its own: no other subject warms, deoptimizes or fills the heap it runs on. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/** The parent's side. One question at a time. */
export class Worker {
  readonly #child: ChildProcess;
  readonly #died: Promise<never>;

  /** `program` is a file that calls `serve`; `setting` is what it prepares for. */
  constructor(program: URL, setting: object, flags: readonly string[] = []) {
    this.#child = fork(program, [JSON.stringify(setting)], {
      execArgv: ['--conditions=@cache/source', ...flags],
    });
    this.#died = once(this.#child, 'exit').then(([code]) => {
      throw new Error(`a worker ended with code ${code}: ${JSON.stringify(setting)}`);
    });
    this.#died.catch(() => {}); // `ask` tells of it
  }

  async ask<Answer>(question: object = {}): Promise<Answer> {
    const answered = once(this.#child, 'message');
    this.#child.send(question);
    const [answer] = (await Promise.race([answered, this.#died])) as [Answer];
    return answer;
  }

  async end(): Promise<void> {
    this.#child.disconnect();
    await this.#died.catch(() => {});
  }
}

/** The child's side: makes ready what the parent's setting says, then answers its questions until it hangs up. */
export async function serve(
  prepare: (setting: never) => Promise<(question: never) => Promise<unknown>>,
): Promise<void> {
  const prepared = prepare(JSON.parse(process.argv[2] as string) as never);
  process.on('message', (question) => {
    void prepared.then(async (answer) => process.send?.(await answer(question as never)));
  });
  process.on('disconnect', () => process.exit(0));
  await prepared;
}
