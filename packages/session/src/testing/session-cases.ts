/** All cases of the kit, from the simplest promise to the hardest. */
import type { SessionCase } from './case.ts';
import { authentication } from './cases/authentication.ts';
import { changing } from './cases/changing.ts';
import { ending } from './cases/ending.ts';
import { failures } from './cases/failures.ts';
import { importing } from './cases/importing.ts';
import { lifetimes } from './cases/lifetimes.ts';
import { limits } from './cases/limits.ts';
import { tokens } from './cases/tokens.ts';

export const SESSION_CASES: readonly SessionCase[] = [
  ...lifetimes,
  ...tokens,
  ...authentication,
  ...changing,
  ...ending,
  ...limits,
  ...importing,
  ...failures,
];
