/** Providers of a process that is slow at a moment that a case chooses. */
import type { Provider } from '@cache/core';
import { intercept } from '@cache/core/testing';

type Wrapper = (provider: Provider) => Provider;
type Hold = () => Promise<unknown>;

/** Calls of these methods wait before they are sent. */
export function holdingCalls(methods: readonly string[], hold: Hold): Wrapper {
  return around(methods, async (run) => {
    await hold();
    return run();
  });
}

/** Answers of these methods wait before they arrive. */
export function holdingAnswers(methods: readonly string[], hold: Hold): Wrapper {
  return around(methods, async (run) => {
    const answer = await run();
    await hold();
    return answer;
  });
}

function around(methods: readonly string[], step: (run: () => unknown) => Promise<unknown>): Wrapper {
  return (provider) =>
    intercept<Provider>(
      provider,
      ({ method }, run) => (methods.includes(method) ? step(run) : run()),
      provider.kind === 'engine' ? { synchronous: false } : {},
    );
}
