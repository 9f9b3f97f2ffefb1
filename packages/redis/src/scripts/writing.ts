/** Writing entries, with their place in the index. */
import { FORMAT, LAYOUT } from '../entry-format.ts';
import { MARGIN_MS, OUTLIVING } from './marking.ts';

/** Expired members of an index set that a write to it takes along. */
const PRUNED_PER_WRITE = 8;

/**
 * Needs the words of reading. A script says first whether index sets have no end of their own (`keepsSets`), because the
 * server might evict what has one.
 */
export const WRITING: string = `
local declared, missing, sizes = {}, {}, {}
for i = 1, #KEYS do declared[KEYS[i]] = true end
-- A name that only the entry tells may be used when there is something under it: a slot that moves takes whole keys along, so what is here is all
-- of it, and here it stays until the step is over. What is not here may be on the other server: only the declaration of its name tells.
local function need(name)
  if declared[name] or missing[name] then return name end
  if redis.pcall('EXISTS', name) == 1 then
    declared[name] = true
  else
    missing[name] = true
    missing[#missing + 1] = name
  end
  return name
end
-- Names of keys that the step needs beside those it was given: it is to be sent again with them.
local function incomplete() return #missing > 0 end
local function wanting() return { -1, missing } end
-- The marks are the third key, or the only one.
local place = string.sub(KEYS[3] or KEYS[1], 2)
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
-- A new entry. Nothing for its ttl or its grace is for ever.
local function born(version, g, n, ttl, grace, loadMs, flags)
  local e = { version = version, generation = g, moment = n, created = now, used = now, absolute = 0,
    loadMs = tonumber(loadMs), flags = tonumber(flags), fresh = 0, kept = 0 }
  if ttl ~= '' then
    e.fresh = now + tonumber(ttl)
    if grace ~= '' then e.kept = e.fresh + tonumber(grace) end
  end
  return e
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
