/**
 * The marks of a partition. They are one hash:
 * `g` the generation, new with every clear; `n` the moment of the last removal by name, in microseconds, each later than the one before;
 * `t:<tag>` and `x:<term>` the moment a name was removed, and until when an older entry may live; `p` the moment of the last removal by
 * pattern; `o` names removed before it may be forgotten; `f` how many entries live for ever; `P` the number of partitions; `h` until when the
 * marks must live when none does any more; `d` entries that live for ever wait to be swept. When the marks are lost, every entry of the
 * partition is absent: a lost mark never brings back what was removed.
 */
import { GENERATION_BYTES } from '../entry-format.ts';

/** Marks outlive what they are about by so many milliseconds, and by a little more, so that most writes leave their end alone. */
export const MARGIN_MS = 3_600_000;
const SLACK_MS = 30_000;
/** A mark stays for at least so long: loads with labels that began before one that is forgotten are refused. */
const REMEMBERED_MS = 60_000;

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

/** A space that was cut in two ways has two entries for a key, of which each process knows one. */
export const CUTTING: string = `
local function checkCut(made, partitions)
  if not made or made == partitions then return end
  error({ err = 'PARTITIONS the space was made with ' .. made .. ' partitions, not ' .. partitions })
end
`;

/** Marks that a step may have to make. An id that nobody else has makes the generation. */
export const MARKING: string = `${CUTTING}
local function make(M, id, partitions, moment)
  local made = redis.pcall('HSET', M, 'g', string.sub(id, -${GENERATION_BYTES}), 'n', struct.pack('>I7', moment), 'P', partitions)
  if type(made) == 'table' then return false, made end
  redis.call('PEXPIRE', M, ${MARGIN_MS})
  return true
end
local function found(M, id, partitions)
  local m = redis.call('HMGET', M, 'g', 'n', 'P')
  checkCut(m[3], partitions)
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
