/** The ceiling on the entries under a term. */

/** Needs the words of reading, leasing and writing. */
export const LIMITING: string = `
local function carries(e, term)
  for _, carried in ipairs(terms(e)) do if carried == term then return true end end
  return false
end
-- The entries that must go for a limit; nil: it refuses. Members' entries are looked at only when the set could be full.
local function judgeLimit(M, g, n, key, termBlock, term, max, mode)
  if max == '' then return {} end
  local isCarried = false
  for _, carried in ipairs(texts(termBlock)) do if carried == term then isCarried = true end end
  if not isCarried then return {} end
  local set = index(term)
  if incomplete() then return {} end
  if redis.call('ZCOUNT', set, '(' .. digits(now), '+inf') < tonumber(max) then return {} end
  local found = {}
  for _, member in ipairs(redis.call('ZRANGEBYSCORE', set, '(' .. digits(now), '+inf')) do
    local E = need('e' .. place .. member)
    need('l' .. place .. member)
    if declared[E] then
      local e = load(E)
      -- A member may be left over from an entry that the server evicted, and its key be another's since.
      if judge(e, M, g, n) == 1 and carries(e, term) then
        if member == key then return {} end
        found[#found + 1] = { member = member, e = e, rank = mode == 'evict-lru' and e.used or e.created }
      end
    end
  end
  if incomplete() then return {} end
  local surplus = #found + 1 - tonumber(max)
  if surplus <= 0 then return {} end
  if mode == 'refuse' then return nil end
  table.sort(found, function(a, b) return a.rank < b.rank or (a.rank == b.rank and a.member < b.member) end)
  local chosen = {}
  for i = 1, surplus do
    chosen[i] = found[i]
    for _, carried in ipairs(terms(found[i].e)) do index(carried) end
  end
  return chosen
end
local function evict(M, g, chosen)
  local keys = {}
  for i, victim in ipairs(chosen) do
    drop('e' .. place .. victim.member, M, victim.member, victim.e, g)
    tell('l' .. place .. victim.member, 'R', '')
    keys[i] = victim.member
  end
  return keys
end
`;
