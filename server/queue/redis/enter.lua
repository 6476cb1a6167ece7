#!lua
-- Users enter a queue. The same user keeps the place they have; whose slot has ended starts again at the back. Everybody
-- new joins the line, then the line is served: so a slot goes to a newcomer at once only when one is free and nobody else
-- waits. Refused before the first write when memory is short: no flags.
--
-- KEYS     see _queue.lua
-- ARGV     1 to 3 see _queue.lua, 4 '1' to admit now or '0' to leave that to the next tick, then user ids in order
-- returns  'NONE' or 'LOST' (nothing was done), or four values a user: see place_of in _queue.lua
--- @include "_queue"
--- @include "_serve"

local queue, why_not = open_queue()
if not queue then return why_not end
local now = clock()
local users, here, joining = {}, {}, {}

for i = 5, #ARGV do
  local user = ARGV[i]
  users[#users + 1] = user
  if not here[user] then
    here[user] = true
    local code = place_of(queue, user, now)
    if code == 'A' then redis.call('ZREM', UNSEEN, user) end
    if code == 'E' then forget(user) end
    if code == 'E' or code == 'N' then joining[#joining + 1] = user end
  end
end

if #joining > 0 then
  local last = redis.call('HINCRBY', QUEUE, 'lastTicket', #joining)
  for i, user in ipairs(joining) do redis.call('ZADD', WAITING, last - #joining + i, user) end
end
if ARGV[4] == '1' then serve(queue, now, here) end
return places_of(queue, users, now)
