/** Leases: who may load a key, and who waits for it. Needs the words of reading. */

/** In a lease: `t` the token, `s` the sending that was granted, `d` for how long, `g` and `n` the marks at the grant, `k` the captured tags, `w:<inbox>` who waits. */
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
