/** The stack nearly at its end. */

/** What `run` gives where about a quarter of the stack is left. */
export function onLittleStack<Result>(run: () => Result): Result {
  let level = 0;
  const descend = (last: number): Result => (++level >= last ? run() : descend(last));
  const levelsLeft = (): number => {
    level = 0;
    try {
      descend(Infinity);
    } catch {
      // That was the last.
    }
    return level;
  };
  // What a level takes is known when it is compiled.
  for (let pass = 0; pass < 5; pass++) levelsLeft();
  const levels = levelsLeft();
  level = 0;
  return descend(levels * 0.75);
}
