#!lua flags=allow-oom
-- Those who wait are admitted before everybody who was not promised the same. Their tickets, and what others see of their
-- places, stay as they are. Allowed when memory is short: operators use it to make good for an incident.
--
-- KEYS     see _queue.lua
-- ARGV     1 to 3 see _queue.lua, then user ids
-- returns  'NONE' or 'LOST' (nothing was done), or 1 or 0 a user: whether they wait
--- @include "_queue"
--- @include "_serve"

local queue, why_not = open_queue()
if not queue then return why_not end
local now = clock()
local wait = {}

for i = 4, #ARGV do
  local ticket = redis.call('ZSCORE', WAITING, ARGV[i])
  if ticket then redis.call('ZADD', AHEAD, ticket, ARGV[i]) end
  wait[#wait + 1] = ticket and 1 or 0
end
serve(queue, now, {})
return wait
