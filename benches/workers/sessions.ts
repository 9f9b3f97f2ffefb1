/** Rates of one operation on the sessions of one subject: a closed loop of so many callers. */
import { serve } from '../method/worker.ts';
import { openSessions, type SessionSubject, type SessionSubjectName } from '../session/subjects.ts';

export interface SessionRateSetting {
  readonly subject: SessionSubjectName;
  readonly operation: keyof SessionSubject;
  readonly inFlight: number;
  readonly sessions: number;
  /** Of the server, for those that need one. */
  readonly url: string;
}

export interface SessionRateQuestion {
  /** Of one turn. */
  readonly milliseconds: number;
}

await serve(async ({ subject, operation, inFlight, sessions, url }: SessionRateSetting) => {
  const ask = (await openSessions(subject, url, sessions))[operation];
  if (ask === undefined) throw new Error(`${subject} has no ${operation}`);
  let asked = 0;
  /** Calls in a second. */
  return async ({ milliseconds }: SessionRateQuestion): Promise<number> => {
    const started = performance.now();
    const end = started + milliseconds;
    const before = asked;
    const caller = async (): Promise<void> => {
      while (performance.now() < end) {
        for (let n = 0; n < 16; n += 1) {
          const found = await ask((asked * 7919) % sessions);
          if (found === null || found === undefined) throw new Error('a session is missing');
          asked += 1;
        }
      }
    };
    await Promise.all(Array.from({ length: inFlight }, caller));
    return (1_000 * (asked - before)) / (performance.now() - started);
  };
});
