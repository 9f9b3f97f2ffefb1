/** Interleaving: everybody takes a short turn, round after round, so that what disturbs the machine disturbs all alike. */

export interface Plan {
  /** Rounds that are not counted: code gets compiled. */
  readonly warmUps: number;
  readonly rounds: number;
}

/** What each of `turns` took, round by round. Every second round goes backwards: nobody always follows the same neighbour. */
export async function takeTurns<Taken>(
  turns: readonly (() => Promise<Taken>)[],
  { warmUps, rounds }: Plan,
): Promise<Taken[][]> {
  const taken = turns.map((): Taken[] => []);
  for (let round = -warmUps; round < rounds; round++) {
    const order = round % 2 === 0 ? [...turns.keys()] : [...turns.keys()].toReversed();
    for (const turn of order) {
      const result = await (turns[turn] as () => Promise<Taken>)();
      if (round >= 0) taken[turn]?.push(result);
    }
  }
  return taken;
}
