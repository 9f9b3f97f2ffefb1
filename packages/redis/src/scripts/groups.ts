/** Steps that concern a whole partition, or several of its entries. */
import { LEASING } from './leasing.ts';
import { MARGIN_MS, MARKING } from './marking.ts';
import { PERMITTING } from './permissions.ts';
import { READING, TIME } from './reading.ts';
import { WRITING } from './writing.ts';

/** Taking away the records under a term that was removed at a moment. Needs the words of reading, leasing and writing. */
const REAPING = `
-- What is to go of a member; nil: it stays, or its entry is not to be had here.
local function goes(member, term, g, moment)
  local E = need('e' .. place .. member)
  if not declared[E] then return nil end
  local e = load(E)
  local carries = false
  if e then for _, carried in ipairs(terms(e)) do if carried == term then carries = true end end end
  if not carries then return { member = member } end
  if e.moment >= moment and e.generation == g then return nil end
  declare(e, {})
  return { member = member, e = e }
end
-- 1 if a fresh entry went, else 0.
local function reap(M, X, going, g, n, moment)
  if not going then return 0 end
  local member, e = going.member, going.e
  if not e then
    leave(X, member)
    return 0
  end
  local wasFresh = judge(e, M, g, n, moment) == 1
  drop('e' .. place .. member, M, member, e, g)
  -- A load that began after the removal is not its business. One that began before is refused by the mark, also where its lease is not here.
  local L = 'l' .. place .. member
  local since = redis.pcall('HGET', L, 'n')
  if type(since) == 'string' and tonumber(since) < moment then tell(L, 'R', '') end
  return wasFresh and 1 or 0
end
`;

/** KEYS M | id partitions tag... · makes every entry that carries one of the tags absent: 1 when a sweep is owed */
export const invalidateTags: string = `#!lua flags=allow-oom
${TIME}${READING}${MARKING}
local M = KEYS[1]
local g, n = found(M, ARGV[1], ARGV[2])
local names = {}
for i = 3, #ARGV do names[#names + 1] = ARGV[i] end
local moment = advance(M, n)
local owes = redis.call('HEXISTS', M, 'f')
if owes == 1 then redis.call('HSET', M, 'd', digits(moment)) end
remember(M, 't:', names, moment)
return owes
`;

/**
 * KEYS M | id partitions · makes every entry of the partition absent and ends every lease: 1 when a sweep is owed, else 0; and 2 more when
 * the marks are to be made by another step, because a master that gives the slot away makes nothing anew
 */
export const clear: string = `#!lua flags=allow-oom
${TIME}${READING}${MARKING}
local M = KEYS[1]
local g, n = found(M, ARGV[1], ARGV[2])
local owes = (redis.call('HEXISTS', M, 'f') == 1 or redis.call('HEXISTS', M, 'd') == 1) and 1 or 0
redis.call('UNLINK', M)
if not make(M, ARGV[1], ARGV[2], math.max(n + 1, micros)) then return owes + 2 end
-- The marks last as long as the debt.
if owes == 1 then
  redis.call('HSET', M, 'd', digits(micros))
  redis.call('PERSIST', M)
end
return owes
`;

/** KEYS M | id partitions owes · makes the marks of a partition that was cleared, and notes its debt */
export const cleared: string = `#!lua flags=allow-oom
${TIME}${READING}${MARKING}
local M = KEYS[1]
found(M, ARGV[1], ARGV[2])
if ARGV[3] == '1' then
  -- What was written since the marks were made has an end that they must outlive, once the debt is paid.
  local ends = math.max(redis.call('PEXPIRETIME', M), tonumber(redis.call('HGET', M, 'h') or 0))
  redis.call('HSET', M, 'd', digits(micros), 'h', digits(ends))
  redis.call('PERSIST', M)
end
return 1
`;

/** So many records are taken away in the step that makes them absent. */
const MOST_TAKEN_ALONG = 128;

/**
 * KEYS M | id partitions term keeps slots · makes every entry that carries the term absent, and takes those records away that it finds here:
 * {moment, whether a sweep is owed, how many of them were fresh, whether there may be others, which go afterwards}
 * With slots, which may move, an index set that is not here may be on another server.
 */
export const removeTerm: string = `#!lua flags=allow-oom
${TIME}${READING}${MARKING}${LEASING}
local keepsSets = ARGV[4] == '1'
${WRITING}${REAPING}
local M = KEYS[1]
local g, n = found(M, ARGV[1], ARGV[2])
local moment = advance(M, n)
local owes = redis.call('HEXISTS', M, 'f')
if owes == 1 then redis.call('HSET', M, 'd', digits(moment)) end
remember(M, 'x:', { ARGV[3] }, moment)
local X = index(ARGV[3])
local members = {}
if declared[X] then
  members = redis.call('ZRANGEBYSCORE', X, digits(now), '+inf', 'LIMIT', 0, ${MOST_TAKEN_ALONG + 1})
  redis.call('ZREMRANGEBYSCORE', X, '-inf', '(' .. digits(now))
end
local left = (#members > ${MOST_TAKEN_ALONG} or ARGV[5] == '1' and not declared[X]) and 1 or 0
local count = 0
for i = 1, math.min(#members, ${MOST_TAKEN_ALONG}) do
  local before = #missing
  local going = goes(members[i], ARGV[3], g, moment)
  if #missing > before then left = 1 else count = count + reap(M, X, going, g, moment, moment) end
end
return { digits(moment), owes, count, left }
`;

/**
 * KEYS E L M X ... | term moment keeps key... · takes the records away that went with the term at the moment, E of each key among KEYS ·
 * {1, how many were fresh} · {-1, missing}
 */
export const reapTerm: string = `#!lua flags=allow-oom
${TIME}${READING}${LEASING}
local keepsSets = ARGV[3] == '1'
${WRITING}${REAPING}
local M, X = KEYS[3], KEYS[4]
local g, n = marks(M)
local moment = tonumber(ARGV[2])
local going = {}
for i = 4, #ARGV do going[#going + 1] = goes(ARGV[i], ARGV[1], g, moment) end
if incomplete() then return wanting() end
local count = 0
for _, each in ipairs(going) do count = count + reap(M, X, each, g, n, moment) end
return { 1, count }
`;

/** KEYS M | id partitions · fences the loads of the partition against a removal by pattern */
export const fence: string = `#!lua flags=allow-oom
${TIME}${READING}${MARKING}
local M = KEYS[1]
local g, n = found(M, ARGV[1], ARGV[2])
redis.call('HSET', M, 'p', digits(advance(M, n)))
return 1
`;

/** KEYS E L M ... | key keeps · takes a record away that nobody can find any more: {1} · {0} it can be found · {-1, missing} */
export const reap: string = `#!lua flags=allow-oom
${TIME}${READING}
local keepsSets = ARGV[2] == '1'
${WRITING}
local E, M = KEYS[1], KEYS[3]
local e = load(E)
if not e then return { 0 } end
local g, n = marks(M)
if judge(e, M, g, n) ~= 0 then return { 0 } end
declare(e, {})
if incomplete() then return wanting() end
drop(E, M, ARGV[1], e, g)
return { 1 }
`;

/**
 * KEYS M · what a partition was left with, and what the user may not do in it: {the number of partitions it was made with or nothing, the
 * debt or nothing, commands}
 */
export const open: string = `#!lua flags=no-writes
${PERMITTING}
local m = redis.call('HMGET', KEYS[1], 'P', 'd')
return { m[1] or '', m[2] or '', lacking(KEYS[1]) }
`;

/** KEYS M S | sweeper holdMs · {the debt of a partition, or nothing, whether somebody else is sweeping it} */
export const owed: string = `#!lua flags=allow-oom
local debt = redis.call('HGET', KEYS[1], 'd')
if not debt then return { '', 0 } end
local sweeper = redis.call('GET', KEYS[2])
if sweeper and sweeper ~= ARGV[1] then return { '', 1 } end
redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
return { debt, 0 }
`;

/** KEYS M S | sweeper debt · the debt is paid, unless another came since: then 0 */
export const swept: string = `#!lua flags=allow-oom
${TIME}
if redis.call('GET', KEYS[2]) == ARGV[1] then redis.call('DEL', KEYS[2]) end
if redis.call('HGET', KEYS[1], 'd') ~= ARGV[2] then return 0 end
redis.call('HDEL', KEYS[1], 'd')
if redis.call('HEXISTS', KEYS[1], 'f') == 0 and redis.call('PTTL', KEYS[1]) == -1 then
  local h = tonumber(redis.call('HGET', KEYS[1], 'h') or 0)
  redis.call('PEXPIREAT', KEYS[1], digits(math.max(h, now + ${MARGIN_MS})))
end
return 1
`;
