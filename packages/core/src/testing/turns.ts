/** Waiting for work that is already under way, without waiting for time to pass. This file imports nothing. */

/** Lets every promise that can settle do so: `turns` rounds of the event loop, each with all its microtasks. */
export async function settle(turns = 2): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await nextTurn();
}

/**
 * Resolves once `condition` holds, looking again every turn of the event loop. Throws an error that says `what` after `limitMs` of real
 * time: a condition that needs time to pass belongs to a fake clock.
 */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string,
  limitMs = 5_000,
): Promise<void> {
  let late = false;
  const limit = setTimeout(() => (late = true), limitMs);
  try {
    while (!(await condition())) {
      if (late) throw new Error(`${what}: not within ${limitMs} ms`);
      await nextTurn();
    }
  } finally {
    clearTimeout(limit);
  }
}

/** The end of the current turn: `setImmediate` where it exists, a timer elsewhere. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === 'function') setImmediate(resolve);
    else setTimeout(resolve, 0);
  });
}
