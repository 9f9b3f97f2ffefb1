/** What a user must be allowed to do: every command of the scripts, each on a sort of key that it is used on. */

/** The command, the sort, and arguments that the command could have. Every command of every script is here. */
const USES: readonly (readonly [command: string, sort: string, ...rest: readonly string[]])[] = [
  ['GET', 'e'],
  ['GETRANGE', 'e', '0', '1'],
  ['SET', 'e', 'v'],
  ['SETRANGE', 'e', '0', 'v'],
  ['PEXPIREAT', 'e', '1'],
  ['DEL', 'e'],
  ['EXISTS', 'e'],
  ['EXISTS', 'i'],
  ['EXISTS', 'l'],
  ['HGET', 'l', 't'],
  ['HGETALL', 'l'],
  ['PTTL', 'l'],
  ['HSET', 'l', 't', 'v'],
  ['HDEL', 'l', 't'],
  ['PEXPIRE', 'l', '1'],
  ['HMGET', 'm', 'g'],
  ['HEXISTS', 'm', 'f'],
  ['HRANDFIELD', 'm', '1', 'WITHVALUES'],
  ['PEXPIRETIME', 'm'],
  ['HSET', 'm', 'g', 'v'],
  ['HINCRBY', 'm', 'f', '1'],
  ['PERSIST', 'm'],
  ['UNLINK', 'm'],
  ['ZCARD', 'i'],
  ['ZCOUNT', 'i', '0', '1'],
  ['ZRANGE', 'i', '0', '1'],
  ['ZRANGEBYSCORE', 'i', '0', '1'],
  ['ZREVRANGE', 'i', '0', '1'],
  ['ZADD', 'i', '1', 'v'],
  ['ZREM', 'i', 'v'],
  ['ZREMRANGEBYSCORE', 'i', '0', '1'],
  ['SET', 's', 'v'],
  ['SET', 'u', 'v'],
];

/** Tells what the user may not do with the keys of a partition, by the names of the commands. Nothing is done. */
export const PERMITTING: string = `
local function lacking(M)
  local place, found = string.sub(M, 2), {}
  if not redis.acl_check_cmd then return found end
  local function need(command, ...)
    local isKnown, may = pcall(redis.acl_check_cmd, command, ...)
    if not isKnown or not may then found[#found + 1] = command end
  end
  need('TIME')
${USES.map(([command, sort, ...rest]) => `  need('${command}', '${sort}' .. place${rest.map((argument) => `, '${argument}'`).join('')})\n`).join('')}  return found
end
`;
