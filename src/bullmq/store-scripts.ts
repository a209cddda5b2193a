// The Lua scripts of the store of runs. Each is one step, and checks the fencing token where a claim is needed.
//
// KEYS[1] is the prefix of all keys. It has braces, so that they are on one node of a cluster. Below it:
// - run:<id>: a hash of base, control, finished, user, key, token, and until (the end of the claim, 0 without)
// - run:<id>:events: a list of the last whole event, and those after it
// - run:<id>:commands: a list of commands that no owner has answered
// - user:<user>: a sorted set of ids of runs, by the time of their creation
// - user:<user>:keys: a hash of ids, by idempotency key
// - user:<user>:open: a set of ids of unfinished runs
// - open: a sorted set of ids of unfinished runs, by the end of their claims
// - finished: a sorted set of ids, by the time at which they finished
//
// The channels are run:<id>:events, run:<id>:wake (commands are queued) and run:<id>:replies.

import { script } from "./redis.ts";

const HEAD = `
  local prefix = KEYS[1]
  local function key(...) return prefix .. ':' .. table.concat({...}, ':') end
  local function now()
    local time = redis.call('TIME')
    return time[1] * 1000 + math.floor(time[2] / 1000)
  end
  -- A claim that has expired and that nobody has taken still counts.
  local function isNewest(id, token)
    local claim = redis.call('HMGET', key('run', id), 'token', 'until')
    return claim[1] == token and claim[2] ~= '0'
  end
  local function read(id)
    local fields = redis.call('HMGET', key('run', id), 'base', 'control', 'finished')
    if not fields[1] then return nil end
    return { fields[1], fields[2], fields[3] or '' }
  end
  local function readAll(ids)
    local records = {}
    for _, id in ipairs(ids) do
      local record = read(id)
      if record then table.insert(records, record) end
    end
    return records
  end
`;
const inStore = (text: string) => script(`${HEAD}${text}`);

/** ARGV: id, base, control, user, key, created, most unfinished. Returns the record, or nil at the limit. */
export const CREATE = inStore(`
  local id, base, control, user, name, created, most = unpack(ARGV)
  local before = redis.call('HGET', key('user', user, 'keys'), name)
  if before then return read(before) end
  if redis.call('SCARD', key('user', user, 'open')) >= tonumber(most) then return nil end
  redis.call('HSET', key('run', id), 'base', base, 'control', control, 'user', user, 'key', name, 'token', 0, 'until', 0)
  redis.call('HSET', key('user', user, 'keys'), name, id)
  redis.call('ZADD', key('user', user), created, id)
  redis.call('SADD', key('user', user, 'open'), id)
  redis.call('ZADD', key('open'), 0, id)
  return read(id)
`);

/** ARGV: id. */
export const GET = inStore(`return read(ARGV[1])`);

/** ARGV: user. */
export const LIST = inStore(`return readAll(redis.call('ZREVRANGE', key('user', ARGV[1]), 0, -1))`);

/** ARGV: id. */
export const REMOVE = inStore(`
  local id = ARGV[1]
  local owner = redis.call('HMGET', key('run', id), 'user', 'key')
  if not owner[1] then return 0 end
  redis.call('DEL', key('run', id), key('run', id, 'events'), key('run', id, 'commands'))
  redis.call('HDEL', key('user', owner[1], 'keys'), owner[2])
  redis.call('ZREM', key('user', owner[1]), id)
  redis.call('SREM', key('user', owner[1], 'open'), id)
  redis.call('ZREM', key('open'), id)
  redis.call('ZREM', key('finished'), id)
  return 1
`);

/** ARGV: time. */
export const FINISHED_BEFORE = inStore(`
  return readAll(redis.call('ZRANGEBYSCORE', key('finished'), '-inf', ARGV[1]))
`);

/** ARGV: id, lease. Returns the token, or 0. */
export const CLAIM = inStore(`
  local id = ARGV[1]
  local fields = redis.call('HMGET', key('run', id), 'until', 'finished')
  local time = now()
  if not fields[1] or tonumber(fields[1]) > time then return 0 end
  local ends = time + tonumber(ARGV[2])
  redis.call('HSET', key('run', id), 'until', ends)
  if not fields[2] then redis.call('ZADD', key('open'), ends, id) end
  return redis.call('HINCRBY', key('run', id), 'token', 1)
`);

/** ARGV: lease, ids and tokens. Returns 1 for each claim that is extended, and 0 for each that is lost. */
export const RENEW = inStore(`
  local ends = now() + tonumber(ARGV[1])
  local renewed = {}
  for at = 2, #ARGV, 2 do
    local id = ARGV[at]
    local isOurs = isNewest(id, ARGV[at + 1])
    if isOurs then
      redis.call('HSET', key('run', id), 'until', ends)
      redis.call('ZADD', key('open'), 'XX', ends, id)
    end
    table.insert(renewed, isOurs and 1 or 0)
  end
  return renewed
`);

/** ARGV: id, token. */
export const RELEASE = inStore(`
  local id, token = unpack(ARGV)
  if not isNewest(id, token) then return 0 end
  redis.call('HSET', key('run', id), 'until', 0)
  redis.call('ZADD', key('open'), 'XX', 0, id)
  return 1
`);

export const UNCLAIMED = inStore(`return readAll(redis.call('ZRANGEBYSCORE', key('open'), '-inf', now()))`);

/** ARGV: id, token, control or "", finished: "" to leave it, "none" to remove it, or a time. */
export const UPDATE = inStore(`
  local id, token, control, finished = unpack(ARGV)
  if not isNewest(id, token) then return 0 end
  local run = key('run', id)
  if control ~= '' then redis.call('HSET', run, 'control', control) end
  if finished == '' then return 1 end
  local fields = redis.call('HMGET', run, 'user', 'until')
  local open = key('user', fields[1], 'open')
  if finished == 'none' then
    redis.call('HDEL', run, 'finished')
    redis.call('ZREM', key('finished'), id)
    redis.call('SADD', open, id)
    redis.call('ZADD', key('open'), fields[2], id)
  else
    redis.call('HSET', run, 'finished', finished)
    redis.call('ZADD', key('finished'), finished, id)
    redis.call('SREM', open, id)
    redis.call('ZREM', key('open'), id)
  end
  return 1
`);

/** ARGV: id, token, event, whether it is whole. */
export const PUBLISH = inStore(`
  local id, token, event, isWhole = unpack(ARGV)
  if not isNewest(id, token) then return 0 end
  local events = key('run', id, 'events')
  if isWhole == '1' then redis.call('DEL', events) end
  redis.call('RPUSH', events, event)
  redis.call('PUBLISH', events, event)
  return 1
`);

/** ARGV: id. */
export const LOAD = inStore(`return redis.call('LRANGE', key('run', ARGV[1], 'events'), 0, -1)`);

/** ARGV: id, command. Returns 0 if there is no such run. */
export const SEND = inStore(`
  local id, command = unpack(ARGV)
  if redis.call('EXISTS', key('run', id)) == 0 then return 0 end
  redis.call('RPUSH', key('run', id, 'commands'), command)
  redis.call('PUBLISH', key('run', id, 'wake'), '')
  return 1
`);

/** ARGV: id, token. Returns the queued commands. */
export const TAKE = inStore(`
  local id, token = unpack(ARGV)
  if not isNewest(id, token) then return {} end
  return redis.call('LRANGE', key('run', id, 'commands'), 0, -1)
`);

/** ARGV: id, token, reply, the command as it was queued or "". Removes the command. */
export const REPLY = inStore(`
  local id, token, reply, command = unpack(ARGV)
  if not isNewest(id, token) then return 0 end
  if command ~= '' then redis.call('LREM', key('run', id, 'commands'), 0, command) end
  redis.call('PUBLISH', key('run', id, 'replies'), reply)
  return 1
`);
