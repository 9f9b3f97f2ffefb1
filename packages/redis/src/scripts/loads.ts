/** Steps of a load: from the lease to the commit. */
import { HITTING, LEASING, MARKING, READING, TIME, WRITING } from './words.ts';
import { LIMITING } from './limiting.ts';

/**
 * KEYS E L M | token leaseMs inbox awaited over partitions tags · {1, record} a hit · {2, stale, generation, moment} the lease · {3, holder, ttl, stale} wait ·
 * {4, message} the awaited load failed · {-2} what is there cannot be read
 */
export const acquire: string = `#!lua flags=allow-oom
${HITTING}
local E, L, M = KEYS[1], KEYS[2], KEYS[3]
local seen = redis.call('HMGET', M, 'g', 'n')
local blob = redis.pcall('GET', E)
if hit(blob, seen[1], seen[2]) then return { 1, blob } end
${TIME}${READING}${MARKING}${LEASING}
local token = ARGV[1]
local e, unreadable = load(E)
if unreadable and ARGV[5] ~= '1' then return { -2 } end
local g, n = found(M, token, ARGV[6])
local state = judge(e, M, g, n)
if state == 1 then return { 1, e.blob } end
local stale = state == 2 and e.blob
local lease = redis.call('HMGET', L, 't', 'g', 'n', 'k')
local holder = lease[1]
if holder == token then return { 2, stale, lease[2], lease[3] } end
if holder and string.sub(holder, 1, 1) == '!' then
  if ARGV[4] ~= '' and holder == '!' .. ARGV[4] then return { 4, redis.call('HGET', L, 'e') } end
  redis.call('HDEL', L, 'e')
  holder = false
elseif holder and not stands(lease, M, g, n) then
  tell(L, 'R', '', true)
  holder = false
end
if holder then
  redis.call('HSET', L, 'w:' .. ARGV[3], 1)
  return { 3, holder, redis.call('PTTL', L), stale }
end
redis.call('HSET', L, 't', token, 'g', g, 'n', digits(n), 'k', ARGV[7])
redis.call('PEXPIRE', L, ARGV[2])
return { 2, stale, g, digits(n) }
`;

/** KEYS L M | token leaseMs · 1 if the lease stands */
export const extend: string = `#!lua flags=allow-oom
${TIME}${READING}${LEASING}
local L, M = KEYS[1], KEYS[2]
local lease = redis.call('HMGET', L, 't', 'g', 'n', 'k')
if lease[1] ~= ARGV[1] then return 0 end
local g, n = marks(M)
if not stands(lease, M, g, n) then return 0 end
return redis.call('PEXPIRE', L, ARGV[2])
`;

/** KEYS L | token failure holdMs · ends the lease; a failure is kept for those who were told to wait */
export const release: string = `#!lua flags=allow-oom
${LEASING}
local L = KEYS[1]
if redis.call('HGET', L, 't') ~= ARGV[1] then return 0 end
if ARGV[2] == '' then
  tell(L, 'R', '')
  return 1
end
tell(L, 'X', ARGV[2], true)
redis.call('HSET', L, 't', '!' .. ARGV[1], 'e', ARGV[2])
redis.call('PEXPIRE', L, ARGV[3])
return 1
`;

/**
 * KEYS E L M ... | key token version ttl grace loadMs flags tags terms keeps wakeMax term max mode payload generation moment · {1, evicted...} stored ·
 * {0} overtaken · {2} limited · {-1, missing}
 */
export const commit: string = `#!lua
${TIME}${READING}${MARKING}${LEASING}
local keepsSets = ARGV[10] == '1'
${WRITING}${LIMITING}
local E, L, M = KEYS[1], KEYS[2], KEYS[3]
local key, termBlock = ARGV[1], ARGV[9]
local old = load(E)
local lease = redis.call('HMGET', L, 't', 'g', 'n', 'k')
if lease[1] ~= ARGV[2] then return { 0 } end
local g, n = marks(M)
-- As its holder was told when it was granted. A request that was sent twice may come the second time when the lease has ended, and is granted
-- a new one under the token of the old: acquire(T) .. lease ends .. delete by index .. acquire(T) again .. commit(T).
if ARGV[16] ~= '' then lease[2], lease[3] = ARGV[16], ARGV[17] end
local since = tonumber(lease[3])
local isOvertaken = not stands(lease, M, g, n)
if not isOvertaken and n > since then
  local tagList, termList = texts(ARGV[8]), texts(termBlock)
  isOvertaken = removed(M, since, 't:', tagList) or removed(M, since, 'x:', termList)
    or (#tagList + #termList > 0 and tonumber(redis.call('HGET', M, 'o') or 0) > since)
end
if isOvertaken then
  tell(L, 'R', '')
  return { 0 }
end
declare(old, texts(termBlock))
local surplus = judgeLimit(M, g, n, key, termBlock, ARGV[12], ARGV[13], ARGV[14])
if incomplete() then return wanting() end
if not surplus then
  tell(L, 'R', '')
  return { 2 }
end
local result = evict(M, g, surplus)
local e = born(ARGV[3], g, n, ARGV[4], ARGV[5], ARGV[6], ARGV[7])
local blob = store(E, M, key, e, old, ARGV[8], termBlock, ARGV[15])
if #blob <= tonumber(ARGV[11]) then tell(L, 'V', blob) else tell(L, 'R', '') end
table.insert(result, 1, 1)
return result
`;
