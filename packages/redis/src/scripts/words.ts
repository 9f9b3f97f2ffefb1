/**
 * The words that the scripts are told in. Each script is one step: it reads, judges, and only then writes; nothing is written before every
 * key that it needs was found among its declared ones, because a Cluster that moves a slot would otherwise make half of them anew.
 *
 * Of a partition the scripts know, by KEYS and by name: `E`ntry, `L`ease and the `M`arks. Marks are one hash:
 * `g` the generation, new with every clear; `n` the moment of the last removal by name, in microseconds, each later than the one before;
 * `t:<tag>` and `x:<term>` the moment a name was removed, and until when an older entry may live; `p` the moment of the last removal by
 * pattern; `o` names removed before it may be forgotten; `f` how many entries live for ever; `P` the number of partitions; `h` until when the
 * marks must live when none does any more; `d` entries that live for ever wait to be swept. When the marks are lost, every entry of the
 * partition is absent: a lost mark never brings back what was removed.
 */
import { FORMAT, GENERATION_BYTES, HEADER_BYTES, LAYOUT } from '../entry-format.ts';

/** Marks outlive what they are about by so many milliseconds, and by a little more, so that most writes leave their end alone. */
export const MARGIN_MS = 3_600_000;
const SLACK_MS = 30_000;
/** A mark stays for at least so long: loads with labels that began before one that is forgotten are refused. */
const REMEMBERED_MS = 60_000;
/** Expired members of an index set that a write to it takes along. */
const PRUNED_PER_WRITE = 8;

/** Makes the marks outlive an entry. While some live for ever their end is only noted. */
export const OUTLIVING: string = `
local function outlive(M, kept)
  local ends = redis.call('PEXPIRETIME', M)
  if ends >= kept + ${MARGIN_MS} then return end
  local later = string.format('%.0f', kept + ${MARGIN_MS + SLACK_MS})
  if ends >= 0 then
    redis.call('PEXPIREAT', M, later)
  elseif tonumber(redis.call('HGET', M, 'h') or 0) < kept + ${MARGIN_MS} then
    redis.call('HSET', M, 'h', later)
  end
end
`;

/**
 * The record of a fresh entry without labels, or with none removed since: most hits need no more. The offsets are those of the header,
 * counted from 1.
 */
export const HITTING: string = `
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local function hit(blob, g, n)
  if type(blob) ~= 'string' or #blob < ${HEADER_BYTES} or string.byte(blob) ~= ${FORMAT} or string.sub(blob, 23, 34) ~= g then return false end
  if string.sub(blob, 72, 77) ~= '\\0\\0\\0\\0\\0\\0' and string.sub(blob, 35, 41) ~= n then return false end
  local fresh = struct.unpack('>I6', blob, 48)
  return fresh == 0 or fresh > now
end
`;

/** Time, by the server. */
export const TIME: string = `
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local micros = clock[1] * 1000000 + clock[2]
local function digits(n) return string.format('%.0f', n) end
`;

/** Reading entries and marks. */
export const READING: string = `
local function parse(blob)
  if not blob then return nil end
  if #blob < ${HEADER_BYTES} or string.byte(blob) ~= ${FORMAT} then return nil, true end
  local e = { blob = blob }
  local _
  _, e.flags, e.loadMs, e.version, e.generation, e.moment, e.created, e.fresh, e.kept, e.absolute, e.used, e.tagBytes, e.termBytes =
    struct.unpack('${LAYOUT}', blob)
  if #blob < ${HEADER_BYTES} + e.tagBytes + e.termBytes then return nil, true end
  return e
end
-- The record, and whether there is one that cannot be read.
local function load(E)
  local blob = redis.pcall('GET', E)
  if type(blob) == 'table' then return nil, true end
  return parse(blob)
end
-- Of a block that somebody damaged, what can be read: the record must still be one that a write gets over.
local function texts(block)
  local found, at = {}, 1
  while at < #block do
    local next = at + 2 + struct.unpack('>H', block, at)
    if next > #block + 1 then break end
    found[#found + 1] = string.sub(block, at + 2, next - 1)
    at = next
  end
  return found
end
local function tags(e) return texts(string.sub(e.blob, ${HEADER_BYTES + 1}, ${HEADER_BYTES} + e.tagBytes)) end
local function terms(e)
  return texts(string.sub(e.blob, ${HEADER_BYTES + 1} + e.tagBytes, ${HEADER_BYTES} + e.tagBytes + e.termBytes))
end
local function payload(e) return string.sub(e.blob, ${HEADER_BYTES + 1} + e.tagBytes + e.termBytes) end
local function marks(M)
  local m = redis.call('HMGET', M, 'g', 'n')
  return m[1], m[2] and struct.unpack('>I7', m[2]) or 0
end
-- Whether one of these names was removed after a moment, and before another if one is given.
local function removed(M, since, sort, names, before)
  for first = 1, #names, 500 do
    local fields = {}
    for i = first, math.min(first + 499, #names) do fields[#fields + 1] = sort .. names[i] end
    local found = redis.call('HMGET', M, unpack(fields))
    for i = 1, #fields do
      if found[i] then
        local moment = struct.unpack('>I7', found[i])
        if moment > since and not (before and moment >= before) then return true end
      end
    end
  end
  return false
end
-- 0 absent, 1 fresh, 2 in its grace; what was removed at 'before' or later still counts.
local function judge(e, M, g, n, before)
  if not e or e.generation ~= g then return 0 end
  if e.moment < n and e.tagBytes + e.termBytes > 0 then
    -- What the forgotten marks were about has ended, unless the clock went back since.
    if tonumber(redis.call('HGET', M, 'o') or 0) > e.moment then return 0 end
    if removed(M, e.moment, 't:', tags(e), before) or removed(M, e.moment, 'x:', terms(e), before) then return 0 end
  end
  if e.fresh == 0 or e.fresh > now then return 1 end
  if e.kept == 0 or e.kept > now then return 2 end
  return 0
end
`;

/** Marks that a step may have to make. An id that nobody else has makes the generation. */
export const MARKING: string = `
local function make(M, id, partitions, moment)
  local made = redis.pcall('HSET', M, 'g', string.sub(id, -${GENERATION_BYTES}), 'n', struct.pack('>I7', moment), 'P', partitions)
  if type(made) == 'table' then return false, made end
  redis.call('PEXPIRE', M, ${MARGIN_MS})
  return true
end
-- A space that was cut in two ways has two entries for a key, of which each process knows one.
local function found(M, id, partitions)
  local m = redis.call('HMGET', M, 'g', 'n', 'P')
  if m[3] and m[3] ~= partitions then
    error({ err = 'PARTITIONS the space was made with ' .. m[3] .. ' partitions, not ' .. partitions })
  end
  if m[1] then return m[1], struct.unpack('>I7', m[2]) end
  local isMade, fault = make(M, id, partitions, micros)
  if not isMade then error(fault) end
  return string.sub(id, -${GENERATION_BYTES}), micros
end
-- The next moment of a partition.
local function advance(M, n)
  local moment = math.max(n + 1, micros)
  redis.call('HSET', M, 'n', struct.pack('>I7', moment))
  return moment
end
-- Until when an entry of the partition may live; 0 for ever.
local function horizon(M)
  if redis.call('HEXISTS', M, 'f') == 1 then return 0 end
  local ends = redis.call('PEXPIRETIME', M)
  -- The marks have no end while a sweep is owed.
  if ends < 0 then ends = tonumber(redis.call('HGET', M, 'h') or 0) end
  return math.max(ends - ${MARGIN_MS}, now + ${REMEMBERED_MS})
end
-- Remembers that names were removed at a moment, and forgets what concerns no entry any more.
local function remember(M, sort, names, moment)
  local till = horizon(M)
  local mark = struct.pack('>I7I6', moment, till)
  for i = 1, #names do redis.call('HSET', M, sort .. names[i], mark) end
  local some = redis.call('HRANDFIELD', M, 2 * #names + 4, 'WITHVALUES')
  local oldest = 0
  for i = 1, #some, 2 do
    local field, value = some[i], some[i + 1]
    if string.sub(field, 2, 2) == ':' then
      local at, ends = struct.unpack('>I7I6', value)
      if ends ~= 0 and ends < now then
        redis.call('HDEL', M, field)
        oldest = math.max(oldest, at)
      elseif ends == 0 and till ~= 0 then
        -- What lived for ever when it was made does no longer.
        redis.call('HSET', M, field, struct.pack('>I7I6', at, till))
      end
    end
  end
  if oldest > tonumber(redis.call('HGET', M, 'o') or 0) then redis.call('HSET', M, 'o', digits(oldest)) end
end
`;

/** Leases: `t` the token, `s` the sending that was granted, `d` for how long, `g` and `n` the marks at the grant, `k` the captured tags, `w:<inbox>` who waits. */
export const LEASING: string = `
-- Ends a lease. With 'keeps' the hash stays, for what the step is to write next: a master that gives the slot away makes nothing anew.
local function tell(L, kind, extra, keeps)
  -- What somebody else keeps there is no lease.
  local h = redis.pcall('HGETALL', L)
  if #h == 0 then return end
  local token = ''
  for i = 1, #h, 2 do if h[i] == 't' then token = h[i + 1] end end
  local message
  for i = 1, #h, 2 do
    if string.sub(h[i], 1, 2) == 'w:' then
      message = message or struct.pack('>c1B', kind, #token) .. token .. extra
      -- The write is done. One who cannot be told looks again, as after any message that is lost.
      redis.pcall('PUBLISH', string.sub(h[i], 3), message)
      if keeps then redis.call('HDEL', L, h[i]) end
    end
  end
  if not keeps then redis.call('DEL', L) end
end
-- Whether a lease still allows a commit, its captured tags and the whole partition considered.
local function stands(lease, M, g, n)
  if lease[2] ~= g then return false end
  local since = tonumber(lease[3])
  if n <= since then return true end
  local captured = texts(lease[4] or '')
  local removals = redis.call('HMGET', M, 'p', 'o')
  if tonumber(removals[1] or 0) > since then return false end
  if #captured > 0 and tonumber(removals[2] or 0) > since then return false end
  return not removed(M, since, 't:', captured)
end
-- Whether a lease is the holder's own; one who was not told of a sending knows by the token alone.
local function isOf(granted, sending) return sending == '' or granted == sending end
`;

/**
 * Writing entries, with their place in the index. A script says first whether index sets have no end of their own (`keepsSets`), because the
 * server might evict what has one.
 */
export const WRITING: string = `
local declared, missing, sizes = {}, {}, {}
for i = 1, #KEYS do declared[KEYS[i]] = true end
local function need(name)
  if not declared[name] and not missing[name] then
    missing[name] = true
    missing[#missing + 1] = name
  end
  return name
end
-- Names of keys that the step needs beside those it was given: it is to be sent again with them.
local function incomplete() return #missing > 0 end
local function wanting() return { -1, missing } end
local place = string.sub(KEYS[3], 2)
local function index(term) return need('i' .. place .. term) end
-- An index set ends with its last member, and never before; not at all while a member lives for ever.
local function bound(set)
  if keepsSets or redis.pcall('PTTL', set) ~= -1 then return end
  local last = redis.call('ZREVRANGE', set, 0, 0, 'WITHSCORES')
  if last[2] and last[2] ~= 'inf' then redis.call('PEXPIREAT', set, last[2]) end
end
-- A set that lost its last member in this very step is gone, and a master that gives the slot away refuses to look for it.
local function leave(set, member)
  if redis.pcall('ZREM', set, member) == 1 then bound(set) end
end
local function pack(e, tagBlock, termBlock, bytes)
  return struct.pack('${LAYOUT}', ${FORMAT}, e.flags, e.loadMs, e.version, e.generation, e.moment, e.created, e.fresh, e.kept, e.absolute,
    e.used, #tagBlock, #termBlock) .. tagBlock .. termBlock .. bytes
end
${OUTLIVING}
-- Makes the marks live as long as the entry. While entries live for ever the marks do, too, and 'h' is for when they no longer do.
local function retain(M, e, old)
  if e.kept == 0 then
    if old and old.generation == e.generation and old.kept == 0 then return end
    if redis.call('HINCRBY', M, 'f', 1) == 1 then
      local ends = math.max(redis.call('PEXPIRETIME', M), tonumber(redis.call('HGET', M, 'h') or 0))
      redis.call('HSET', M, 'h', digits(ends))
      redis.call('PERSIST', M)
    end
    return
  end
  outlive(M, e.kept)
end
-- An entry that lived for ever does no longer.
local function forget(M)
  if redis.call('HINCRBY', M, 'f', -1) > 0 then return end
  if redis.call('HEXISTS', M, 'd') == 1 then
    -- The marks last as long as the debt, which 'swept' ends.
    redis.call('HDEL', M, 'f')
    return
  end
  local h = tonumber(redis.call('HGET', M, 'h') or 0)
  redis.call('HDEL', M, 'f', 'h')
  redis.call('PEXPIREAT', M, digits(math.max(h, now + ${MARGIN_MS})))
end
local function join(term, member, kept)
  local set = index(term)
  if kept == 0 then
    redis.call('ZADD', set, '+inf', member)
    redis.call('PERSIST', set)
    return
  end
  redis.call('ZADD', set, digits(kept), member)
  if keepsSets then return end
  if sizes[set] == 0 then
    redis.call('PEXPIREAT', set, digits(kept))
  elseif redis.call('PEXPIREAT', set, digits(kept), 'GT') == 0 then
    bound(set)
  end
end
local function prune(term)
  local dead = redis.call('ZRANGEBYSCORE', index(term), '-inf', '(' .. digits(now), 'LIMIT', 0, ${PRUNED_PER_WRITE})
  if #dead > 0 then redis.call('ZREM', index(term), unpack(dead)) end
end
-- Declares what storing an entry in the place of another touches. Ends the step, in which nothing is written yet, when there is no index set
-- under the name of one.
local function declare(old, termList)
  if old and old.termBytes > 0 then for _, term in ipairs(terms(old)) do index(term) end end
  for _, term in ipairs(termList) do
    local set = index(term)
    if declared[set] then sizes[set] = redis.call('ZCARD', set) end
  end
end
-- Stores a record and moves its member between the sets. All must be declared.
local function store(E, M, member, e, old, tagBlock, termBlock, bytes)
  local blob = pack(e, tagBlock, termBlock, bytes)
  if e.kept == 0 then redis.call('SET', E, blob) else redis.call('SET', E, blob, 'PXAT', digits(e.kept)) end
  retain(M, e, old)
  if old and old.generation == e.generation and old.kept == 0 and e.kept ~= 0 then forget(M) end
  local carried = {}
  for _, term in ipairs(texts(termBlock)) do carried[term] = true end
  if old and old.termBytes > 0 then
    for _, term in ipairs(terms(old)) do
      if not carried[term] then leave(index(term), member) end
    end
  end
  for term in pairs(carried) do
    join(term, member, e.kept)
    prune(term)
  end
  return blob
end
-- Removes a record. Its terms must be declared.
local function drop(E, M, member, e, g)
  redis.call('DEL', E)
  if not e then return end
  if e.termBytes > 0 then for _, term in ipairs(terms(e)) do leave(index(term), member) end end
  if e.kept == 0 and e.generation == g then forget(M) end
end
`;
