/** Steps of a load: from the lease to the commit. */
import { LEASING } from './leasing.ts';
import { LIMITING } from './limiting.ts';
import { MARKING, OUTLIVING } from './marking.ts';
import { HITTING, READING, TIME } from './reading.ts';
import { WRITING } from './writing.ts';

/**
 * Requests for the right to load, each judged by itself, in their order.
 *
 * A request that was sent twice may arrive the second time when the lease has ended, and would be granted another under its token:
 * acquire(T) .. granted .. delete .. acquire(T) again, granted .. commit(T). So each sending of a request has an id of its own, which the grant
 * keeps and its holder is told: a lease is the holder's if it is of that sending.
 *
 * KEYS M E L E L ... | inbox partitions sending, and for each: token leaseMs awaited over tags · for each {1, record} a hit · {2, stale, sending} the
 * lease · {3, holder, ttl, stale} wait · {4, message} the awaited load failed · {-2} what is there cannot be read
 */
export const acquire: string = `#!lua flags=allow-oom
${HITTING}
local M = KEYS[1]
local seen = redis.call('HMGET', M, 'g', 'n')
local replies, others = {}, {}
for i = 2, #KEYS, 2 do
  local blob = redis.pcall('GET', KEYS[i])
  if hit(blob, seen[1], seen[2]) then replies[i / 2] = { 1, blob } else others[#others + 1] = i end
end
if #others == 0 then return replies end
${TIME}${READING}${MARKING}${LEASING}${OUTLIVING}
local function acquire(E, L, token, leaseMs, awaited, over, captured)
  local e, unreadable = load(E)
  if unreadable and over ~= '1' then return { -2 } end
  local g, n = found(M, token, ARGV[2])
  local state = judge(e, M, g, n)
  if state == 1 then return { 1, e.blob } end
  local stale = state == 2 and e.blob
  local lease = redis.call('HMGET', L, 't', 'g', 'n', 'k', 's', 'd')
  local holder = lease[1]
  if holder == token then return { 2, stale, lease[5] } end
  if holder and string.sub(holder, 1, 1) == '!' then
    if awaited ~= '' and holder == '!' .. awaited then return { 4, redis.call('HGET', L, 'e') } end
    redis.call('HDEL', L, 'e')
    holder = false
  elseif holder and not stands(lease, M, g, n) then
    tell(L, 'R', '', true)
    holder = false
  end
  if holder then
    redis.call('HSET', L, 'w:' .. ARGV[1], 1)
    local left, whole = redis.call('PTTL', L), tonumber(lease[6])
    if whole and left > whole then
      -- The clock went back. Of a holder that has died nobody would know for as long.
      redis.call('PEXPIRE', L, whole)
      left = whole
    end
    return { 3, holder, left, stale }
  end
  redis.call('HSET', L, 't', token, 'g', g, 'n', digits(n), 'k', captured, 's', ARGV[3], 'd', leaseMs)
  redis.call('PEXPIRE', L, leaseMs)
  -- A load that the marks do not outlive could not be told from one of another generation.
  outlive(M, now + leaseMs)
  return { 2, stale, ARGV[3] }
end
for _, i in ipairs(others) do
  local first = 4 + (i / 2 - 1) * 5
  replies[i / 2] = acquire(KEYS[i], KEYS[i + 1], unpack(ARGV, first, first + 4))
end
return replies
`;

/** KEYS L M | token sending leaseMs · 1 if the lease stands; one that does not has ended */
export const extend: string = `#!lua flags=allow-oom
${TIME}${READING}${LEASING}
local L, M = KEYS[1], KEYS[2]
local lease = redis.call('HMGET', L, 't', 'g', 'n', 'k', 's')
if lease[1] ~= ARGV[1] then return 0 end
local g, n = marks(M)
if not isOf(lease[5], ARGV[2]) or not stands(lease, M, g, n) then
  tell(L, 'R', '')
  return 0
end
redis.call('HSET', L, 'd', ARGV[3])
return redis.call('PEXPIRE', L, ARGV[3])
`;

/** KEYS L | token sending failure holdMs · ends the lease; a failure is kept for those who were told to wait */
export const release: string = `#!lua flags=allow-oom
${LEASING}
local L = KEYS[1]
local lease = redis.call('HMGET', L, 't', 's')
if lease[1] ~= ARGV[1] then return 0 end
if ARGV[3] == '' or not isOf(lease[2], ARGV[2]) then
  tell(L, 'R', '')
  return 1
end
tell(L, 'X', ARGV[3], true)
redis.call('HSET', L, 't', '!' .. ARGV[1], 'e', ARGV[3])
redis.call('PEXPIRE', L, ARGV[4])
return 1
`;

/**
 * KEYS E L M ... | key token version ttl grace loadMs flags tags terms keeps wakeMax term max mode payload sending · {1, evicted...} stored ·
 * {0} overtaken · {2} limited · {-1, missing}
 */
export const commit: string = `#!lua
${TIME}${READING}${LEASING}
local keepsSets = ARGV[10] == '1'
${WRITING}${LIMITING}
local E, L, M = KEYS[1], KEYS[2], KEYS[3]
local key, termBlock = ARGV[1], ARGV[9]
local old = load(E)
local lease = redis.call('HMGET', L, 't', 'g', 'n', 'k', 's')
if lease[1] ~= ARGV[2] then return { 0 } end
local g, n = marks(M)
local since = tonumber(lease[3])
local isOvertaken = not isOf(lease[5], ARGV[16]) or not stands(lease, M, g, n)
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
