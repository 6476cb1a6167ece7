#!lua flags=allow-oom
-- Where users are. Whoever asks with a ticket that was lost with the data, and has no place, gets that place back, in the
-- order of tickets. With `seen`, users whose slot has not been taken up yet are noted as having shown up.
-- Allowed when memory is short: it adds no more than lost places.
--
-- KEYS     see _queue.lua
-- ARGV     1 to 3 see _queue.lua, 4 '1' to note that they are here, then a user id and a proven ticket or '0' each
-- returns  'NONE' or 'LOST' (nothing was done), or four values a user: see place_of in _queue.lua
--- @include "_queue"

local queue, why_not = open_queue()
if not queue then return why_not end
local now = clock()
local users = {}

-- Those up to `lostAbove` had been admitted when the data was lost, so their turn is over. A ticket that was drawn for is
-- none any more: the one that it was drawn to is.
local function was_lost(ticket)
  if ticket >= queue.drawFrom and ticket <= queue.drawTo then return false end
  return ticket > queue.lostAbove and ticket <= queue.lostUpTo and now < queue.restoreUntil
end

local tickets = {}
for i = 5, #ARGV, 2 do
  users[#users + 1] = ARGV[i]
  tickets[#users] = whole(ARGV[i + 1], 0)
end
for i, user in ipairs(users) do
  local ticket = tickets[i]
  if was_lost(ticket) and place_of(queue, user, now) == 'N' and redis.call('ZCOUNT', WAITING, ticket, ticket) == 0
    and redis.call('ZADD', RESTORED, 'NX', ticket, user) == 1 then
    redis.call('PEXPIREAT', RESTORED, queue.restoreUntil)
    redis.call('ZADD', WAITING, ticket, user)
    tell_listeners()
  end
  if ARGV[4] == '1' then
    local ends = redis.call('ZSCORE', INSIDE, user)
    if ends and tonumber(ends) > now then redis.call('ZREM', UNSEEN, user) end
  end
end
return places_of(queue, users, now)
