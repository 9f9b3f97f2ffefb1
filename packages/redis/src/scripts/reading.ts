/**
 * Reading entries and marks: the words that every script begins with. Each script is one step: it reads, judges, and only then writes; nothing
 * is written before every key that it needs was found, among those declared or on this server: a Cluster that moves a slot would otherwise
 * make half of them anew.
 *
 * Of a partition the scripts know, by KEYS and by name: `E`ntry, `L`ease and the `M`arks.
 */
import { FORMAT, HEADER_BYTES, LAYOUT } from '../entry-format.ts';

/** Time, by the server. */
export const TIME: string = `
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local micros = clock[1] * 1000000 + clock[2]
local function digits(n) return string.format('%.0f', n) end
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
