/** The step that draws a fence. */
import { scriptOf, type Script } from '../script.ts';

/** How long the last fence is remembered. It matters when the server's clock is set back, or a server with another clock takes over. */
const KEPT_MS = 86_400_000;

/**
 * KEYS the last fence, the locks | token · the fence, greater than all before it; 0: the locks are no longer held
 *
 * The locks are looked at in the same step. Otherwise a holder that was paused before it drew would get a greater fence than the holder
 * that came after it, and outside resources would refuse the wrong one.
 *
 * It is the server's time in microseconds, or one more than the last one: so it rises also when a replica takes over that lacks the last one.
 */
export const FENCE: Script = scriptOf(
  'fence',
  `#!lua flags=allow-oom
for i = 2, #KEYS do
  if redis.call('GET', KEYS[i]) ~= ARGV[1] then return 0 end
end
local clock = redis.call('TIME')
local last = tonumber(redis.call('GET', KEYS[1]) or 0)
local fence = string.format('%.0f', math.max(last + 1, clock[1] * 1000000 + clock[2]))
redis.call('SET', KEYS[1], fence, 'PX', ${KEPT_MS})
return fence
`,
);
