/** Tells what happens, and insists on what was promised. */

export class BrokenPromise extends Error {
  override readonly name = 'BrokenPromise';
}

export class Narrator {
  #steps = 0;
  #kept = 0;

  get steps(): number {
    return this.#steps;
  }

  /** Promises that were found kept. */
  get kept(): number {
    return this.#kept;
  }

  step(title: string): void {
    this.#steps++;
    console.log(`\n${this.#steps}. ${title}`);
  }

  say(sentence: string): void {
    console.log(`   ${sentence}`);
  }

  /** Insists on a figure. */
  figure(what: string, found: number, promised: number): void {
    this.#verdict(`${what}: ${inWords(found)}`, found === promised, `promised: ${inWords(promised)}`);
  }

  /** Insists on a figure that may be higher. */
  atLeast(what: string, found: number, least: number): void {
    this.#verdict(`${what}: ${inWords(found)}`, found >= least, `promised: at least ${inWords(least)}`);
  }

  /** Insists that something is so. */
  fact(what: string, holds: boolean): void {
    this.#verdict(what, holds, 'this does not hold');
  }

  #verdict(line: string, holds: boolean, promised: string): void {
    if (!holds) throw new BrokenPromise(`step ${this.#steps}: ${line} (${promised})`);
    this.#kept++;
    console.log(`   ok  ${line}`);
  }
}

export function inWords(figure: number): string {
  return figure.toLocaleString('en-US');
}
