-- What every command knows of its queue. All keys of a queue share the hash tag {queueId}, and so a server of a Cluster.
--
-- KEYS  1 hash      settings and counters; `epoch` numbers the lives of the data. Of the latest draw of places, 0 without:
--                   `drawFrom` and `drawTo`, the tickets drawn for (drawTo is -1 until it is revealed), and `drawn`, 1 when
--                   all have their drawn tickets
--       2 zset      who waits: user by ticket
--       3 zset      who is inside: user by the end of the slot, in ms
--       4 zset      who is inside and has not shown up: user by the beginning of the slot, in ms
--       5 zset      whose slot is over: user by its end, in ms
--       6 hash      user of 3 and 5 to "ticket:beginning of the slot in ms"
--       7 hash      admissions: second % 64 to "second:count"
--       8 zset      who waits and was promised to be next: user by ticket
--       9 zset      who got a lost place back: user by ticket
--      10 stream    who was admitted and may not be in the public record yet, see record.ts: "ticket:kind:beginning of the
--                   slot in ms" of each, with a space between
-- ARGV  1 epoch that the caller knows, 2 the highest ticket that it has seen, 3 channel for signals
local QUEUE, WAITING, INSIDE, UNSEEN, ENDED, SLOTS, ADMISSIONS, AHEAD, RESTORED, ADMITTED =
  KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6], KEYS[7], KEYS[8], KEYS[9], KEYS[10]
local CHANNEL = ARGV[3]
-- What one call changes at most, of each kind.
local MOST = 1000

-- An argument that must be a whole number. What a script has written stays when it fails later, so every script reads all
-- of them before its first write.
local function whole(text, least, most)
  local number = text and text:match('^%-?%d+$') and tonumber(text)
  if number and number >= least and number <= (most or 9007199254740991) then return number end
  error('not a whole number that fits: ' .. tostring(text))
end

local function clock()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

-- The queue, or nil and why not: 'NONE' (no such data) or 'LOST' (not the data that the caller knows).
local function open_queue()
  local f = redis.call('HMGET', QUEUE, 'epoch', 'cap', 'state', 'activeMs', 'noShowMs', 'release', 'lastTicket', 'serving',
    'holdUntil', 'moment', 'lostAbove', 'lostUpTo', 'restoreUntil', 'drawFrom', 'drawTo', 'drawn')
  if not f[1] then return nil, 'NONE' end
  local queue = {
    cap = tonumber(f[2]), state = f[3], activeMs = tonumber(f[4]), noShowMs = tonumber(f[5]), release = tonumber(f[6]),
    lastTicket = tonumber(f[7]), serving = tonumber(f[8]), holdUntil = tonumber(f[9]), moment = tonumber(f[10]),
    lostAbove = tonumber(f[11]), lostUpTo = tonumber(f[12]), restoreUntil = tonumber(f[13]),
    drawFrom = tonumber(f[14] or 0), drawTo = tonumber(f[15] or 0),
  }
  queue.drawing = queue.drawFrom > 0 and f[16] ~= '1'
  if f[1] ~= ARGV[1] or queue.lastTicket < whole(ARGV[2], 0) then return nil, 'LOST' end
  return queue
end

local function ticket_and_start(slot)
  local ticket, start = slot:match('^(%d+):(%d+)$')
  return tonumber(ticket), tonumber(start)
end

-- Who is to be drawn for is told the last place: until the draw nothing better can be promised.
local function position_of(queue, user, ticket)
  if queue.drawing and ticket >= queue.drawFrom then return redis.call('ZCARD', WAITING) end
  return redis.call('ZRANK', WAITING, user) + 1
end

-- Where a user is: 'W' waiting, 'A' inside, 'E' over, 'N' nowhere; then position, ticket and end of the slot in ms.
local function place_of(queue, user, now)
  local waiting = redis.call('ZSCORE', WAITING, user)
  if waiting then return 'W', position_of(queue, user, tonumber(waiting)), tonumber(waiting), 0 end
  local slot = redis.call('HGET', SLOTS, user)
  if not slot then return 'N', 0, 0, 0 end
  local ticket = ticket_and_start(slot)
  local ends = redis.call('ZSCORE', INSIDE, user)
  if ends and tonumber(ends) > now then return 'A', 0, ticket, tonumber(ends) end
  return 'E', 0, ticket, tonumber(ends or redis.call('ZSCORE', ENDED, user))
end

-- The places of users, four values each, in order.
local function places_of(queue, users, now)
  local places = {}
  for i, user in ipairs(users) do
    local n = 4 * i
    places[n - 3], places[n - 2], places[n - 1], places[n] = place_of(queue, user, now)
  end
  return places
end

-- Takes a user out of the queue, whatever place they have.
local function forget(user)
  if redis.call('ZREM', WAITING, user) == 1 then
    redis.call('ZREM', AHEAD, user)
  else
    redis.call('ZREM', INSIDE, user)
    redis.call('ZREM', UNSEEN, user)
    redis.call('ZREM', ENDED, user)
    redis.call('HDEL', SLOTS, user)
  end
end

-- For the public record, as one entry of the stream: {ticket, kind, beginning of the slot in ms} each.
local function note_admitted(admitted)
  if #admitted == 0 then return end
  local words = {}
  for i, one in ipairs(admitted) do words[i] = string.format('%.0f:%s:%.0f', one[1], one[2], one[3]) end
  redis.call('XADD', ADMITTED, '*', 'admitted', table.concat(words, ' '))
end

local function tell_listeners()
  redis.call('PUBLISH', CHANNEL, '')
end
