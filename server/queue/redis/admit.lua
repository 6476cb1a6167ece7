#!lua flags=allow-oom
-- One tick of a queue: ends slots, admits, sweeps old records. Allowed when memory is short: what it adds for those who
-- are admitted it frees soon.
--
-- KEYS     see _queue.lua
-- ARGV     1 to 3 see _queue.lua
-- returns  'NONE' or 'LOST' (nothing was done), or 1 or 0 (whether anybody is in the queue or remembered), drawFrom and drawTo
--          of a draw that is to be finished, else 0 and -1, then {code, user, ticket, end} for everybody whose place changed
--- @include "_queue"
--- @include "_serve"

local REMEMBERED_MS = 600000
local queue, why_not = open_queue()
if not queue then return why_not end
local now = clock()

-- The clock was set back: slots from the future begin now and keep their length.
if now < queue.moment then
  queue.holdUntil = math.min(queue.holdUntil, now + queue.activeMs)
  redis.call('HSET', QUEUE, 'holdUntil', queue.holdUntil)
  local inside = redis.call('ZRANGE', INSIDE, 0, -1, 'WITHSCORES')
  for i = 1, #inside, 2 do
    local user, ends = inside[i], tonumber(inside[i + 1])
    local ticket, start = ticket_and_start(redis.call('HGET', SLOTS, user))
    if start > now then
      redis.call('ZADD', INSIDE, ends - (start - now), user)
      redis.call('HSET', SLOTS, user, string.format('%.0f:%.0f', ticket, now))
      redis.call('ZADD', UNSEEN, 'XX', now, user)
    end
  end
end
if now < queue.moment or now >= queue.moment + 1000 then
  redis.call('HSET', QUEUE, 'moment', now)
  queue.moment = now
end

local changes = serve(queue, now, {})
local old = redis.call('ZRANGE', ENDED, '-inf', '(' .. string.format('%.0f', now - REMEMBERED_MS), 'BYSCORE', 'LIMIT', 0, MOST)
for _, user in ipairs(old) do forget(user) end
table.insert(changes, 1, redis.call('EXISTS', WAITING, INSIDE, ENDED) > 0 and 1 or 0)
table.insert(changes, 2, queue.drawing and queue.drawFrom or 0)
table.insert(changes, 3, queue.drawing and queue.drawTo or -1)
return changes
