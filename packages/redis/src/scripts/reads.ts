/** Steps that change no entry. */
import { HITTING, READING, TIME } from './reading.ts';

/** KEYS E M · the record of the fresh entry, false, or -2 when what is there cannot be read. */
export const read: string = `#!lua flags=no-writes
${HITTING}
local seen = redis.call('HMGET', KEYS[2], 'g', 'n')
local blob = redis.pcall('GET', KEYS[1])
if not blob then return false end
if hit(blob, seen[1], seen[2]) then return blob end
${TIME}${READING}
local e, unreadable = load(KEYS[1])
if unreadable then return -2 end
local g, n = marks(KEYS[2])
if judge(e, KEYS[2], g, n) == 1 then return e.blob end
return false
`;

/** KEYS M E... · for each the record if it is fresh, else false. What cannot be read is absent: it must not hide the others. */
export const readAll: string = `#!lua flags=no-writes
${TIME}${READING}
local g, n = marks(KEYS[1])
local found = {}
for i = 2, #KEYS do
  local e = load(KEYS[i])
  found[i - 1] = judge(e, KEYS[1], g, n) == 1 and e.blob
end
return found
`;

/** KEYS M E... · for each 1 if its entry is fresh, else 0. */
export const areFresh: string = `#!lua flags=no-writes
${TIME}${READING}
local g, n = marks(KEYS[1])
local found = {}
for i = 2, #KEYS do found[i - 1] = judge(load(KEYS[i]), KEYS[1], g, n) == 1 and 1 or 0 end
return found
`;

/** So many entries are looked up in one step. */
const MOST_LOOKED_UP = 1_000;

/**
 * KEYS M X E... · the members of an index set and their records, {1, member, record, ...}, as they are together at one instant ·
 * {-1, missing} · {-3} there are too many for one step
 */
export const lookUp: string = `#!lua flags=allow-oom
${TIME}${READING}
local M, X = KEYS[1], KEYS[2]
redis.call('ZREMRANGEBYSCORE', X, '-inf', '(' .. digits(now))
local members = redis.call('ZRANGE', X, 0, -1)
if #members > ${MOST_LOOKED_UP} then return { -3 } end
local declared, missing = {}, {}
for i = 3, #KEYS do declared[KEYS[i]] = true end
local place = 'e' .. string.sub(M, 2)
local g, n = marks(M)
local found = { 1 }
for i = 1, #members do
  local E = place .. members[i]
  local e = load(E)
  if judge(e, M, g, n) == 1 then
    found[#found + 1] = members[i]
    found[#found + 1] = e.blob
  elseif not e and not declared[E] then
    -- It may be on the server that a moving slot comes from or goes to: the declaration of its name tells.
    missing[#missing + 1] = E
  end
end
if #missing > 0 then return { -1, missing } end
return found
`;

/** KEYS X · the members of an index set that have not expired; takes expired ones along. */
export const members: string = `#!lua flags=allow-oom
${TIME}
local found = redis.call('ZRANGEBYSCORE', KEYS[1], digits(now), '+inf')
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', '(' .. digits(now))
return found
`;

/** KEYS E | version · notes that the entry was used, for the eviction by least recent use. */
export const use: string = `#!lua flags=allow-oom
${TIME}${READING}
local e = load(KEYS[1])
if e and e.version == ARGV[1] and e.used < now then
  redis.call('SETRANGE', KEYS[1], 65, struct.pack('>I6', now))
end
return 1
`;
