/** Steps that change one key. */
import { FORMAT, HEADER_BYTES } from '../entry-format.ts';
import { LEASING } from './leasing.ts';
import { LIMITING } from './limiting.ts';
import { CUTTING, MARGIN_MS, MARKING, OUTLIVING } from './marking.ts';
import { READING, TIME } from './reading.ts';
import { WRITING } from './writing.ts';

/** How long an update that lost again and again is let ahead, in milliseconds. */
const CLAIM_MS = 100;

/**
 * The writes that most programs make: whatever is there, without terms, and not for ever. They take no entry apart. Each is judged by itself,
 * in their order; `drafts` are, one after the other, ttl, time to keep, length, and a record that lacks what only the server knows.
 *
 * KEYS M E L E L ... | partitions drafts · 1 all written · for each 1 written, -3 it is not that simple, or the names of the index sets that the
 * old entry is in: of these nothing was changed
 */
export const set: string = `#!lua
${CUTTING}${OUTLIVING}
local M = KEYS[1]
local seen = redis.call('HMGET', M, 'g', 'n', 'P')
checkCut(seen[3], ARGV[1])
local leases = {}
for i = 3, #KEYS, 2 do leases[#leases + 1] = KEYS[i] end
local areLeased = redis.call('EXISTS', unpack(leases)) > 0
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
-- Why an entry may not be replaced here; false if it may.
local function obstacle(E, L)
  if areLeased and redis.call('EXISTS', L) == 1 then return -3 end
  -- From the end of the old entry to the length of its terms.
  local old = redis.pcall('GETRANGE', E, 53, 76)
  if old == '' then return false end
  if #old ~= 24 or string.sub(old, 1, 6) == '\\0\\0\\0\\0\\0\\0' then return -3 end
  if string.sub(old, 22) == '\\0\\0\\0' then return false end
  -- Of another format nothing can be taken apart.
  if redis.call('GETRANGE', E, 0, 0) ~= string.char(${FORMAT}) then return -3 end
  local tagBytes, termBytes = struct.unpack('>I3I3', old, 19)
  local block = redis.call('GETRANGE', E, ${HEADER_BYTES} + tagBytes, ${HEADER_BYTES - 1} + tagBytes + termBytes)
  local names, at = {}, 1
  while at < #block do
    local next = at + 2 + struct.unpack('>H', block, at)
    if next > #block + 1 then return -3 end
    names[#names + 1] = 'i' .. string.sub(M, 2) .. string.sub(block, at + 2, next - 1)
    at = next
  end
  return names
end
local replies, areSimple, last, at = {}, true, 0, 1
for i = 2, #KEYS, 2 do
  local E, ttl, keep, head, rest = KEYS[i]
  ttl, keep, head, rest, at = struct.unpack('>I6I6c22I4c0', ARGV[2], at)
  local reply = obstacle(E, KEYS[i + 1]) or 1
  if reply == 1 then
    if not seen[1] then
      -- The first of the partition. Its version is an id that nobody else has.
      seen = { string.sub(head, 11, 22), struct.pack('>I7', clock[1] * 1000000 + clock[2]) }
      redis.call('HSET', M, 'g', seen[1], 'n', seen[2], 'P', ARGV[1])
      redis.call('PEXPIRE', M, ${MARGIN_MS})
    end
    local kept = now + keep
    if kept > last then
      outlive(M, kept)
      last = kept
    end
    local times = struct.pack('>I6I6I6I6I6', now, now + ttl, kept, 0, now)
    redis.call('SET', E, head .. seen[1] .. seen[2] .. times .. rest, 'PXAT', string.format('%.0f', kept))
  else
    areSimple = false
  end
  replies[i / 2] = reply
end
return areSimple and 1 or replies
`;

/**
 * KEYS E L M ... | key condition version newVersion ttl grace loadMs flags tags terms keeps partitions term max mode payload contender claims
 * With a version the fourth key is the claim. `ttl` and `tags` may be 'keep'.
 * {1, evicted...} written · {0, current} refused · {2} limited · {3, current} claimed · {-1, missing} · {-2} cannot be read
 */
export const write: string = `#!lua
${TIME}${READING}${MARKING}${LEASING}
local keepsSets = ARGV[11] == '1'
${WRITING}${LIMITING}
local E, L, M = KEYS[1], KEYS[2], KEYS[3]
local key, condition, termBlock = ARGV[1], ARGV[2], ARGV[10]
local old, unreadable = load(E)
if unreadable and condition ~= '' then return { -2 } end
local g, n = found(M, ARGV[4], ARGV[12])
local isFresh = judge(old, M, g, n) == 1
local holds = condition == '' or (condition == 'absent' and not isFresh) or (condition == 'present' and isFresh)
  or (condition == 'version' and isFresh and old.version == ARGV[3])
-- Among those who contend for the key by its version one may have priority. Nobody else is held up by it.
local contender = condition == 'version' and ARGV[17] ~= '' and ARGV[17]
local ahead = contender and redis.call('GET', KEYS[4])
if ahead and ahead ~= contender then return { 3, isFresh and old.blob } end
if not holds then
  if contender and ARGV[18] == '1' and not ahead then redis.call('SET', KEYS[4], contender, 'PX', ${CLAIM_MS}) end
  return { 0, isFresh and old.blob }
end
declare(old, texts(termBlock))
local surplus = judgeLimit(M, g, n, key, termBlock, ARGV[13], ARGV[14], ARGV[15])
if incomplete() then return wanting() end
if not surplus then return { 2 } end
local result = evict(M, g, surplus)
local e = born(ARGV[4], g, n, ARGV[5] == 'keep' and '' or ARGV[5], ARGV[6], ARGV[7], ARGV[8])
if ARGV[5] == 'keep' then e.fresh, e.kept = old.fresh, old.kept end
local tagBlock = ARGV[9]
-- The entry that is replaced was judged in this very step: its tags are good at this moment.
if tagBlock == 'keep' then tagBlock = string.sub(old.blob, #old.blob - #payload(old) - old.tagBytes - old.termBytes + 1, #old.blob - #payload(old) - old.termBytes) end
store(E, M, key, e, old, tagBlock, termBlock, ARGV[16])
if ahead then redis.call('DEL', KEYS[4]) end
tell(L, 'R', '')
table.insert(result, 1, 1)
return result
`;

/** KEYS E L M ... | key wanted keeps · {1, record} a fresh entry was removed · {0} · {-1, missing} */
export const remove: string = `#!lua flags=allow-oom
${TIME}${READING}${LEASING}
local keepsSets = ARGV[3] == '1'
${WRITING}
local E, L, M = KEYS[1], KEYS[2], KEYS[3]
local e = load(E)
local g, n = marks(M)
declare(e, {})
if incomplete() then return wanting() end
local isFresh = judge(e, M, g, n) == 1
drop(E, M, ARGV[1], e, g)
tell(L, 'R', '')
if isFresh then return { 1, ARGV[2] == '1' and e.blob } end
return { 0 }
`;

/**
 * KEYS E L M ... | key delta version ttl grace renew keeps partitions · {1, value} · {0} not a counter · {2} overflow · {-1, missing} ·
 * {-2} cannot be read
 */
export const count: string = `#!lua
${TIME}${READING}${MARKING}${LEASING}
local keepsSets = ARGV[7] == '1'
${WRITING}
local E, L, M = KEYS[1], KEYS[2], KEYS[3]
local old, unreadable = load(E)
if unreadable then return { -2 } end
local g, n = found(M, ARGV[3], ARGV[8])
local isFresh = judge(old, M, g, n) == 1
local before = 0
if isFresh then
  if old.flags % 2 ~= 1 then return { 0 } end
  before = tonumber(payload(old))
end
local value = before + tonumber(ARGV[2])
if value > 9007199254740991 or value < -9007199254740991 then return { 2 } end
local termBlock, tagBlock, flags = '', '', 1
if isFresh then
  local from = #old.blob - #payload(old) - old.termBytes
  tagBlock = string.sub(old.blob, from - old.tagBytes + 1, from)
  termBlock = string.sub(old.blob, from + 1, from + old.termBytes)
  flags = old.flags
end
declare(old, texts(termBlock))
if incomplete() then return wanting() end
local e = born(ARGV[3], g, n, ARGV[4], ARGV[5], 0, flags)
if isFresh and ARGV[6] ~= '1' then e.fresh, e.kept = old.fresh, old.kept end
store(E, M, ARGV[1], e, old, tagBlock, termBlock, digits(value))
tell(L, 'R', '')
return { 1, digits(value) }
`;

/** KEYS E L M ... | key ttl grace keeps · a new life for the fresh entry: {1} · {0} none · {-1, missing} */
export const touch: string = `#!lua
${TIME}${READING}
local keepsSets = ARGV[4] == '1'
${WRITING}
local E, M = KEYS[1], KEYS[3]
local old = load(E)
local g, n = marks(M)
if judge(old, M, g, n) ~= 1 then return { 0 } end
declare(old, {})
if incomplete() then return wanting() end
local life = born(old.version, g, n, ARGV[2], ARGV[3], 0, 0)
local e = { flags = old.flags, loadMs = old.loadMs, version = old.version, generation = g, moment = n, created = old.created,
  fresh = life.fresh, kept = life.kept, absolute = old.absolute, used = now }
local from = #old.blob - #payload(old) - old.termBytes
store(E, M, ARGV[1], e, old, string.sub(old.blob, from - old.tagBytes + 1, from),
  string.sub(old.blob, from + 1, from + old.termBytes), payload(old))
return { 1 }
`;

/** KEYS E L M ... | key keeps · makes the fresh entry stale: {1} · {0} none · {-1, missing} */
export const expire: string = `#!lua flags=allow-oom
${TIME}${READING}${LEASING}
local keepsSets = ARGV[2] == '1'
${WRITING}
local E, L, M = KEYS[1], KEYS[2], KEYS[3]
local e = load(E)
local g, n = marks(M)
if judge(e, M, g, n) ~= 1 then
  tell(L, 'R', '')
  return { 0 }
end
declare(e, {})
if incomplete() then return wanting() end
if e.fresh == 0 or e.kept == e.fresh then
  drop(E, M, ARGV[1], e, g)
elseif e.kept == 0 then
  redis.call('SETRANGE', E, 47, struct.pack('>I6', now))
else
  local kept = now + e.kept - e.fresh
  redis.call('SETRANGE', E, 47, struct.pack('>I6I6', now, kept))
  redis.call('PEXPIREAT', E, digits(kept))
end
tell(L, 'R', '')
return { 1 }
`;

/** KEYS E L M ... | key version keeps added removed · {1} · {0} no fresh entry · {-1, missing} · {-2} cannot be read · {-3} too long */
export const editTerms: string = `#!lua
${TIME}${READING}
local keepsSets = ARGV[3] == '1'
${WRITING}
local E, M = KEYS[1], KEYS[3]
local old, unreadable = load(E)
if unreadable then return { -2 } end
local g, n = marks(M)
if judge(old, M, g, n) ~= 1 then return { 0 } end
local added = texts(ARGV[4])
local gone, kept, seen = {}, {}, {}
for _, term in ipairs(texts(ARGV[5])) do gone[term] = true end
for _, term in ipairs(added) do gone[term] = nil end
for _, list in ipairs({ terms(old), added }) do
  for _, term in ipairs(list) do
    if not gone[term] and not seen[term] then
      seen[term] = true
      kept[#kept + 1] = struct.pack('>H', #term) .. term
    end
  end
end
local termBlock = table.concat(kept)
if #termBlock >= 16777216 then return { -3 } end
declare(old, texts(termBlock))
if incomplete() then return wanting() end
local e = { flags = old.flags, loadMs = old.loadMs, version = ARGV[2], generation = g, moment = n, created = old.created,
  fresh = old.fresh, kept = old.kept, absolute = old.absolute, used = now }
local from = #old.blob - #payload(old) - old.termBytes
store(E, M, ARGV[1], e, old, string.sub(old.blob, from - old.tagBytes + 1, from), termBlock, payload(old))
return { 1 }
`;
